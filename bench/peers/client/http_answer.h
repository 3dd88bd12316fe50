// The answers of an HTTP/1.1 server, as far as a load client needs them: status and body.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace daybook::peers {

struct HttpAnswer {
  int status = 0;
  std::string_view body;
  std::size_t bytes = 0;  // of the whole answer
};

// The answer at the front of `in`, which it points into; empty while it is not whole. Throws
// Failure for what is no answer, and for one without Content-Length.
std::optional<HttpAnswer> read_http_answer(std::string_view in);

}  // namespace daybook::peers
