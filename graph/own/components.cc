// The set `components`.
#include "base/hex.h"
#include "events/json.h"
#include "graph/own/named_rows.h"
#include "graph/own/sets.h"

namespace daybook::graph::own {
namespace {

using projections::ComponentRow;

const std::vector<ViewField<ComponentRow>>& component_fields() {
  using Row = ComponentRow;
  static const std::vector<ViewField<Row>> kFields = [] {
    std::vector<ViewField<Row>> out = {
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
    };
    add_stamp(out);
    return out;
  }();
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

std::unique_ptr<Set> components(const projections::Views& views) {
  using projections::Views;
  return std::make_unique<NamedRows<ComponentRow>>(
      component_schema(), views,
      NamedRows<ComponentRow>::Source{component_fields(), "componentId", IdKind::kComponent,
                                      &Views::component, &Views::components});
}

}  // namespace daybook::graph::own
