#include "graph/graph.h"

#include "graph/limits.h"
#include "graph/plan.h"
#include "graph/runner.h"
#include "graph/set.h"

namespace daybook::graph {
namespace {

Type shown(const Plan& plan) {
  Type out = plan.selection.shown(plan.set->schema().record);
  for (const Plan::Step& step : plan.steps) {
    Type inner = shown(step.plan);
    out.fields.push_back({step.navigation->name,
                          step.navigation->many ? list_of(std::move(inner)) : std::move(inner)});
  }
  return out;
}

tl::unexpected<Error> bad_navigation(const SetSchema& schema, const Navigation& navigation,
                                     const std::string& why) {
  return fail(Code::kInvalid, "GRAPH_NAVIGATION", why,
              schema.name + ".navigate." + navigation.name);
}

Status check_navigation(const SetSchema& schema, const Navigation& navigation,
                        const SetSchema* target) {
  if (target == nullptr) {
    return bad_navigation(schema, navigation, "there is no set '" + navigation.set + "'");
  }
  if (schema.record.find(navigation.name) != nullptr) {
    return bad_navigation(schema, navigation, "a field has this name already");
  }
  for (const auto& [here, there] : navigation.on) {
    const Reached from = reach(schema.record, split_path(here));
    const Reached to = reach(target->record, split_path(there));
    if (from.type == nullptr || to.type == nullptr) {
      return bad_navigation(schema, navigation,
                            from.type == nullptr ? schema.name + " has no field '" + here + "'"
                                                 : target->name + " has no field '" + there + "'");
    }
    const bool plain = from.type->kind != Kind::kList && from.type->kind != Kind::kRecord;
    if (!plain || from.type->kind != to.type->kind) {
      std::string why = "'" + here + "' is a ";
      why += kind_name(from.type->kind);
      why += ", '" + there + "' a ";
      why += kind_name(to.type->kind);
      return bad_navigation(schema, navigation, why + ": they are never equal");
    }
  }
  return {};
}

}  // namespace

Graph::Graph(const Clock& clock) : clock_(clock) {}

Graph::~Graph() = default;

Status Graph::add(std::unique_ptr<Set> set) {
  if (sets_.size() == kSetsMax) {
    return fail(Code::kExhausted, "GRAPH_TOO_MANY_SETS",
                "at most " + std::to_string(kSetsMax) + " sets");
  }
  const std::string& name = set->schema().name;
  if (sets_.contains(name)) {
    return fail(Code::kConflict, "GRAPH_SET_EXISTS", "there is a set of this name already", name);
  }
  sets_.emplace(name, std::move(set));
  return {};
}

Status Graph::check_navigations() const {
  for (const auto& [name, set] : sets_) {
    for (const Navigation& navigation : set->schema().navigations) {
      DAYBOOK_TRY(check_navigation(set->schema(), navigation, find(navigation.set)));
    }
  }
  return {};
}

const Set* Graph::find_set(std::string_view name) const {
  const auto at = sets_.find(name);
  return at == sets_.end() ? nullptr : at->second.get();
}

const SetSchema* Graph::find(std::string_view name) const {
  const Set* set = find_set(name);
  return set == nullptr ? nullptr : &set->schema();
}

std::vector<const SetSchema*> Graph::sets() const {
  std::vector<const SetSchema*> out;
  for (const auto& [name, set] : sets_) {
    out.push_back(&set->schema());
  }
  return out;
}

Status Graph::check(const Query& query) const {
  DAYBOOK_TRY(type_of(query));
  return {};
}

Result<Plan> Graph::plan(const Query& query, Micros now) const {
  const auto find = [this](std::string_view name) { return find_set(name); };
  Result<Plan> out = make_plan(query, find, now);
  if (!out && out.error().reason == "GRAPH_UNKNOWN_SET") {
    std::string names;
    for (const auto& [name, set] : sets_) {
      names += (names.empty() ? "; the sets are: " : ", ") + name;
    }
    out.error().message += names;
  }
  return out;
}

Result<Type> Graph::type_of(const Query& query) const {
  DAYBOOK_ASSIGN(const Plan plan, this->plan(query, clock_.wall()));
  return shown(plan);
}

Result<Answer> Graph::answer(const Query& query, Micros now, Micros deadline) const {
  DAYBOOK_ASSIGN(const Plan plan, this->plan(query, now));
  return Runner(clock_, deadline).run(plan);
}

}  // namespace daybook::graph
