// The set `rules`.
#include "graph/narrow.h"
#include "graph/own/sets.h"
#include "graph/own/view_rows.h"

namespace daybook::graph::own {
namespace {

using projections::RuleRow;

const std::vector<ViewField<RuleRow>>& rule_fields() {
  using Row = RuleRow;
  static const std::vector<ViewField<Row>> kFields = {
      {"ruleId", type_of(Kind::kText), [](const Row& r) { return Value(r.rule); }},
      {"displayName", type_of(Kind::kText),
       [](const Row& r) { return text_or_nothing(r.display_name); }},
      {"components", type_of(Kind::kValue), [](const Row& r) { return Value(Json{r.components}); }},
      {"createdAt", type_of(Kind::kInstant),
       [](const Row& r) { return time_or_nothing(r.created_at); }},
      {"updatedAt", type_of(Kind::kInstant), [](const Row& r) { return Value(r.updated_at); }},
      {"updatedBy", type_of(Kind::kText), [](const Row& r) { return Value(r.updated_by); }},
      {"seq", type_of(Kind::kNumber), [](const Row& r) { return number(r.seq.value); }},
  };
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

namespace {

class Rules final : public Set {
 public:
  explicit Rules(const projections::Views& views) : Set(rule_schema()), views_(views) {}

  Result<std::unique_ptr<Rows>> open(const Ask& ask) const override {
    Narrowing narrowing(ask.filter);
    if (const Value* id = narrowing.equal({"ruleId"})) {
      return one(ask, *id->get<std::string>());
    }
    const auto fetch = [this](const auto& request) { return views_.rules(request); };
    const auto convert = [needs = ask.needs](const RuleRow& row) -> Result<Value> {
      return Value(record_of(rule_fields(), row, needs));
    };
    const bool in_order = ask.order.front().path == split_path("ruleId") && !ask.order.front().down;
    return PagedRows<RuleRow>::open(fetch, convert, in_order, narrowing.whole());
  }

 private:
  Result<std::unique_ptr<Rows>> one(const Ask& ask, const std::string& id) const {
    std::vector<Value> rows;
    if (check_id(IdKind::kRule, id, "")) {  // else nothing has such an id
      DAYBOOK_ASSIGN(const auto row, views_.rule(id));
      if (row) {
        rows.emplace_back(record_of(rule_fields(), *row, ask.needs));
      }
    }
    return std::make_unique<GivenRows>(std::move(rows));
  }

  const projections::Views& views_;
};

}  // namespace

std::unique_ptr<Set> rules(const projections::Views& views) {
  return std::make_unique<Rules>(views);
}

}  // namespace daybook::graph::own
