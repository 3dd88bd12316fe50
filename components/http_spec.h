// What an http component says of itself: {"url", "headers"?, "timeout"?}. Private to components.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace daybook::components {

struct HttpSpec {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  Duration timeout;  // zero: none of its own
};

// `ports`: those that a URL may name; empty permits every port.
Result<HttpSpec> parse_http_spec(std::string_view json, const std::vector<std::uint16_t>& ports);

}  // namespace daybook::components
