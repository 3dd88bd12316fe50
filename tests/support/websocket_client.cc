#include "tests/support/websocket_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "base/check.h"

namespace daybook::test {
namespace {

// The example of RFC 6455 section 1.3: the key, and what the server makes of it.
constexpr std::string_view kSampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kSampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::array<char, 4> kMask{'\x37', '\xfa', '\x21', '\x3d'};

char byte_of(std::size_t value) {
  return static_cast<char>(static_cast<unsigned char>(value & 0xffU));
}

std::size_t number_of(std::string_view bytes) {
  std::size_t out = 0;
  for (const char byte : bytes) {
    out = out << 8U | static_cast<unsigned char>(byte);
  }
  return out;
}

}  // namespace

WebSocketClient::WebSocketClient(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  DAYBOOK_CHECK(
      ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
      "the server listens");
}

WebSocketClient::~WebSocketClient() {
  cut();
}

void WebSocketClient::cut() {
  if (socket_ >= 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

void WebSocketClient::set_receive_buffer(int bytes) {
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

bool WebSocketClient::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

int WebSocketClient::open(std::string_view target, std::string_view protocol,
                          std::string_view fields) {
  std::string request = "GET " + std::string(target) +
                        " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                        "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: " +
                        std::string(kSampleKey) + "\r\n";
  if (!protocol.empty()) {
    request += "Sec-WebSocket-Protocol: " + std::string(protocol) + "\r\n";
  }
  request += std::string(fields) + "\r\n";
  if (!send_bytes(request)) {
    return 0;
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(buffer_.size() + 1, until)) {
      return 0;
    }
  }
  head_ = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  const int status = std::stoi(head_.substr(head_.find(' ') + 1, 3));
  DAYBOOK_CHECK(status != 101 || head_.find(kSampleAccept) != std::string::npos,
                "the server has read the key");
  return status;
}

std::string WebSocketClient::frame(Kind kind, std::string_view payload, bool last) {
  constexpr std::size_t kSmall = 126;
  constexpr std::size_t kMedium = 0x10000;
  std::string out;
  out += byte_of(static_cast<std::size_t>(kind) | (last ? 0x80U : 0U));
  std::size_t length_bytes = 0;
  if (payload.size() < kSmall) {
    out += byte_of(0x80U | payload.size());
  } else {
    length_bytes = payload.size() < kMedium ? 2 : 8;
    out += byte_of(length_bytes == 2 ? 0xfeU : 0xffU);
  }
  for (std::size_t i = length_bytes; i > 0; --i) {
    out += byte_of(payload.size() >> (8 * (i - 1)));
  }
  out.append(kMask.data(), kMask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  }
  return out;
}

bool WebSocketClient::send_frame(Kind kind, std::string_view payload, bool last) {
  return send_bytes(frame(kind, payload, last));
}

// Until so many bytes are there.
bool WebSocketClient::fill(std::size_t bytes, std::chrono::steady_clock::time_point until) {
  while (buffer_.size() < bytes) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd watched{socket_, POLLIN, 0};
    if (socket_ < 0 || ::poll(&watched, 1, std::max<int>(0, static_cast<int>(left.count()))) <= 0) {
      return false;
    }
    std::array<char, 16384> part{};
    const auto got = ::recv(socket_, part.data(), part.size(), 0);
    if (got <= 0) {
      goodbye_ = goodbye_.value_or(Goodbye{});
      return false;
    }
    buffer_.append(part.data(), static_cast<std::size_t>(got));
  }
  return true;
}

std::optional<WebSocketClient::Frame> WebSocketClient::next_frame(
    std::chrono::steady_clock::time_point until) {
  if (!fill(2, until)) {
    return std::nullopt;
  }
  const auto first = static_cast<unsigned char>(buffer_[0]);
  std::size_t length = static_cast<unsigned char>(buffer_[1]);
  std::size_t head = 2;
  if (length >= 126) {
    const std::size_t more = length == 126 ? 2 : 8;
    if (!fill(2 + more, until)) {
      return std::nullopt;
    }
    length = number_of(std::string_view(buffer_).substr(2, more));
    head += more;
  }
  if (!fill(head + length, until)) {
    return std::nullopt;
  }
  Frame out{static_cast<Kind>(first & 0x0fU), (first & 0x80U) != 0, buffer_.substr(head, length)};
  buffer_.erase(0, head + length);
  return out;
}

std::optional<std::string> WebSocketClient::receive(std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  std::string out;
  while (!goodbye_) {
    auto frame = next_frame(until);
    if (!frame) {
      return std::nullopt;
    }
    if (frame->kind == Kind::kPing) {
      ++pings_;
      send_frame(Kind::kPong, frame->payload);
    } else if (frame->kind == Kind::kClose) {
      goodbye_.emplace();
      if (frame->payload.size() >= 2) {
        goodbye_->code = static_cast<int>(number_of(frame->payload.substr(0, 2)));
        goodbye_->reason = frame->payload.substr(2);
      }
      send_frame(Kind::kClose, frame->payload);
    } else if (frame->kind != Kind::kPong) {
      out += frame->payload;
      if (frame->last) {
        return out;
      }
    }
  }
  return std::nullopt;
}

std::optional<WebSocketClient::Goodbye> WebSocketClient::goodbye(
    std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (!goodbye_ && std::chrono::steady_clock::now() < until) {
    (void)receive(std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now()));
  }
  return goodbye_;
}

}  // namespace daybook::test
