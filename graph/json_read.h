// JSON text as a Value, every number with all its digits. Private to graph/.
#pragma once

#include <string_view>

#include "base/limits/json.h"
#include "base/result.h"
#include "graph/value.h"

namespace daybook::graph {

// RFC 8259, UTF-8; of a repeated member the last is found. Depth at most kJsonDocumentDepthMax:
// what was stored at the limit comes back inside of rows. kMalformed "MALFORMED_JSON" says at which
// byte.
Result<Value> read_json(std::string_view text);

}  // namespace daybook::graph
