// The words of a mail: placeholders put in, header texts encoded. Private to components.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json_value.h"

namespace daybook::components {

enum class Placing { kLine, kText, kHtml };

// `text` with every {name} replaced whose name is a member of `dynamic`: texts as they are, null as
// nothing, other values as JSON. kHtml escapes & < > " '; kLine makes control characters spaces.
std::string fill_in(std::string_view text, const std::vector<JsonValue::Member>& dynamic,
                    Placing placing);

// A header's text (RFC 2047): plain ASCII of moderate length as it is, else UTF-8 in base64 words,
// folded. Never holds a line end that is not a fold.
std::string header_text(std::string_view text);

// "Name" <address>, the name encoded; the address alone when there is no name.
std::string header_mailbox(std::string_view name, std::string_view address);

// "Sun, 16 Nov 2025 00:00:00 +0000" (RFC 5322).
std::string header_date(Micros time);

// Every line ends in CRLF.
std::string crlf_lines(std::string_view text);

}  // namespace daybook::components
