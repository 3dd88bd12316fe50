// Runs a checked query: pulls rows from sets, filters, orders, limits, navigates, writes JSON.
// Private to graph/; one thread, one answer.
#pragma once

#include <string>
#include <vector>

#include "graph/plan.h"

namespace daybook::graph {

class Runner {
 public:
  Runner(const Clock& clock, Micros deadline) : clock_(clock), deadline_(deadline) {}

  Result<Answer> run(const Plan& plan);

 private:
  struct Found {
    std::vector<Value> place;  // values of the order's terms
    Value row;
  };
  struct Page {
    std::vector<Found> rows;
    std::optional<std::uint64_t> total;
    bool more = false;
  };

  Result<Page> find(const Plan& plan, const Condition& filter);
  Result<std::optional<std::uint64_t>> total(const Plan& plan, const Ask& ask, const Rows& rows);
  Status write_record(std::string& out, const Plan& plan, const Value& row);
  Status write_step(std::string& out, const Plan::Step& step, const Value& row);
  Status write_reached(std::string& out, const Plan::Step& step, const Page& page);
  Status count_row(const std::string& out);

  const Clock& clock_;
  Micros deadline_;
  Memory memory_;
  std::size_t rows_ = 0;
  std::string path_;              // of the navigation that is written: "lines.parts"
  std::vector<std::string> cut_;  // those that did not give all their rows
};

}  // namespace daybook::graph
