// The replies of Redis (RESP2), as far as a queue by hand needs them: no arrays.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::peers {

struct RespReply {
  enum class Kind { kLine, kNumber, kText, kNothing };
  Kind kind = Kind::kLine;
  std::string_view text;
  std::size_t bytes = 0;  // of the whole reply
};

// The reply at the front of `in`, which it points into; empty while it is not whole. Throws Failure
// for an error reply and for what is no reply.
std::optional<RespReply> read_resp(std::string_view in);

// Begins a command of `words` words; append_word() adds each.
void begin_command(std::string& out, std::size_t words);
void append_word(std::string& out, std::string_view word);
void append_command(std::string& out, std::initializer_list<std::string_view> words);

}  // namespace daybook::peers
