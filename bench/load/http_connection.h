// HTTP/1.1 as the benchmarks need it: requests written once, answers with a Content-Length read
// with as little work as can be. Not a client for anything else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace daybook::bench {

struct HttpServer {
  std::string host = "127.0.0.1";  // a numeric address
  std::uint16_t port = 0;
  std::string token;

  // "http://127.0.0.1:7070"
  static Result<HttpServer> parse(std::string_view url, std::string token);
};

// The bytes of one request over a connection that stays open.
std::string http_request(const HttpServer& server, std::string_view method, std::string_view target,
                         std::string_view body);

struct HttpAnswer {
  int status = 0;
  std::string_view body;
  std::size_t bytes = 0;  // of the whole answer
};
// The answer at the front of `in`; nothing when it is not whole yet. Fails when it has no length.
Result<std::optional<HttpAnswer>> read_answer(std::string_view in);

// A connected socket, without delay of small writes.
Result<int> connect_to(const HttpServer& server);

// One connection that waits for each answer. One thread.
class HttpConnection {
 public:
  static Result<HttpConnection> open(const HttpServer& server);
  ~HttpConnection();
  HttpConnection(HttpConnection&& other) noexcept;
  HttpConnection& operator=(HttpConnection&&) = delete;

  // The body of the answer; fails when the status is not 2xx, with the body as message.
  Result<std::string> send(std::string_view method, std::string_view target,
                           std::string_view body = {});

 private:
  HttpConnection(const HttpServer& server, int fd) : server_(server), fd_(fd) {}

  HttpServer server_;
  int fd_;
  std::string in_;
};

}  // namespace daybook::bench
