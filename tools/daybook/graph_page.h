// One question to a server's graph.
#pragma once

#include <boost/json.hpp>

#include "base/result.h"
#include "tools/daybook/client.h"

namespace daybook::cli {

// The answer to a question, an array of one: an object with the array "nodes". kInternal
// "BAD_ANSWER" when it is none.
Result<boost::json::object> fetch_page(Client& client, const boost::json::value& question);

}  // namespace daybook::cli
