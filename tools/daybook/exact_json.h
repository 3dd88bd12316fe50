// JSON in and out without loss: a Boost.JSON tree holds numbers as 64-bit integers or doubles, so a
// number that those would not write back as it was read is kept as its text, in an object that no
// JSON text can hold. Everything that the command line reads or writes as JSON goes through here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.h"

namespace daybook::cli {

// One whole document, at most kJsonDocumentDepthMax deep; kMalformed "BAD_JSON" names the byte,
// counted from 1.
Result<boost::json::value> parse_json(std::string_view text, std::string_view field);

// One line, numbers as they were read; 12.5 is written 12.5.
std::string to_text(const boost::json::value& value);

// Null, true, false, a number or a text: not an object or array.
bool is_scalar(const boost::json::value& value);

}  // namespace daybook::cli
