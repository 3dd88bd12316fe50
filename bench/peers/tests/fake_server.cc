#include "bench/peers/tests/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace daybook::peers {

FakeServer::FakeServer(std::string answer, std::size_t times, Then then)
    : answer_(std::move(answer)),
      times_(times),
      then_(then),
      listening_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  auto* address = reinterpret_cast<sockaddr*>(&at);
  if (bind(listening_, address, size) == 0 && listen(listening_, 8) == 0 &&
      getsockname(listening_, address, &size) == 0) {
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
}

FakeServer::~FakeServer() {
  shutdown(listening_, SHUT_RDWR);  // ends an accept() that still waits
  if (thread_.joinable()) {
    thread_.join();
  }
  close(listening_);
}

void FakeServer::serve() const {
  const int fd = accept(listening_, nullptr, nullptr);
  if (fd < 0) {
    return;
  }
  std::array<char, 4096> block;
  for (std::size_t i = 0; i < times_ && recv(fd, block.data(), block.size(), 0) > 0; ++i) {
    if (send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL) < 0) {
      break;
    }
  }
  while (then_ == Then::kSilence && recv(fd, block.data(), block.size(), 0) > 0) {
  }
  close(fd);
}

}  // namespace daybook::peers
