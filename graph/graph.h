// The sets that queries ask over: Daybook's own and those that the operator configured.
//
// Add sets, then share: from then on everything is const and any thread may ask. An answer is
// computed on the caller's thread, which may wait for a disk or a network, until the deadline.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "graph/query.h"
#include "graph/schema.h"

namespace daybook::graph {

class Set;
struct Plan;

class Graph {
 public:
  // `clock` outlives the graph.
  explicit Graph(const Clock& clock);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // kConflict "GRAPH_SET_EXISTS"; kExhausted "GRAPH_TOO_MANY_SETS". Before the graph is shared.
  Status add(std::unique_ptr<Set> set);
  // Whether every navigation leads to a set that is there, by fields of equal types. After the last
  // add(); kInvalid "GRAPH_NAVIGATION" names the set and the navigation.
  Status check_navigations() const;

  // By name; null when there is no such set. In the order of their names.
  const SetSchema* find(std::string_view name) const;
  std::vector<const SetSchema*> sets() const;

  // Everything that can be wrong with a question without reading a row: unknown sets, fields and
  // navigations, the form and the types of filters and orders, limits. Errors name the member in
  // `field` ("filter", "navigate[1].orderBy"); those of a filter have line, column and a caret line
  // in the message. Reasons: GRAPH_UNKNOWN_SET, GRAPH_UNKNOWN_FIELD, GRAPH_UNKNOWN_NAVIGATION,
  // GRAPH_FILTER (form), GRAPH_TYPE, GRAPH_ORDER, GRAPH_LIMIT.
  Status check(const Query& query) const;
  // check(), and the type of one record of the answer, navigations included.
  Result<Type> type_of(const Query& query) const;

  // `now` is what the word stands for in filters; `deadline` is a point of the clock's steady time.
  // Beside the errors of check(): kInvalid GRAPH_SCAN_LIMIT (no index answers the filter and more
  // than kGraphScanMax rows would have to be looked at; the message names the fields to filter by),
  // kTooLarge GRAPH_ANSWER_TOO_LARGE, kUnavailable GRAPH_DEADLINE, kInvalid BAD_CURSOR,
  // kUnavailable GRAPH_SOURCE (a configured source cannot be read) and GRAPH_ROW (a row of it has
  // another type than declared).
  Result<Answer> answer(const Query& query, Micros now, Micros deadline) const;

 private:
  const Set* find_set(std::string_view name) const;
  Result<Plan> plan(const Query& query, Micros now) const;

  const Clock& clock_;
  std::map<std::string, std::unique_ptr<Set>, std::less<>> sets_;
};

}  // namespace daybook::graph
