#include "bench/peers/client/nats_message.h"

#include <array>
#include <charconv>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

constexpr std::string_view kNatsLineEnd = "\r\n";
// HMSG <subject> <sid> [reply-to] <bytes of headers> <bytes>
constexpr std::size_t kWordsMax = 6;

struct Words {
  std::array<std::string_view, kWordsMax> word;
  std::size_t count = 0;
};

Words split(std::string_view line) {
  Words out;
  while (!line.empty()) {
    const std::size_t space = line.find(' ');
    const std::string_view word = line.substr(0, space);
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
    if (word.empty()) {
      continue;
    }
    if (out.count == kWordsMax) {
      throw Failure("NATS said: too many words in a line");
    }
    out.word[out.count++] = word;
  }
  return out;
}

std::size_t number_in_message(std::string_view text) {
  std::size_t out = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, out);
  if (fault != std::errc{} || stopped != end) {
    throw Failure("no number in a message of NATS: " + shown(text));
  }
  return out;
}

// `sizes` is how many numbers stand at the end of the line: one, or two with headers.
std::optional<NatsMessage> with_body(std::string_view line, std::size_t sizes,
                                     std::string_view rest) {
  const Words words = split(line);
  const std::size_t without_reply = 3 + sizes;
  if (words.count != without_reply && words.count != without_reply + 1) {
    throw Failure("NATS said: " + shown(line));
  }
  const std::size_t size = number_in_message(words.word[words.count - 1]);
  const std::size_t head = sizes == 2 ? number_in_message(words.word[words.count - 2]) : 0;
  if (head > size) {
    throw Failure("NATS said: " + shown(line));
  }
  if (rest.size() < size + kNatsLineEnd.size()) {
    return std::nullopt;
  }
  NatsMessage out;
  out.kind = NatsMessage::Kind::kMessage;
  out.subject = words.word[1];
  out.reply_to = words.count > without_reply ? words.word[3] : std::string_view{};
  out.headers = rest.substr(0, head);
  out.body = rest.substr(head, size - head);
  out.bytes = line.size() + kNatsLineEnd.size() + size + kNatsLineEnd.size();
  return out;
}

}  // namespace

std::optional<NatsMessage> read_nats(std::string_view in) {
  using Kind = NatsMessage::Kind;
  const std::size_t end = in.find(kNatsLineEnd);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = in.substr(0, end);
  const std::size_t after = end + kNatsLineEnd.size();
  if (line.starts_with("MSG ")) {
    return with_body(line, 1, in.substr(after));
  }
  if (line.starts_with("HMSG ")) {
    return with_body(line, 2, in.substr(after));
  }
  NatsMessage out;
  out.bytes = after;
  if (line.starts_with("INFO ")) {
    out.kind = Kind::kInfo;
  } else if (line == "PING") {
    out.kind = Kind::kPing;
  } else if (line == "PONG") {
    out.kind = Kind::kPong;
  } else if (line == "+OK") {
    out.kind = Kind::kOk;
  } else {
    throw Failure("NATS said: " + shown(line));
  }
  return out;
}

}  // namespace daybook::peers
