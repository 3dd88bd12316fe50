// The messages of a NATS server, one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace daybook::peers {

struct NatsMessage {
  enum class Kind { kInfo, kPing, kPong, kOk, kMessage };
  Kind kind = Kind::kInfo;
  std::string_view subject;
  std::string_view reply_to;  // empty when the message has none
  std::string_view headers;   // with their first line; empty when it has none
  std::string_view body;
  std::size_t bytes = 0;  // of the whole message
};

// The message at the front of `in`, which it points into; empty while it is not whole. Throws
// Failure for -ERR and for what is no message.
std::optional<NatsMessage> read_nats(std::string_view in);

}  // namespace daybook::peers
