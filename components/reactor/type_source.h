// Types and constants as source of the language that says the same in every program. Private to
// components/reactor.
#pragma once

#include <string>

#include "components/reactor/type_node.h"

namespace daybook::reactor {

// The type with its names resolved: aliases are what they stand for, binders what they bind.
void append_type_source(std::string& out, const TypeNode& type);
// A literal; false, and nothing appended, when the value has none.
bool append_literal_source(std::string& out, const Value& value);
// A name of a field or parameter, in backticks where it needs them.
void append_name_source(std::string& out, std::string_view name);

}  // namespace daybook::reactor
