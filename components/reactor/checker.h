// Whether the types of a program agree, before it ever runs. Bodies of functions without declared
// types are checked for the arguments of each call; there is no recursion, so that ends.
//
// An operation is refused when it cannot work for some value that its operand may be: `nothing`
// must be matched first. What is not known (parameters without a type, JSON) is checked in the run.
// Private to components/reactor.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "components/reactor/compile_budget.h"
#include "components/reactor/program_parts.h"
#include "components/reactor/types.h"

namespace daybook::reactor {

struct EffectField;  // one field of an effect, checker_effects.cc

class Checker {
 public:
  // Types outlives what it checks; modules and the program share it.
  Checker(Types& types, const Sets& sets, CompileBudget& budget,
          std::vector<Diagnostic>& diagnostics)
      : types_(types), sets_(sets), budget_(budget), diagnostics_(diagnostics) {}

  // The types of the program's frame, by slot, for those who import it. `imported` are the frames
  // of program.modules. Sets nothing in the tree.
  std::vector<const Type*> check(const Program& program,
                                 const std::vector<const std::vector<const Type*>*>& imported);

 private:
  struct Frame {
    const Program* program;
    std::vector<const Type*> slots;
    std::vector<const Type*> captured;
  };
  // The type that a variable had before something became known of it.
  struct Narrowed {
    const Type** place = nullptr;
    const Type* before = nullptr;
  };
  using Known = std::vector<Narrowed>;

  const Type* statement(const Statement& statement, Frame& frame);
  const Type* check(const Node* node, Frame& frame);
  const Type* check_kind(const Node* node, Frame& frame);
  const Type* test(const IsNode& node, Frame& frame);
  const Type* variable(const VariableNode& node, Frame& frame);
  const Type* field(const FieldNode& node, Frame& frame);
  const Type* field_of(const Type* target, std::string_view name, std::uint32_t at,
                       const Frame& frame);
  const Type* lookup(const PairNode& node, Frame& frame);
  const Type* call(const CallNode& node, Frame& frame);
  // The result of calling a value of that type.
  const Type* apply(const Type* callee, std::vector<const Type*> arguments, std::uint32_t at,
                    const Frame& frame);
  std::vector<const Type*> taken_apart(const Type* type, std::size_t count);
  const Type* apply_declared(const Type* function, const std::vector<const Type*>& arguments,
                             std::uint32_t at, const Frame& frame);
  const Type* apply_lambda(const Type* function, const std::vector<const Type*>& arguments,
                           std::uint32_t at, const Frame& frame);
  const Type* arithmetic(const PairNode& node, Frame& frame);
  const Type* arithmetic_of(Arithmetic op, const Type* left, const Type* right);
  const Type* comparison(const PairNode& node, Frame& frame);
  const Type* logic(const PairNode& node, Frame& frame);
  const Type* convert(const ConvertNode& node, Frame& frame);
  const Type* make_function(const Lambda& lambda, Frame& frame);
  const Type* record(const RecordNode& node, Frame& frame);
  const Type* map(const MapNode& node, Frame& frame);
  const Type* with(const WithNode& node, Frame& frame);
  const Type* changed(const Type* record, const Type* changes);
  const Type* match(const MatchNode& node, Frame& frame);
  const Type* order_by(const OrderByNode& node, Frame& frame);
  const Type* join(const JoinNode& node, Frame& frame);
  const Type* query(const QueryNode& node, Frame& frame);
  const Type* navigation(const Navigation& nav, std::string_view of, const SetType& set,
                         Frame& frame);
  void check_asked(const Node* node, std::string_view what, std::string_view set, Frame& frame);
  const Type* block(const BlockNode& node, Frame& frame);
  void expect_text(const Node* node, std::string_view what, Frame& frame);
  void expect_bool(const Node* node, std::string_view what, Frame& frame);
  void bind(const TypeNode& pattern, const Type* type, Frame& frame);

  // checker_known.cc: what conditions say of variables and their fields.
  // Notes what a condition says that holds, or does not.
  void assume(const Node* condition, bool holds, Frame& frame, Known& known);
  static void restore(Known& known, std::size_t size = 0);
  void assume_matched(const Node* node, const Type* wanted, bool matched, Frame& frame,
                      Known& known);
  // A variable, or a field of one, has that type for now; anything else is left alone.
  void narrow(const Node* node, const Type* type, Frame& frame, Known& known);
  const Type* type_of_path(const Node* node, const Frame& frame);
  static const Type*& place_of(const VariableNode& node, Frame& frame);
  static bool is_taken(std::uint32_t at, const Frame& frame);
  // Complains of a test that fails whatever the values; not where a function is looked at for one
  // of its calls: others may pass it.
  bool expect_overlap(const Type* type, const Type* pattern, std::string_view what,
                      std::uint32_t at, const Frame& frame);

