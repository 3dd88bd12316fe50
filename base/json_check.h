// Whether a text is JSON that we take: RFC 8259, UTF-8, bounded in depth, no key twice in an
// object, numbers that a double can hold.
#pragma once

#include <string_view>

#include "base/limits/json.h"
#include "base/result.h"

namespace daybook {

// kMalformed "MALFORMED_JSON" with the position, or "DUPLICATE_MEMBER" with the name.
Status check_json(std::string_view text, int depth_max = kJsonDepthMax);

// Whether a value inside of a document that passed is at most kJsonDepthMax deep, counted from
// itself: kInvalid "TOO_DEEP".
Status check_json_depth(std::string_view value, std::string_view field);

}  // namespace daybook
