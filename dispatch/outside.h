// The world as runs of the reactor language see it: the graph's sets, HTTP, actors. Questions and
// answers are JSON (components/reactor/run.h); an answer to a query carries the type of its
// records, so that what was kept of it can be read again without the graph.
#pragma once

#include <memory>

#include "base/clock.h"
#include "components/outside.h"
#include "components/reactor/sets.h"
#include "graph/graph.h"

namespace daybook::dispatch {

class GraphOutside final : public components::Outside {
 public:
  // `graph` outlives it and has all its sets.
  explicit GraphOutside(const graph::Graph& graph);
  ~GraphOutside() override;

  const reactor::Sets& sets() const override;
  Result<std::string> ask(std::string_view question, Micros now, Micros deadline) override;

 private:
  class Sets;

  const graph::Graph& graph_;
  std::unique_ptr<Sets> sets_;
};

}  // namespace daybook::dispatch
