// Values as texts. Private to components/reactor.
#pragma once

#include <string>

#include "components/reactor/value.h"

namespace daybook::reactor {

// What `$'{x}'` and `x :: text` give: plain, without quotes. Nothing is "". Lists, records and
// functions have none: "" and false.
bool plain_text(const Value& value, std::string& out);
// As it would stand in a program, for messages: 'x', 5, 15 minutes; "[…]" for what is long.
std::string source_text(const Value& value);
// Canonical form of 16 bytes.
std::string uuid_text(std::string_view bytes);
// The 16 bytes of a canonical uuid of either case; empty when it is none.
std::string parse_uuid(std::string_view text);

// What a value is, for messages: "a number", "a record".
std::string_view kind_text(const Value& value);
// The same, and of a nothing that stood in a set which field it was.
std::string described(const Value& value);

}  // namespace daybook::reactor
