#include "bench/load/http_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace daybook::bench {
namespace {

tl::unexpected<Error> bad_answer(std::string_view what) {
  return fail(Code::kUnavailable, "BAD_ANSWER", what);
}

tl::unexpected<Error> unreachable(const char* what) {
  return fail(Code::kUnavailable, "SERVER_UNREACHABLE",
              std::string(what) + ": " + std::system_category().message(errno));
}

template <typename T>
bool read_number(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

bool same_letters(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] | 0x20) != (b[i] | 0x20)) {
      return false;
    }
  }
  return true;
}

// The value of the header line that starts with `name` (with its colon); empty when there is none.
std::string_view header_value(std::string_view headers, std::string_view name) {
  for (std::size_t at = headers.find("\r\n"); at != std::string_view::npos;) {
    at += 2;
    const std::size_t end = std::min(headers.find("\r\n", at), headers.size());
    const std::string_view line = headers.substr(at, end - at);
    if (line.size() > name.size() && same_letters(name, line)) {
      return line.substr(line.find_first_not_of(' ', name.size()));
    }
    at = end == headers.size() ? std::string_view::npos : end;
  }
  return {};
}

}  // namespace

Result<HttpServer> HttpServer::parse(std::string_view url, std::string token) {
  constexpr std::string_view kScheme = "http://";
  HttpServer out;
  const std::size_t colon = url.rfind(':');
  if (!url.starts_with(kScheme) || colon < kScheme.size() ||
      !read_number(url.substr(colon + 1), out.port)) {
    return fail(Code::kInvalid, "BAD_ADDRESS", "an address is http://HOST:PORT", "--server");
  }
  out.host = url.substr(kScheme.size(), colon - kScheme.size());
  if (out.host == "localhost") {
    out.host = "127.0.0.1";
  }
  out.token = std::move(token);
  return out;
}

std::string http_request(const HttpServer& server, std::string_view method, std::string_view target,
                         std::string_view body) {
  std::string out;
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
  out.append(server.host).append(":").append(std::to_string(server.port)).append("\r\n");
  if (!server.token.empty()) {
    out.append("Authorization: Bearer ").append(server.token).append("\r\n");
  }
  if (!body.empty()) {
    out.append("Content-Type: application/json\r\nContent-Length: ");
    out.append(std::to_string(body.size())).append("\r\n");
  }
  return out.append("\r\n").append(body);
}

Result<std::optional<HttpAnswer>> read_answer(std::string_view in) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  HttpAnswer out;
  const std::string_view headers = in.substr(0, end);
  if (!headers.starts_with("HTTP/1.1 ") || !read_number(headers.substr(9, 3), out.status)) {
    return bad_answer("the answer does not start with a status line");
  }
  std::size_t length = 0;
  const std::string_view given = header_value(headers, "content-length:");
  if (out.status != 204 && !read_number(given, length)) {
    return bad_answer("the answer has no Content-Length");
  }
  out.bytes = end + 4 + length;
  if (in.size() < out.bytes) {
    return std::nullopt;
  }
  out.body = in.substr(end + 4, length);
  return out;
}

Result<int> connect_to(const HttpServer& server) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port);
  if (inet_pton(AF_INET, server.host.c_str(), &address.sin_addr) != 1) {
    return fail(Code::kInvalid, "BAD_ADDRESS", "the host is not a numeric address", "--server");
  }
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return unreachable("no socket");
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    auto error = unreachable("no connection");
    close(fd);
    return error;
  }
  return fd;
}

Result<HttpConnection> HttpConnection::open(const HttpServer& server) {
  DAYBOOK_ASSIGN(const int fd, connect_to(server));
  return HttpConnection(server, fd);
}

HttpConnection::~HttpConnection() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

HttpConnection::HttpConnection(HttpConnection&& other) noexcept
    : server_(std::move(other.server_)),
      fd_(std::exchange(other.fd_, -1)),
      in_(std::move(other.in_)) {}

Result<std::string> HttpConnection::send(std::string_view method, std::string_view target,
                                         std::string_view body) {
  const std::string request = http_request(server_, method, target, body);
  for (std::size_t at = 0; at < request.size();) {
    const ssize_t sent = ::send(fd_, request.data() + at, request.size() - at, MSG_NOSIGNAL);
    if (sent < 0) {
      return unreachable("the request was not taken");
    }
    at += static_cast<std::size_t>(sent);
  }
  for (;;) {
    DAYBOOK_ASSIGN(const auto answer, read_answer(in_));
    if (answer) {
      std::string out(answer->body);
      const int status = answer->status;
      in_.erase(0, answer->bytes);
      if (status < 200 || status > 299) {
        return fail(Code::kConflict, "REFUSED", std::to_string(status) + " " + out);
      }
      return out;
    }
    char block[1 << 16];
    const ssize_t got = recv(fd_, block, sizeof(block), 0);
    if (got <= 0) {
      return unreachable("the connection ended before the answer");
    }
    in_.append(block, static_cast<std::size_t>(got));
  }
}

}  // namespace daybook::bench
