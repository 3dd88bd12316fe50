// The signature of a request to an http component.
#pragma once

#include <string>
#include <string_view>

namespace daybook::components {

// "v1=" and the hexadecimal HMAC-SHA256 (RFC 2104) of "<timestamp>.<body>" under `secret`.
std::string signature(std::string_view secret, std::string_view timestamp, std::string_view body);

}  // namespace daybook::components
