// gzip of answers (RFC 9110 sections 8.4.1 and 12.5.3, RFC 1952). No sockets, no threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/request.h"

namespace daybook::api {

// Whether the client takes gzip: it is named, or "*" is, with a weight above zero. Any number of
// Accept-Encoding fields; what is not in their form is passed over.
bool accepts_gzip(const Head& head);

// `text` as one gzip member, at the level that costs least; nothing when that would not be smaller.
std::optional<std::string> gzip(std::string_view text);

}  // namespace daybook::api
