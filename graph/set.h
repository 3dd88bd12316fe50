// One set of the graph: a schema, and rows when asked. To add a set, derive from Set in a file of
// its own and add it to the graph (own_sets.cc for Daybook's).
//
// A set narrows as far as its indexes go and never has to narrow: the graph itself filters, orders
// and limits whatever comes. Const and thread-safe; Rows are one thread's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "graph/filter_check.h"
#include "graph/schema.h"
#include "graph/value.h"

namespace daybook::graph {

struct OrderTerm {
  std::vector<std::string> path;
  bool down = false;
  Kind kind = Kind::kText;
};
using Order = std::vector<OrderTerm>;

// Sources that were read as a whole, for the time of one answer: navigating from a hundred rows
// reads them once.
using Memory = std::map<const void*, std::shared_ptr<const std::vector<Value>>>;

// What is wanted of a set; all of it outlives the Rows.
struct Ask {
  const Condition& filter;
  const Order& order;
  // Values of the order's terms in the row behind which to begin, or null.
  const std::vector<Value>* after = nullptr;
  // Fields of the record (first parts of paths) that must be there; others may be left out.
  const std::set<std::string>& needs;
  std::size_t limit = 0;  // rows that are enough when they come in order and filtered
  const Clock& clock;
  Micros deadline;  // of the clock's steady time
  Memory& memory;
};

class Rows {
 public:
  virtual ~Rows() = default;
  // Nothing at the end, or in a pause. Every row that the filter leaves must come; others may.
  virtual Result<std::optional<Value>> next() = 0;
  // Whether nothing came only since many rows were passed over: the caller looks at its bounds,
  // then asks again.
  virtual bool paused() const { return false; }
  // Whether rows come as the order asks.
  virtual bool in_order() const { return false; }
  // How many rows the filter leaves, when the set knows without looking at them.
  virtual std::optional<std::uint64_t> total() const { return std::nullopt; }
  // How many rows come in all, when the set knows.
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
  // Rows that were read but not given, since the set saw that the filter does not leave them.
  virtual std::size_t passed_over() const { return 0; }
};

class Set {
 public:
  explicit Set(SetSchema schema) : schema_(std::move(schema)) {}
  virtual ~Set() = default;
  Set(const Set&) = delete;
  Set& operator=(const Set&) = delete;

  const SetSchema& schema() const { return schema_; }
  virtual Result<std::unique_ptr<Rows>> open(const Ask& ask) const = 0;
  // Whether totals are kept, so that opening it once more to have one costs nothing.
  virtual bool has_counters() const { return false; }

 private:
  SetSchema schema_;
};

// kUnavailable "GRAPH_DEADLINE" once the deadline is over.
Status check_deadline(const Clock& clock, Micros deadline);

}  // namespace daybook::graph
