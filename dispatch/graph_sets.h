// The graph as the reactor language sees it: the types of its sets for the checker, a program's
// questions as the graph's, and the types of their answers.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "components/reactor/sets.h"
#include "graph/graph.h"

namespace daybook::dispatch {

class GraphSets final : public reactor::Sets {
 public:
  // `graph` outlives it and has all its sets.
  explicit GraphSets(const graph::Graph& graph);

  const reactor::SetType* find(std::string_view name) const override;
  std::vector<std::string> names() const override;
  Status check(std::string_view set, std::string_view filter,
               std::string_view order_by) const override;

 private:
  const graph::Graph& graph_;
  std::map<std::string, reactor::SetType, std::less<>> sets_;
};

// The value of "query" in a question of a run (components/reactor/run.h). Only what the evaluator
// writes is read; of the fields those are asked for that the set has.
graph::Query read_query(const JsonValue& asked, const graph::Graph& graph);

// The member "type" of an answer, as JSON.
std::string type_text(const graph::Type& type);

}  // namespace daybook::dispatch
