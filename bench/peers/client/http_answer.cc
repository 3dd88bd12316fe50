#include "bench/peers/client/http_answer.h"

#include <charconv>
#include <string>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

constexpr std::string_view kBegin = "HTTP/1.1 ";
constexpr std::string_view kLength = "content-length:";
constexpr std::size_t kStatusDigits = 3;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_name(std::string_view line, std::string_view name) {
  if (line.size() < name.size()) {
    return false;
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (lower(line[i]) != name[i]) {
      return false;
    }
  }
  return true;
}

std::size_t number_in_answer(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  std::size_t out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault != std::errc{} || end != text.data() + text.size()) {
    throw Failure("no number in an HTTP answer: " + shown(text));
  }
  return out;
}

std::size_t body_bytes(std::string_view head) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t next = head.find("\r\n", at + 2);
    const std::string_view line = head.substr(at + 2, next - at - 2);
    if (starts_with_name(line, kLength)) {
      return number_in_answer(line.substr(kLength.size()));
    }
    at = next;
  }
  throw Failure("an HTTP answer without Content-Length: " + shown(head));
}

}  // namespace

std::optional<HttpAnswer> read_http_answer(std::string_view in) {
  if (!in.starts_with(kBegin.substr(0, in.size()))) {
    throw Failure("no HTTP answer: " + shown(in));
  }
  const std::size_t head = in.find("\r\n\r\n");
  if (head == std::string_view::npos) {
    return std::nullopt;
  }
  HttpAnswer out;
  out.status = static_cast<int>(number_in_answer(in.substr(kBegin.size(), kStatusDigits)));
  const std::size_t body = head + 4;
  const std::size_t size = body_bytes(in.substr(0, head));
  if (in.size() - body < size) {
    return std::nullopt;
  }
  out.body = in.substr(body, size);
  out.bytes = body + size;
  return out;
}

}  // namespace daybook::peers
