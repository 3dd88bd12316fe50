// A server on loopback that answers each request as the test says; one connection at a time, kept
// alive.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace daybook::components {

struct SeenRequest {
  std::string head;  // request line and headers
  std::string body;
  // The header's value, or "".
  std::string header(const std::string& name) const;
};

// The whole answer as bytes; "" closes the connection without one.
using Respond = std::function<std::string(const SeenRequest&)>;

// "HTTP/1.1 <status>" with a Content-Length and this body.
std::string answer(const std::string& status, const std::string& body,
                   const std::string& headers = "");

class HttpServer {
 public:
  explicit HttpServer(Respond respond);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& host = "127.0.0.1") const;
  int connections() const { return connections_; }
  std::vector<SeenRequest> seen() const;

 private:
  void work();
  void serve(int fd);

  const Respond respond_;
  int listener_ = -1;
  int stop_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<SeenRequest> seen_;
  std::thread thread_;
};

}  // namespace daybook::components
