// The tree of a program: what the parser makes, the checker looks at and the evaluator walks. Names
// are resolved: a variable is a slot of its function's frame or one of its captures. Lives in the
// program's arena; texts borrow the source. Private to components/reactor.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "components/reactor/builtins.h"
#include "components/reactor/type_node.h"
#include "components/reactor/value.h"

namespace daybook::reactor {

enum class NodeKind : std::uint8_t {
  kConstant,
  kInterpolation,
  kLocal,
  kCapture,
  kNow,
  kRunAt,  // job.runAt, job.dueAt
  kDueAt,
  kField,
  kLookup,
  kCall,         // of a function value
  kCallBuiltin,  // of a function or filter of the language
  kNegate,
  kNot,
  kArithmetic,
  kCompare,
  kAnd,
  kOr,
  kIs,
  kConvert,
  kLambda,
  kRecord,
  kMap,
  kList,
  kTuple,
  kWith,
  kMatch,
  kOrderBy,
  kJoin,
  kQuery,
  kBlock,
  kUnknown,  // a name that is not there: only in programs that are refused
};

struct Node {
  NodeKind kind;
  std::uint32_t at;  // offset in the source
};

struct ConstantNode : Node {
  Value value;
};

struct InterpolationNode : Node {
  std::span<const Node* const> parts;  // constants and expressions
};

struct VariableNode : Node {  // kLocal, kCapture
  std::uint16_t index;
  std::string_view name;
};

struct FieldNode : Node {
  const Node* target;
  std::string_view name;
  std::uint32_t cache;  // number of its inline cache in a run
};

struct PairNode : Node {  // kLookup, kArithmetic, kCompare, kAnd, kOr
  std::uint8_t op;        // Arithmetic or Compare
  const Node* left;
  const Node* right;
};

enum class Arithmetic : std::uint8_t { kAdd, kSubtract, kMultiply, kDivide };
enum class Compare : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

struct UnaryNode : Node {
  const Node* operand;
};

struct CallNode : Node {
  const Node* callee;
  std::span<const Node* const> arguments;
};

struct BuiltinNode : Node {
  Builtin function;
  std::span<const Node* const> arguments;  // of a filter: what is piped first
  const TypeNode* pattern = nullptr;       // `where is <pattern>`
  bool negated = false;
  bool apart = false;  // what is piped is a tuple of it and of the arguments that are needed
};

struct IsNode : Node {
  const Node* operand;
  const TypeNode* pattern;
  bool negated;
};

struct ConvertNode : Node {
  const Node* operand;
  const TypeNode* type;
};

struct Parameter {
  std::string_view name;  // empty: not used
  const TypeNode* type = nullptr;
  const Node* fallback = nullptr;  // of a component's parameter
  std::uint32_t at = 0;
  std::uint16_t slot = 0;
};

// Where a closure takes a captured value from when it is made.
struct CaptureSource {
  bool from_capture;  // of the function around it, else from its frame
  std::uint16_t index;
};

// A function. Its frame: parameters first, then everything else that is named in it.
struct Lambda : Node {
  std::span<const Parameter> parameters;
  std::span<const CaptureSource> captures;
  std::uint16_t frame = 0;
  bool filter = false;
  const Node* body = nullptr;
  const Node* guard = nullptr;  // `let f (x) when guard |> …`: nothing when it does not hold
  std::string_view name;
};

struct FieldInit {
  std::string_view name;
  const Node* value;
  std::uint32_t at;
};

struct RecordNode : Node {
  const Shape* shape;
  std::span<const FieldInit> fields;
};

struct MapEntry {
  const Node* key;
  const Node* value;
};

struct MapNode : Node {
  std::span<const MapEntry> entries;
};

struct ItemsNode : Node {  // kList, kTuple
  std::span<const Node* const> items;
};

struct WithNode : Node {
  const Node* target;
  const RecordNode* changes;
};

struct Arm {
  const TypeNode* pattern = nullptr;  // absent: everything
  const Node* guard = nullptr;
  const Node* body = nullptr;
  std::uint32_t at = 0;
};

struct MatchNode : Node {
  const Node* subject;  // absent: only guards
  std::span<const Arm> arms;
};

struct OrderByNode : Node {
  const Node* source;
  std::span<const std::string_view> path;
  bool descending;
};

struct JoinNode : Node {
  enum class Side : std::uint8_t { kInner, kRight, kOuter };
  Side side;
  const Node* left;
  const Node* right;
  std::string_view key;
  const Shape* pair;  // names of the two sides
};

// A field that a query selects.
struct Selected {
  std::string_view name;
  std::uint32_t at;
};

// One edge of a query; filter and order are texts, computed when it is asked.
struct Navigation {
  std::string_view edge;
  std::span<const Selected> fields;
  const Node* filter = nullptr;
  const Node* order_by = nullptr;
  std::span<const Navigation> navigate;
  std::uint32_t at = 0;
};

struct QueryNode : Node {
  Navigation root;
};

struct Statement {
  enum class Kind : std::uint8_t { kLet, kFrom, kParameter };  // kParameter: its default
  Kind kind;
  bool forced = false;  // a sequence whose elements do something is computed here, once
  std::uint16_t slot = 0;
  const TypeNode* type = nullptr;
  const Node* value = nullptr;
  std::string_view name;
  std::uint32_t at = 0;
};

// Statements in order; its value is what its `from`s give: one value, or a tuple of several.
struct BlockNode : Node {
  std::span<const Statement> statements;
  std::uint16_t outputs = 0;
};

}  // namespace daybook::reactor
