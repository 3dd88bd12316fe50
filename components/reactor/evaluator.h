// One run in progress. Private to components/reactor.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "components/reactor/arena.h"
#include "components/reactor/program_parts.h"
#include "components/reactor/run.h"
#include "components/reactor/sequence.h"
#include "components/reactor/types.h"

namespace daybook::reactor {

// Thrown through the evaluator; caught in run().
struct Stop {
  Fault fault;
};

class Evaluator {
 public:
  Evaluator(const RunInputs& inputs, World& world);

  struct Frame {  // where a node is evaluated
    Value* slots;
    const Value* captured;
    const Program* program;
    FieldCache* caches;
  };

  // The program's frame with its imports and parameters; then its statements, to a result.
  Frame begin(const Program& program, std::string_view parameters);
  RunResult finish(const Program& program, Frame& frame);
  // Whether the parameters are what the program takes.
  void check_given(const Program& program, std::string_view parameters, std::string_view elsewhere);

  // ---- what the parts of the evaluator use ----
  Value eval(const Node* node, Frame& frame);
  Value call(const Value& function, const Value* arguments, std::size_t count, std::uint32_t at,
             const Program* program);
  bool matches(const TypeNode& pattern, const Value& value, Frame& frame);
  bool matches_parts(const TypeNode& pattern, const Value& value, Frame& frame);
  // Nothing, and null, when it is not there. That names and keys are gone through counts.
  Value field_of(const Value& record, std::string_view name, const Program* program,
                 std::uint32_t at);
  const Value* value_at(const MapData& map, std::string_view key, const Program* program,
                        std::uint32_t at);
  // A list as one that is there: sequences are computed; also inside it.
  Value forced(const Value& value, const Program* program, std::uint32_t at);
  Value forced_deep(const Value& value, const Program* program, std::uint32_t at);
  Value as_list(const Value& value, const Program* program, std::uint32_t at);

  [[noreturn]] void stop(std::string_view code, std::string_view message, const Program* program,
                         std::uint32_t at);
  [[noreturn]] void interrupted(const Error& reason, const Program* program, std::uint32_t at);
  [[noreturn]] void stop_type(std::string_view wanted, const Value& got, const Program* program,
                              std::uint32_t at);
  void step(const Program* program, std::uint32_t at) {
    if (++steps_ >= next_check_) [[unlikely]] {
      check_steps(program, at);
    }
  }
  void work(std::size_t bytes, const Program* program, std::uint32_t at) {
    steps_ += bytes / kBytesPerStep;
    step(program, at);
  }
  // So many calls inside each other more; leave() takes them back.
  void enter(std::size_t levels, const Program* program, std::uint32_t at) {
    if (depth_ + levels > inputs_.limits.depth) [[unlikely]] {
      stop("DEPTH_LIMIT", "calls and lists are too deep inside each other", program, at);
    }
    depth_ += levels;
  }
  void leave(std::size_t levels) { depth_ -= levels; }
  void hold(std::size_t bytes);  // outside of the arena, until they are taken off `held_`

  // eval_lists.cc
  Cursor* cursor(const Value& list, const Program* program, std::uint32_t at);
  template <typename Visit>
  void each(const Value& list, const Program* program, std::uint32_t at, Visit&& visit);
  bool truth(const Value& value, const Program* program, std::uint32_t at);
  // As equal_values and hash_of, of anything: sequences are computed.
  bool same(const Value& a, const Value& b, const Program* program, std::uint32_t at);
  std::uint64_t hash(const Value& value, const Program* program, std::uint32_t at);

  // Values in the arena.
  Value text(std::string_view bytes) { return Value::of_text(arena_.text(bytes)); }
  Value number(const Decimal& decimal);
  Value number_or_stop(const std::optional<Decimal>& decimal, const Frame& frame, std::uint32_t at);
  Value list_of(const std::vector<Value>& items, Tag tag = Tag::kList);
  Value record_of(const Shape* shape, const std::vector<Value>& values);
  Value map_of(const std::vector<Value>& keys, const std::vector<Value>& values,
               const Program* program, std::uint32_t at);
  const Shape* shape_of(const std::vector<std::string_view>& names, std::string_view nominal = {});
  std::size_t text_bytes_max() const { return inputs_.limits.memory / 4; }

  Arena& arena() { return arena_; }
  const RunInputs& inputs() const { return inputs_; }
  std::uint64_t steps() const { return steps_; }
  std::vector<EffectText>& effects() { return effects_; }
  std::vector<Exchange>& exchanges() { return exchanges_; }
  void add_effect(EffectText effect, const Program* program, std::uint32_t at);
  // Text form of the next id of that purpose.
  std::string derive_id(std::string_view purpose);

 private:
  friend class Held;
  static constexpr std::size_t kBytesPerStep = 64;
  static constexpr std::size_t kBytesPerName = 16;  // of a record, when a field is looked for
  struct StackMark {
    std::size_t piece = 0;
    std::size_t used = 0;
  };
  Value* push_frame(std::size_t size, const Program* program, std::uint32_t at);

  void check_steps(const Program* program, std::uint32_t at);
  Frame frame_of(const Program& program);
  void import_into(Frame& frame);
  const Value* module_frame(const Program& program);
  Value statement(const Statement& statement, Frame& frame);
  std::string result_json(const std::vector<std::pair<Value, std::uint32_t>>& results,
                          const Program& program);
  template <typename Output>
  void run_statements(const BlockNode& block, Frame& frame, Output&& output);
  Value eval_rest(const Node* node, Frame& frame);

