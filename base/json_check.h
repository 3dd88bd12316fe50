// Whether a text is JSON that we take: RFC 8259, UTF-8, depth at most kJsonDepthMax, no key twice
// in an object, numbers that a double can hold.
#pragma once

#include <string_view>

#include "base/limits/json.h"
#include "base/result.h"

namespace daybook {

// kMalformed "MALFORMED_JSON" with the position, or "DUPLICATE_MEMBER" with the name.
Status check_json(std::string_view text);

}  // namespace daybook
