#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/check.h"

namespace daybook::test {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void read_fields(std::string_view head, HttpReply& out) {
  auto at = head.find("\r\n");
  while (at != std::string_view::npos && at + 2 < head.size()) {
    head.remove_prefix(at + 2);
    at = head.find("\r\n");
    const auto line = head.substr(0, at);
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos) {
      out.fields[lower(line.substr(0, colon))] = line.substr(colon + 2);
    }
  }
}

}  // namespace

std::string HttpReply::field(const std::string& name) const {
  const auto found = fields.find(lower(name));
  return found == fields.end() ? std::string() : found->second;
}

HttpClient::HttpClient(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  DAYBOOK_CHECK(connected == 0, "the server under test listens");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

HttpClient::~HttpClient() {
  ::close(socket_);
}

void HttpClient::set_receive_buffer(int bytes) {
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

bool HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

HttpClient::Got HttpClient::read_some(std::chrono::steady_clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  pollfd wait{socket_, POLLIN, 0};
  if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) {
    return Got::kTimeout;
  }
  std::array<char, 16384> bytes{};
  const auto got = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (got <= 0) {
    return Got::kEnd;
  }
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return Got::kBytes;
}

// Decodes chunks from `at` on; takes them off the buffer.
bool HttpClient::read_chunked(std::size_t at, std::chrono::steady_clock::time_point until,
                              std::string& body) {
  for (;;) {
    const auto line_end = buffer_.find("\r\n", at);
    if (line_end == std::string::npos) {
      if (read_some(until) != Got::kBytes) {
        return false;
      }
      continue;
    }
    std::size_t size = 0;
    std::from_chars(buffer_.data() + at, buffer_.data() + line_end, size, 16);
    while (buffer_.size() < line_end + 2 + size + 2) {
      if (read_some(until) != Got::kBytes) {
        return false;
      }
    }
    body.append(buffer_, line_end + 2, size);
    at = line_end + 2 + size + 2;
    if (size == 0) {
      buffer_.erase(0, at);
      return true;
    }
  }
}

std::optional<HttpReply> HttpClient::receive(std::chrono::milliseconds timeout, bool to_head) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (read_some(until) != Got::kBytes) {
      return std::nullopt;
    }
  }
  HttpReply out;
  const std::string_view head(buffer_.data(), end + 2);
  std::from_chars(head.data() + 9, head.data() + 12, out.status);
  read_fields(head, out);
  out.closes = out.field("Connection") == "close";
  if (out.field("Transfer-Encoding") == "chunked") {
    return read_chunked(end + 4, until, out.body) ? std::optional(out) : std::nullopt;
  }
  std::size_t length = 0;
  const std::string text = to_head ? "0" : out.field("Content-Length");
  std::from_chars(text.data(), text.data() + text.size(), length);
  while (buffer_.size() < end + 4 + length) {
    if (read_some(until) != Got::kBytes) {
      return std::nullopt;
    }
  }
  out.body = buffer_.substr(end + 4, length);
  buffer_.erase(0, end + 4 + length);
  return out;
}

std::string HttpClient::receive_until(std::string_view text, std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (buffer_.find(text) == std::string::npos && read_some(until) == Got::kBytes) {
  }
  return std::exchange(buffer_, std::string());
}

void HttpClient::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool HttpClient::closed_by_peer(std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const Got got = read_some(until);
    if (got != Got::kBytes) {
      return got == Got::kEnd;
    }
  }
}

std::optional<HttpReply> HttpClient::call(std::string_view method, std::string_view target,
                                          std::string_view body, std::string_view fields) {
  std::string request(method);
  request += ' ';
  request += target;
  request += " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  request += fields;
  if (!body.empty()) {
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  request += "\r\n";
  request += body;
  return send(request) ? receive(std::chrono::seconds(20), method == "HEAD") : std::nullopt;
}

}  // namespace daybook::test