  // eval.cc
  Value interpolation(const InterpolationNode& node, Frame& frame);
  Value field(const FieldNode& node, Frame& frame);
  Value lookup(const PairNode& node, Frame& frame);
  Value call_node(const CallNode& node, Frame& frame);
  Value call_lambda(const Closure& closure, Value* slots, std::uint32_t at, const Program* program);
  Value closure(const Lambda& node, Frame& frame);
  Value record(const RecordNode& node, Frame& frame);
  Value map(const MapNode& node, Frame& frame);
  Value items(const ItemsNode& node, Frame& frame);
  Value with(const WithNode& node, Frame& frame);
  Value match(const MatchNode& node, Frame& frame);
  Value block(const BlockNode& node, Frame& frame);
  Value order_by(const OrderByNode& node, Frame& frame);
  Value join(const JoinNode& node, Frame& frame);
  std::string key_of(const Value& item, const JoinNode& node, const Frame& frame);

  // eval_operators.cc
  Value negate(const UnaryNode& node, Frame& frame);
  Value arithmetic(const PairNode& node, Frame& frame);
  Value arithmetic_slow(Arithmetic op, const Value& a, const Value& b, const Frame& frame,
                        std::uint32_t at);
  Value numbers(Arithmetic op, const Value& a, const Value& b, const Frame& frame,
                std::uint32_t at);
  Value times(Arithmetic op, const Value& a, const Value& b, const Frame& frame, std::uint32_t at);
  bool compare(const PairNode& node, Frame& frame);

  // convert.cc
  Value convert(const ConvertNode& node, Frame& frame);
  std::optional<Value> converted(const Value& value, const TypeNode& type, Frame& frame);
  std::optional<Value> converted_parts(const Value& value, const TypeNode& type, Frame& frame);
  std::optional<Value> literal_value(const Value& value, const TypeNode& type, Frame& frame);
  [[noreturn]] void stop_parameter(std::string_view name, std::string_view message);
  Value given_parameter(const Parameter& parameter, const Value& given, Frame& frame);
  Value read_parameters(const Program& program, std::string_view json);
  void bind_parameters(const Program& program, std::string_view json, Frame& frame);

  // eval_lists.cc, eval_texts.cc, eval_times.cc, eval_actions.cc
  Value builtin(const BuiltinNode& node, Frame& frame);
  Value apply(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value list_filter(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value sequence(const BuiltinNode& node, const Value* arguments, Sequence::Kind kind,
                 Frame& frame);
  Value ends(const BuiltinNode& node, const Value& list, Frame& frame);
  Value quantified(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value contains(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value sum(const BuiltinNode& node, const Value& list, Frame& frame);
  Value extreme(const BuiltinNode& node, const Value& list, Frame& frame);
  Value fold(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value group_by(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value distinct(const BuiltinNode& node, const Value& list, Frame& frame);
  Value map_filter(const BuiltinNode& node, const Value& piped, Frame& frame);
  Value as_map(const BuiltinNode& node, const Value& piped, Frame& frame);
  Value number_filter(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value text_filter(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value plain_text_filter(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value encoding_filter(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value replace(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value implode(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value time_filter(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value action(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value send(std::string_view effect, Value record, const BuiltinNode& node, Frame& frame);
  Value message_actor(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value http_call(const BuiltinNode& node, const Value* arguments, Frame& frame);
  Value query(const QueryNode& node, Frame& frame);
  void add_fields(const Navigation& nav, std::string& out) const;
  void question_of(const Navigation& nav, std::string& out, Frame& frame);
  std::string ask(std::string question, const Frame& frame, std::uint32_t at);
  std::int64_t whole(const Value& value, std::string_view what, const Frame& frame,
                     std::uint32_t at);
  std::string_view text_of(const Value& value, const Frame& frame, std::uint32_t at);

  const RunInputs& inputs_;
  const Program* program_ = nullptr;  // the one that runs; functions may be of its modules
  World& world_;
  Arena arena_;
  // The frames of calls, in pieces: a frame lies in one and never moves.
  struct StackPiece {
    Value* slots;
    std::size_t size;
  };
  std::vector<StackPiece> stack_;
  StackMark top_;
  std::size_t depth_ = 0;
  std::size_t held_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t next_check_ = 0;
  std::map<const Program*, const Value*> modules_;
  std::map<const Program*, std::unique_ptr<FieldCache[]>> caches_;
  std::map<std::vector<std::string_view>, const Shape*> shapes_;
  std::vector<EffectText> effects_;
  std::vector<Exchange> exchanges_;
  std::size_t answer_bytes_ = 0;
  std::size_t output_bytes_ = 0;
  std::uint64_t ids_ = 0;
  std::vector<bool> given_;  // by slot: parameters of the program that is run
};

template <typename Visit>
void Evaluator::each(const Value& list, const Program* program, std::uint32_t at, Visit&& visit) {
  if (list.is(Tag::kList) || list.is(Tag::kTuple)) {
    for (std::uint32_t i = 0; i < list.size; ++i) {
      step(program, at);
      if (!visit(list.items[i])) {
        return;
      }
    }
    return;
  }
  Cursor* from = cursor(list, program, at);
  enter(depth_of(list), program, at);
  for (Value item; from->next(*this, item);) {
    step(program, at);
    if (!visit(item)) {
      break;
    }
  }
  leave(depth_of(list));
}

}  // namespace daybook::reactor
