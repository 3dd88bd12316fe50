// Gives a parsed filter its meaning over one set: names become fields, literals values of the
// field's type, `now` a time. All type errors are found here, before any row is read. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/filter_ast.h"
#include "graph/schema.h"
#include "graph/value.h"

namespace daybook::graph {

// A field of the row, or a value.
struct Term {
  std::vector<std::string> path;  // empty: a value
  Kind kind = Kind::kValue;       // of the field
  Value value;

  bool is_field() const { return !path.empty(); }
};

// A checked filter. In a comparison of a field with a value the field stands left.
struct Condition {
  using Is = Node::Kind;
  Is kind = Is::kAnd;  // kAnd without parts: every row
  std::vector<Condition> parts;
  Compare compare = Compare::kEqual;
  Term left;
  std::vector<Term> items;
};

// kInvalid: GRAPH_FILTER, GRAPH_UNKNOWN_FIELD, GRAPH_TYPE. An empty filter leaves every row.
Result<Condition> check_filter(std::string_view filter, const Type& record, Micros now,
                               std::string_view field = "filter");

}  // namespace daybook::graph
