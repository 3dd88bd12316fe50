// What of a question PostgreSQL can answer with exactly our meaning, as SQL. Text only, no
// connection. Private to graph/.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "graph/set.h"

namespace daybook::graph::sources {

// A column as the server describes it.
struct Column {
  std::uint32_t type = 0;     // pg_type.oid
  bool deterministic = true;  // of its collation: equal texts have equal bytes
};
using Columns = std::map<std::string, Column, std::less<>>;

struct Statement {
  std::string text;
  std::vector<std::string> values;  // of $1, $2, …
  bool in_order = false;
};

// SELECT of the needed fields as JSON, one column each, in the order of the schema. Names are
// quoted, values stand beside the statement. A condition is pushed down where it is exact:
//
//   texts, numbers (integers and numeric), bools, uuids and timestamps; == != < <= > >= anyof,
//   and, or, not, nothing
//
// Everything else is left to the runner, which looks at every row anyway. Rows are limited only
// when the whole filter and the order were pushed down.
Statement select(const SetSchema& schema, const std::string& table, const Columns& columns,
                 const Ask& ask);

// "\"a\"\"b\"" for a"b.
std::string quote_name(std::string_view name);
// "schema.table" quoted part by part.
std::string quote_table(std::string_view table);

}  // namespace daybook::graph::sources
