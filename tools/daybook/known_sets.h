// The sets that a program asks over, as they are known to the command line: Daybook's own always,
// those of an operator out of a server's configuration file, or as a server lists them. They have
// types and no rows.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "dispatch/graph_sets.h"
#include "graph/graph.h"
#include "tools/daybook/client.h"

namespace daybook::cli {

class KnownSets final : public reactor::Sets {
 public:
  // `config_file`: its tables [graph.<set>], and then there are no other sets than these and
  // Daybook's own; empty: there may be others, of which nothing is known.
  static Result<std::unique_ptr<KnownSets>> of_file(const std::string& config_file);
  // All that the server has.
  static Result<std::unique_ptr<KnownSets>> of_server(Client& client);

  const reactor::SetType* find(std::string_view name) const override;
  std::vector<std::string> names() const override { return types_->names(); }
  Status check(std::string_view set, std::string_view filter,
               std::string_view order_by) const override {
    return types_->check(set, filter, order_by);
  }
  bool open() const override { return open_; }

  // Names that were asked for, and that nobody knows here.
  const std::set<std::string>& unknown() const { return unknown_; }

  // A query of a run as the graph's, and the type of its answer's rows: GRAPH_UNKNOWN_SET where
  // nothing is known of its set, and what else a server would refuse in it.
  graph::Query query_of(const JsonValue& asked) const;
  Result<std::string> type_of(const graph::Query& query) const;

 private:
  KnownSets() = default;
  Status add(graph::SetSchema schema);
  Status close(bool open);

  const SystemClock clock_{};
  graph::Graph graph_{clock_};
  std::unique_ptr<dispatch::GraphSets> types_;
  bool open_ = false;
  mutable std::set<std::string> unknown_;
};

}  // namespace daybook::cli
