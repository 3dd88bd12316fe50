// The strict gate: which request headers are let in at all.
//
// Two readers of one connection that disagree about where a request ends are how requests are
// smuggled, so every shape that HTTP readers are known to disagree about is refused, not
// interpreted: RFC 9112 sections 2.2, 3, 5, 6, narrowed. Pure; any thread.
#pragma once

#include <string_view>

#include "api/problem.h"
#include "api/request.h"

namespace daybook::api {

// `raw`: a whole header block with the empty line that ends it. What is returned borrows it.
Answer<Head> check_head(std::string_view raw);

// Percent-decodes a path and refuses what must not be in one: bad escapes, control characters,
// dot segments, bytes that are not UTF-8. A slash that was sent as %2F becomes kHiddenSlash: it can
// stand in a name, and does not part what a proxy took for one segment.
Answer<std::string> decode_path(std::string_view path);

// Percent-decodes; nothing when an escape is broken. `plus_is_space`: as in queries.
bool percent_decode(std::string_view text, bool plus_is_space, std::string& out);

// Whether a Host value (or the host of an Origin) names this machine: localhost, 127.0.0.0/8,
// [::1], with or without a port. Anything else may be a foreign name that a browser was led to
// resolve to us.
bool is_loopback_host(std::string_view host);

}  // namespace daybook::api
