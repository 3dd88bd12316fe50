#include "graph/own_sets.h"

#include "graph/own/sets.h"

namespace daybook::graph {

std::vector<SetSchema> own_schemas() {
  return {own::job_schema(),  own::definition_schema(), own::component_schema(),
          own::rule_schema(), own::sending_schema(),    own::event_schema()};
}

Status add_own_sets(Graph& graph, const projections::Views& views) {
  DAYBOOK_TRY(graph.add(own::jobs(views)));
  DAYBOOK_TRY(graph.add(own::job_definitions(views)));
  DAYBOOK_TRY(graph.add(own::components(views)));
  DAYBOOK_TRY(graph.add(own::rules(views)));
  DAYBOOK_TRY(graph.add(own::sendings(views)));
  DAYBOOK_TRY(graph.add(own::events(views)));
  return {};
}

}  // namespace daybook::graph
