// Texts as JSON strings (RFC 8259 section 7).
#pragma once

#include <string>
#include <string_view>

namespace daybook {

// Appends `text` as a JSON string with its quotes: quotes, backslashes and control characters are
// escaped, all else stays as it is, so UTF-8 in is UTF-8 out.
void append_json_string(std::string& out, std::string_view text);

}  // namespace daybook
