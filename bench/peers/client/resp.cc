#include "bench/peers/client/resp.h"

#include <charconv>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

long number_in_reply(std::string_view text) {
  long out = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, out);
  if (fault != std::errc{} || stopped != end) {
    throw Failure("no number in a reply of Redis: " + shown(text));
  }
  return out;
}

}  // namespace

std::optional<RespReply> read_resp(std::string_view in) {
  using Kind = RespReply::Kind;
  if (in.empty()) {
    return std::nullopt;
  }
  const std::size_t end = in.find("\r\n");
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = in.substr(1, end - 1);
  const std::size_t after = end + 2;
  switch (in.front()) {
    case '+':
      return RespReply{Kind::kLine, line, after};
    case ':':
      static_cast<void>(number_in_reply(line));
      return RespReply{Kind::kNumber, line, after};
    case '*':
      if (line == "-1") {  // a blocking command that waited in vain
        return RespReply{Kind::kNothing, {}, after};
      }
      break;
    case '$': {
      const long size = number_in_reply(line);
      if (size < 0) {
        return RespReply{Kind::kNothing, {}, after};
      }
      const auto bytes = static_cast<std::size_t>(size);
      if (in.size() < after + bytes + 2) {
        return std::nullopt;
      }
      return RespReply{Kind::kText, in.substr(after, bytes), after + bytes + 2};
    }
    default:
      break;
  }
  throw Failure("Redis said: " + shown(in.substr(0, end)));
}

void begin_command(std::string& out, std::size_t words) {
  out += '*';
  out += std::to_string(words);
  out += "\r\n";
}

void append_word(std::string& out, std::string_view word) {
  out += '$';
  out += std::to_string(word.size());
  out += "\r\n";
  out += word;
  out += "\r\n";
}

void append_command(std::string& out, std::initializer_list<std::string_view> words) {
  begin_command(out, words.size());
  for (const std::string_view word : words) {
    append_word(out, word);
  }
}

}  // namespace daybook::peers
