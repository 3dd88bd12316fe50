// The set `rules`.
#include "graph/own/named_rows.h"
#include "graph/own/sets.h"

namespace daybook::graph::own {
namespace {

using projections::RuleRow;

const std::vector<ViewField<RuleRow>>& rule_fields() {
  using Row = RuleRow;
  static const std::vector<ViewField<Row>> kFields = [] {
    std::vector<ViewField<Row>> out = {
        {"ruleId", type_of(Kind::kText), [](const Row& r) { return Value(r.rule); }},
        {"displayName", type_of(Kind::kText),
         [](const Row& r) { return text_or_nothing(r.display_name); }},
        {"components", type_of(Kind::kValue),
         [](const Row& r) { return Value(Json{r.components}); }},
    };
    add_stamp(out);
    return out;
  }();
  return kFields;
}

}  // namespace

SetSchema rule_schema() {
  SetSchema out;
  out.name = "rules";
  out.what = "Rules, what runs when something happens";
  out.record = record_type(rule_fields());
  out.key = {"ruleId"};
  out.indexed = {"ruleId"};
  out.order = "ruleId";
  return out;
}

std::unique_ptr<Set> rules(const projections::Views& views) {
  using projections::Views;
  return std::make_unique<NamedRows<RuleRow>>(
      rule_schema(), views,
      NamedRows<RuleRow>::Source{rule_fields(), "ruleId", IdKind::kRule, &Views::rule,
                                 &Views::rules});
}

}  // namespace daybook::graph::own
