// The set `components`.
#include "base/hex.h"
#include "events/json.h"
#include "graph/narrow.h"
#include "graph/own/sets.h"
#include "graph/own/view_rows.h"

namespace daybook::graph::own {
namespace {

using projections::ComponentRow;

const std::vector<ViewField<ComponentRow>>& component_fields() {
  using Row = ComponentRow;
  static const std::vector<ViewField<Row>> kFields = {
      {"componentId", type_of(Kind::kText), [](const Row& r) { return Value(r.component); }},
      {"runtime", text_of({"reactor", "exec", "http", "worker"}),
       [](const Row& r) { return Value(std::string(daybook::events::runtime_name(r.runtime))); }},
      {"displayName", type_of(Kind::kText),
       [](const Row& r) { return text_or_nothing(r.display_name); }},
      {"description", type_of(Kind::kText),
       [](const Row& r) { return text_or_nothing(r.description); }},
      {"componentVersion", type_of(Kind::kText),
       [](const Row& r) { return text_or_nothing(r.component_version); }},
      // What its runtime needs; the REST API shows its members beside the others.
      {"spec", type_of(Kind::kValue),
       [](const Row& r) { return Value(Json{r.spec.empty() ? "{}" : r.spec}); }},
      {"specHash", type_of(Kind::kText), [](const Row& r) { return Value(to_hex(r.spec_hash)); }},
      {"createdAt", type_of(Kind::kInstant),
       [](const Row& r) { return time_or_nothing(r.created_at); }},
      {"updatedAt", type_of(Kind::kInstant), [](const Row& r) { return Value(r.updated_at); }},
      {"updatedBy", type_of(Kind::kText), [](const Row& r) { return Value(r.updated_by); }},
      {"seq", type_of(Kind::kNumber), [](const Row& r) { return number(r.seq.value); }},
  };
  return kFields;
}

}  // namespace

SetSchema component_schema() {
  SetSchema out;
  out.name = "components";
  out.what = "Components, what jobs run";
  out.record = record_type(component_fields());
  out.key = {"componentId"};
  out.indexed = {"componentId"};
  out.order = "componentId";
  out.navigations = {{"definitions", "jobDefinitions", true, {{"componentId", "componentId"}}}};
  return out;
}

namespace {

class Components final : public Set {
 public:
  explicit Components(const projections::Views& views) : Set(component_schema()), views_(views) {}

  Result<std::unique_ptr<Rows>> open(const Ask& ask) const override {
    Narrowing narrowing(ask.filter);
    if (const Value* id = narrowing.equal({"componentId"})) {
      return one(ask, *id->get<std::string>());
    }
    const auto fetch = [this](const auto& request) { return views_.components(request); };
    const auto convert = [needs = ask.needs](const ComponentRow& row) -> Result<Value> {
      return Value(record_of(component_fields(), row, needs));
    };
    const bool in_order =
        ask.order.front().path == split_path("componentId") && !ask.order.front().down;
    return PagedRows<ComponentRow>::open(fetch, convert, in_order, narrowing.whole());
  }

 private:
  Result<std::unique_ptr<Rows>> one(const Ask& ask, const std::string& id) const {
    std::vector<Value> rows;
    if (check_id(IdKind::kComponent, id, "")) {  // else nothing has such an id
      DAYBOOK_ASSIGN(const auto row, views_.component(id));
      if (row) {
        rows.emplace_back(record_of(component_fields(), *row, ask.needs));
      }
    }
    return std::make_unique<GivenRows>(std::move(rows));
  }

  const projections::Views& views_;
};

}  // namespace

std::unique_ptr<Set> components(const projections::Views& views) {
  return std::make_unique<Components>(views);
}

}  // namespace daybook::graph::own
