#include "graph/plan.h"

#include <algorithm>

#include "graph/limits.h"

namespace daybook::graph {
namespace {

tl::unexpected<Error> over(std::string_view what, std::size_t limit, std::string_view field) {
  return fail(Code::kInvalid, "GRAPH_LIMIT",
              "at most " + std::to_string(limit) + " " + std::string(what), field);
}

class Planner {
 public:
  Planner(const FindSet& find, Micros now) : find_(find), now_(now) {}

  Result<Plan> plan(const Query& query, const Set& set, const std::string& prefix,
                    std::size_t depth) const {
    const SetSchema& schema = set.schema();
    Plan out;
    out.set = &set;
    out.count = query.count;
    out.limit = query.limit;
    if (query.limit < 1 || query.limit > kGraphRowsMax) {
      return fail(Code::kInvalid, "GRAPH_LIMIT", "must be 1 to " + std::to_string(kGraphRowsMax),
                  prefix + "limit");
    }
    DAYBOOK_ASSIGN(out.selection, Selection::of(query.fields, schema.record, prefix + "fields"));
    DAYBOOK_ASSIGN(out.filter, check_filter(query.filter, schema.record, now_, prefix + "filter"));
    DAYBOOK_ASSIGN(out.order, parse_order(query.order_by, schema, prefix + "orderBy"));
    if (!query.after.empty()) {
      if (depth > 0) {
        return fail(Code::kInvalid, "BAD_CURSOR", "only the outermost list has pages",
                    prefix + "after");
      }
      DAYBOOK_ASSIGN(out.after, read_cursor(schema, out.order, query.after, prefix + "after"));
    }
    out.needs = out.selection.names(schema.record);
    need(out.filter, out.needs);
    for (const OrderTerm& term : out.order) {
      out.needs.insert(term.path.front());
    }
    DAYBOOK_TRY(add_steps(query, schema, prefix, depth, out));
    return out;
  }

 private:
  static void need(const Condition& condition, std::set<std::string>& out) {
    for (const Condition& part : condition.parts) {
      need(part, out);
    }
    const auto add = [&](const Term& term) {
      if (term.is_field()) {
        out.insert(term.path.front());
      }
    };
    add(condition.left);
    std::for_each(condition.items.begin(), condition.items.end(), add);
  }

  Status add_steps(const Query& query, const SetSchema& schema, const std::string& prefix,
                   std::size_t depth, Plan& out) const {
    if (query.navigate.size() > kGraphNavigationsMax) {
      return over("navigations of one set", kGraphNavigationsMax, prefix + "navigate");
    }
    if (!query.navigate.empty() && depth >= kGraphDepthMax) {
      return over("navigations inside one another", kGraphDepthMax, prefix + "navigate");
    }
    for (std::size_t i = 0; i < query.navigate.size(); ++i) {
      const Query& inner = query.navigate[i];
      const std::string place = prefix + "navigate[" + std::to_string(i) + "].";
      DAYBOOK_ASSIGN(const Navigation* navigation, navigation_of(inner, schema, query, i, place));
      DAYBOOK_ASSIGN(Plan plan, this->plan(inner, *find_(navigation->set), place, depth + 1));
      plan.limit = navigation->many ? plan.limit : 1;
      for (const auto& [here, there] : navigation->on) {
        out.needs.insert(split_path(here).front());
        plan.needs.insert(split_path(there).front());
      }
      out.steps.push_back({navigation, std::move(plan)});
    }
    return {};
  }

  Result<const Navigation*> navigation_of(const Query& inner, const SetSchema& schema,
                                          const Query& query, std::size_t index,
                                          const std::string& place) const {
    const Navigation* navigation = schema.navigation(inner.set);
    if (navigation == nullptr || find_(navigation->set) == nullptr) {
      std::string known;
      for (const Navigation& each : schema.navigations) {
        known += known.empty() ? each.name : ", " + each.name;
      }
      return fail(Code::kInvalid, "GRAPH_UNKNOWN_NAVIGATION",
                  "from " + schema.name + " one cannot navigate to '" + inner.set +
                      (known.empty() ? "': it has no navigations" : "', but to: " + known),
                  place + "edge");
    }
    for (std::size_t before = 0; before < index; ++before) {
      if (query.navigate[before].set == inner.set) {
        return fail(Code::kInvalid, "GRAPH_UNKNOWN_NAVIGATION",
                    "'" + inner.set + "' is navigated to twice", place + "edge");
      }
    }
    return navigation;
  }

  const FindSet& find_;
  Micros now_;
};

}  // namespace

Result<Plan> make_plan(const Query& query, const FindSet& find, Micros now) {
  const Set* set = find(query.set);
  if (set == nullptr) {
    return fail(Code::kInvalid, "GRAPH_UNKNOWN_SET", "there is no set '" + query.set + "'", "edge");
  }
  return Planner(find, now).plan(query, *set, "", 0);
}

}  // namespace daybook::graph
