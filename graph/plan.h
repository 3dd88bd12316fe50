// A query that was checked: every name resolved, every text parsed. Private to graph/.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "graph/order.h"
#include "graph/query.h"
#include "graph/selection.h"
#include "graph/set.h"

namespace daybook::graph {

struct Plan {
  // A navigation of the parent and what is asked behind it.
  struct Step;

  const Set* set = nullptr;
  Selection selection;
  Condition filter;
  Order order;
  std::optional<std::vector<Value>> after;
  std::size_t limit = 0;
  bool count = false;
  std::set<std::string> needs;
  std::vector<Step> steps;
};

struct Plan::Step {
  const Navigation* navigation = nullptr;
  Plan plan;
};

using FindSet = std::function<const Set*(std::string_view)>;

// The errors are those of Graph::check.
Result<Plan> make_plan(const Query& query, const FindSet& find, Micros now);

}  // namespace daybook::graph
