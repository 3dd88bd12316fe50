// Types as the checker works with them. Each is made once, so equal types are the same pointer.
// They live as long as the Types that made them. Private to components/reactor; one thread.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "components/reactor/ast.h"
#include "components/reactor/nominal.h"
#include "components/reactor/sets.h"

namespace daybook::reactor {

class Program;

struct Type {
  enum class Kind : std::uint8_t {
    kAny,  // not known before the run: what is done with it is checked then
    kNever,
    kNothing,
    kBool,
    kNumber,
    kText,
    kUuid,
    kInstant,
    kDate,
    kSpan,  // `unit`, or all of them
    kByte,
    kLiteral,
    kRegex,
    kNominal,
    kUnion,
    kNegated,
    kList,
    kMap,
    kRecord,
    kTuple,
    kFunction,
  };

  Kind kind = Kind::kAny;
  bool any_unit = true;  // kSpan
  bool pair = false;     // kRecord: of a join; also a tuple of its two parts
  bool partial = false;  // kRecord: it may have other fields, of which nothing is known
  bool soft = false;     // of a field of a set: nothing may stand in its place, and may be tested
  Span::Unit unit{};
  Value literal;                        // kLiteral, kRegex
  const Nominal* nominal = nullptr;     // kNominal; parts[0] is its record
  std::vector<std::string_view> names;  // kRecord
  std::vector<const Type*> parts;       // of unions, records, tuples; element; value of a map
  // kFunction: as written in the program, then parts are the types that it captured; or null for a
  // type `T => U`, then parts are those of its parameters and of its result.
  const Lambda* lambda = nullptr;
  const Program* program = nullptr;  // where the lambda stands
  std::size_t size = 1;              // parts in it, all told
  std::size_t depth = 1;

  bool is(Kind k) const { return kind == k; }
  // Null when there is no such field, and when nothing is known of it.
  const Type* field(std::string_view name) const;
  // Of a function.
  std::size_t parameters() const {
    return lambda != nullptr ? lambda->parameters.size() : parts.size() - 1;
  }
  bool is_tuple_of(std::size_t count) const {
    return (kind == Kind::kTuple || pair) && parts.size() == count;
  }
};

class Types {
 public:
  using Kind = Type::Kind;

  const Type* simple(Kind kind);
  const Type* any() { return simple(Kind::kAny); }
  const Type* nothing() { return simple(Kind::kNothing); }
  const Type* span(Span::Unit unit);
  const Type* literal(const Value& value);
  const Type* regex(const Value& value);
  const Type* nominal(const Nominal& nominal);
  const Type* list(const Type* element) { return with(Kind::kList, {element}); }
  const Type* map(const Type* value) { return with(Kind::kMap, {value}); }
  const Type* tuple(std::vector<const Type*> parts) { return with(Kind::kTuple, std::move(parts)); }
  const Type* negated(const Type* type) { return with(Kind::kNegated, {type}); }
  const Type* record(std::vector<std::string_view> names, std::vector<const Type*> parts,
                     bool pair = false, bool partial = false);
  // What is known of a value of which nothing was, when it matched that: a record that is named in
  // it may have more fields.
  const Type* partial(const Type* pattern);
  const Type* function(const Lambda* lambda, const Program* program,
                       std::vector<const Type*> captured);
  // The types of which a value may be one; those that others cover are left out.
  const Type* either(std::vector<const Type*> parts);
  const Type* either(const Type* a, const Type* b) { return either(std::vector{a, b}); }
  const Type* optional(const Type* type) { return either(type, nothing()); }

  // `soft`: of a field of a set, where nothing may stand although it is not said.
  const Type* of_field(const FieldType& field, bool soft = false);
  // The same type, without a nothing that may stand in its place.
  const Type* hardened(const Type* type);
  // The same record, list or map of other parts.
  const Type* with_parts(const Type* type, std::vector<const Type*> parts);
  // A type as written. Binders count as what they bind.
  const Type* of_node(const TypeNode& node);
  // 'x' → text, 5 → number; also inside lists, so that a variable is not of one value only.
  const Type* widened(const Type* type);
  // The same everywhere inside it: what a value of that form could be.
  const Type* loosened(const Type* type);

  // Every value of `from` is one of `to`.
  bool fits(const Type* from, const Type* to);
  // Some value may be of both.
  bool overlap(const Type* a, const Type* b);
  // What a value of `type` is when it matched `pattern`, and when it did not.
  const Type* narrow(const Type* type, const Type* pattern);
  const Type* subtract(const Type* type, const Type* pattern);

  static std::string text(const Type* type);
  // How much was compared and made so far.
  std::size_t work() const { return work_; }

 private:
  static constexpr std::size_t kRememberedFrom = 4;
  const Type* made_of(const TypeNode& node);
  const Type* with(Kind kind, std::vector<const Type*> parts);
  const Type* softened(const Type* type);
  const Type* other_bool(const Type* type, const Type* pattern);
  const Type* narrow_member(const Type* member, const Type* pattern);
  const Type* narrow_record(const Type* record, const Type* wanted);
  const Type* narrow_parts(const Type* member, const Type* wanted);
  bool covered(const Type* member, const Type* pattern);
  bool parts_overlap(const Type* a, const Type* b);
  const Type* intern(Type type);
  bool found(const Regex& regex, std::string_view text);
  bool fits_parts(const Type* from, const Type* to);
  bool fits_function(const Type* from, const Type* to);

  std::unordered_multimap<std::size_t, std::unique_ptr<const Type>> all_;
  std::unordered_map<const TypeNode*, const Type*> of_nodes_;
  std::size_t work_ = 0;
};

// The members of a union, or the type alone.
std::span<const Type* const> members(const Type* const& type);
// Whether nothing is of a type that is written; not where none is, of a parameter.
bool may_be_nothing(const TypeNode* type);
// Nothing is known of such values, or there are none: any use of them is fine.
inline bool is_open(const Type* type) {
  return type->is(Type::Kind::kAny) || type->is(Type::Kind::kNegated) ||
         type->is(Type::Kind::kNever);
}
// number for 5 and for a byte, text for 'x'; else the kind itself.
Type::Kind base_kind(const Type* type);

}  // namespace daybook::reactor
