// JSON for people: indented printing, and members by path for table cells.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace daybook::cli {

// Two spaces an indent, one member or element a line, short arrays of scalars on one line; no line
// end after it. Characters that a terminal would obey are escaped.
std::string to_pretty(const boost::json::value& value);

// JSON whose texts escape what a terminal would obey.
std::string harmless(std::string_view json);

// The member at a dotted path ("error.code") as cell text: texts bare, other values as
// JSON, absent and null as "".
std::string cell(const boost::json::value& value, std::string_view path);

}  // namespace daybook::cli
