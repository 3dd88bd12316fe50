#include "tests/components/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sstream>

namespace daybook::components {

std::string SeenRequest::header(const std::string& name) const {
  std::istringstream lines(head);
  std::string line;
  while (std::getline(lines, line)) {
    const auto colon = line.find(": ");
    if (colon == name.size() && strncasecmp(line.c_str(), name.c_str(), colon) == 0) {
      return line.substr(colon + 2, line.find('\r') - colon - 2);
    }
  }
  return "";
}

std::string answer(const std::string& status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

HttpServer::HttpServer(Respond respond) : respond_(std::move(respond)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  stop_ = eventfd(0, EFD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  (void)bind(listener_, generic, size);
  (void)listen(listener_, 128);
  (void)getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { work(); });
}

HttpServer::~HttpServer() {
  const std::uint64_t one = 1;
  (void)!write(stop_, &one, sizeof one);
  thread_.join();
  close(listener_);
  close(stop_);
}

std::string HttpServer::url(const std::string& host) const {
  return "http://" + host + ":" + std::to_string(port_) + "/run";
}

std::vector<SeenRequest> HttpServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void HttpServer::work() {
  for (;;) {
    pollfd waits[] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
    (void)poll(waits, 2, -1);
    if (waits[1].revents != 0) {
      return;
    }
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) {
      ++connections_;
      serve(fd);
      close(fd);
    }
  }
}

void HttpServer::serve(int fd) {
  std::string bytes;
  for (;;) {
    const auto head_end = bytes.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      SeenRequest request;
      request.head = bytes.substr(0, head_end + 2);
      const auto length = request.header("Content-Length");
      const auto body_size = static_cast<std::size_t>(length.empty() ? 0 : std::stoul(length));
      if (bytes.size() >= head_end + 4 + body_size) {
        request.body = bytes.substr(head_end + 4, body_size);
        bytes.erase(0, head_end + 4 + body_size);
        {
          const std::lock_guard lock(mutex_);
          seen_.push_back(request);
        }
        const auto out = respond_(request);
        if (out.empty() ||
            send(fd, out.data(), out.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out.size())) {
          return;
        }
        continue;
      }
    }
    pollfd waits[] = {{fd, POLLIN, 0}, {stop_, POLLIN, 0}};
    (void)poll(waits, 2, -1);
    char buffer[65536];
    const ssize_t got = waits[1].revents != 0 ? 0 : recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) {
      return;
    }
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace daybook::components
