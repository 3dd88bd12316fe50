// The world as runs of the reactor language see it: the graph's sets, HTTP, actors. Questions and
// answers are JSON (components/reactor/run.h); an answer to a query carries the type of its
// records, so that what was kept of it can be read again without the graph.
#pragma once

#include <functional>
#include <string>

#include "access/token_table.h"

#include "base/clock.h"
#include "base/json_value.h"
#include "components/caller.h"
#include "components/outside.h"
#include "dispatch/graph_sets.h"
#include "graph/graph.h"

namespace daybook::dispatch {

// Waits until what the graph reads of this server's own reflects everything that is durable when
// it is called; an error when the deadline came first, or nobody waits any more.
using Freshness = std::function<Status(const components::AskTerms& terms)>;

class GraphOutside final : public components::Outside {
 public:
  // All outlive it; `graph` has all its sets. tokens: what owners may is looked up there; null:
  // nobody is owned by one.
  GraphOutside(const graph::Graph& graph, const components::Caller& caller, Freshness fresh,
               const access::TokenBook* tokens = nullptr);
  ~GraphOutside() override;

  const reactor::Sets& sets() const override;
  Result<std::string> ask(std::string_view question, const components::AskTerms& terms) override;

 private:
  Result<std::string> query(const JsonValue& asked, const components::AskTerms& terms) const;
  Status check_owner(const graph::Query& query, std::string_view owner) const;

  const graph::Graph& graph_;
  const components::Caller& caller_;
  const Freshness fresh_;
  const access::TokenBook* const tokens_;
  const GraphSets sets_;
};

}  // namespace daybook::dispatch
