// A question to the graph: which rows of which set, what of them, and what to navigate to. Plain
// values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "graph/limits.h"

namespace daybook::graph {

struct Query {
  std::string set;  // inside `navigate`: the name of a navigation
  // Dotted paths; a record's path is all of it. Empty: all declared fields.
  std::vector<std::string> fields;
  std::string filter;    // docs/graph.md; empty: all rows
  std::string order_by;  // "createdAt desc, jobId"; empty: the set's own order
  std::vector<Query> navigate;
  std::size_t limit = kGraphRowsMax;  // 1 to kGraphRowsMax
  // Only for the outermost query: the last_cursor of an earlier answer to the same query.
  std::string after;
  bool count = false;  // whether total_count is wanted
};

struct Answer {
  // An array of records. Each has the asked fields in the order of the schema, nested where they
  // are nested, then one member for each navigation: a list of records, a record or null.
  std::string json;
  std::size_t rows = 0;  // of the outermost list
  // How many rows the filter leaves; absent when not asked for, or when counting would need more
  // than kGraphScanMax rows to be looked at.
  std::optional<std::uint64_t> total_count;
  // Of the first and last row; empty without rows, or when the set has no key.
  std::string first_cursor;
  std::string last_cursor;
  bool more = false;  // rows follow behind the last one
  // Navigations of which some record has more rows than were given: "lines", "lines.parts".
  std::vector<std::string> cut;
};

}  // namespace daybook::graph
