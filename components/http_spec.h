// What an http component says of itself: {"url", "headers"?, "timeout"?}. Private to components.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/json_value.h"
#include "base/result.h"

namespace daybook::components {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpSpec {
  std::string url;
  HttpHeaders headers;
  Duration timeout;  // zero: none of its own
};

class Faults;

// `ports`: those that a URL may name; empty permits every port. Of no use when it leaves faults.
HttpSpec parse_http_spec(std::string_view json, const std::vector<std::uint16_t>& ports,
                         Faults& faults);

// An absolute http or https URL without a user name, as the parser reads it that will connect it.
Status check_url(const std::string& url, const std::vector<std::uint16_t>& ports,
                 std::string_view field);
// A header's name in small letters.
std::string lower(std::string_view name);
enum class ContentType : std::uint8_t { kReserved, kAllowed };
// An object of headers that a request may set itself; `path` names it in errors.
Result<HttpHeaders> read_headers(const JsonValue& value, const std::string& path,
                                 ContentType content_type = ContentType::kReserved);

}  // namespace daybook::components