  // checker_builtins.cc
  const Type* builtin(const BuiltinNode& node, Frame& frame);
  const Type* list_filter(const BuiltinNode& node, const std::vector<const Type*>& types,
                          Frame& frame);
  const Type* carried(const BuiltinNode& node, const std::vector<const Type*>& types,
                      const Type* element, const Frame& frame);
  const Type* flattened(const Type* element, std::uint32_t at, const Frame& frame);
  const Type* ordered(const Type* type, std::uint32_t at, const Frame& frame);
  // Whether values of the two can be compared by size.
  static bool have_order(const Type* a, const Type* b);
  std::string_view encoding(const BuiltinNode& node, const Frame& frame);
  const Type* summed(const BuiltinNode& node, const Type* element, const Frame& frame);
  const Type* map_filter(const BuiltinNode& node, const Type* piped, const Frame& frame);
  const Type* number_filter(const BuiltinNode& node, const Type* piped, const Frame& frame);
  const Type* text_filter(const BuiltinNode& node, const std::vector<const Type*>& types,
                          const Frame& frame);
  const Type* time_filter(const BuiltinNode& node, const std::vector<const Type*>& types,
                          const Frame& frame);
  void schedule(const BuiltinNode& node, const std::vector<const Type*>& types, const Frame& frame);
  void options(const BuiltinNode& node, const std::vector<const Type*>& types, const Frame& frame);
  const Type* action(const BuiltinNode& node, const std::vector<const Type*>& types,
                     const Frame& frame);
  // The type of a list's elements; null when it is no list, which is said then.
  const Type* element_of(const Type* type, std::string_view filter, std::uint32_t at,
                         const Frame& frame);
  void no_list(const Type* type, const Type* member, std::string_view filter, std::uint32_t at,
               const Frame& frame);
  bool require(const Type* type, const Type* wanted, std::string_view what, std::uint32_t at,
               const Frame& frame);
  bool gives(const Type* type, const Type* wanted, std::string_view what, std::uint32_t at,
             const Frame& frame);
  // Null when it is nothing.
  const Type* repeated(const Type* type, std::uint32_t at, const Frame& frame);
  // What passed the condition.
  const Type* passed(const Type* function, const Type* element);
  void check_condition(const Type* function, const Type* element, std::uint32_t at,
                       const Frame& frame);

  // checker_effects.cc
  void check_output(const Type* type, std::uint32_t at, const Frame& frame);
  void check_effect(std::string_view effect, const Type* type, std::uint32_t at,
                    const Frame& frame);
  void check_options(std::string_view function, const Type* type, std::uint32_t at,
                     const Frame& frame);
  void check_fields(std::string_view name, std::span<const EffectField> known, const Type* type,
                    std::uint32_t at, const Frame& frame);
  void check_names(std::string_view name, std::span<const EffectField> known, const Type* record,
                   std::uint32_t at, const Frame& frame);
  void check_lost(const Type* type, std::uint32_t at, const Frame& frame);
  void check_field(std::string_view effect, const EffectField& field, const Type* record,
                   std::uint32_t at, const Frame& frame);
  void check_body(const Type* body, std::uint32_t at, const Frame& frame);
  // Where a record of that type was written last, or a field of one; `at` when that is not known.
  struct Place {
    std::uint32_t at;
    Frame frame;  // with its program alone
  };
  Place place_in(const Type* record, std::string_view field, std::uint32_t at,
                 const Frame& frame) const;

  std::string meant(std::string_view name, const std::vector<std::string_view>& names);
  const Type* complain(std::string_view code, std::string_view message, std::uint32_t at,
                       const Frame& frame);

  Types& types_;
  const Sets& sets_;
  CompileBudget& budget_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::pair<const Type*, std::vector<const Type*>>, const Type*> calls_;
  // Records by their types.
  std::map<const Type*, std::pair<const Program*, const RecordNode*>> written_;
  // Types of values that became a `value`, and where.
  std::set<std::pair<const Type*, std::pair<const Program*, std::uint32_t>>> lost_;
  std::set<std::pair<const Program*, std::pair<std::uint32_t, std::string>>> complained_;
  std::size_t depth_ = 0;
  std::size_t steps_ = 0;
  std::size_t generic_ = 0;  // functions around that are looked at for one call
  std::size_t call_depth_ = 0;
  std::size_t call_checks_ = 0;
};

}  // namespace daybook::reactor
