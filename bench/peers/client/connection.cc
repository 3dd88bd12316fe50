#include "bench/peers/client/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "bench/peers/client/failure.h"

namespace daybook::peers {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 18;

}  // namespace

Connection::Connection(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) {
    throw system_failure("no socket");
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // On loopback this does not wait: the kernel accepts, or refuses at once.
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    const Failure failure = system_failure("cannot connect");
    close(fd_);
    throw failure;
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

Connection::~Connection() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

Connection::Connection(Connection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      out_(std::move(other.out_)),
      sent_(other.sent_),
      in_(std::move(other.in_)) {}

bool Connection::flush() {
  while (sent_ < out_.size()) {
    const ssize_t got = send(fd_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
      return false;
    }
    if (got < 0) {
      throw system_failure("a connection broke");
    }
    sent_ += static_cast<std::size_t>(got);
  }
  out_.clear();
  sent_ = 0;
  return true;
}

void Connection::receive() {
  // One for all connections: there is one thread, and what comes is copied out at once.
  static std::array<char, kReadBytes> block;
  const ssize_t got = recv(fd_, block.data(), block.size(), 0);
  if (got == 0) {
    throw Failure("the server closed a connection");
  }
  if (got > 0) {
    in_.append(block.data(), static_cast<std::size_t>(got));
  } else if (errno != EAGAIN && errno != EINTR) {
    throw system_failure("a connection broke");
  }
}

}  // namespace daybook::peers
