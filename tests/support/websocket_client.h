// A WebSocket (RFC 6455) by hand over one blocking socket, which can also send what no proper
// client would. It shares nothing with the server. One thread per object.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::test {

class WebSocketClient {
 public:
  enum class Kind : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10
  };

  // How the other side said goodbye; code 0: it ended the connection without.
  struct Goodbye {
    int code = 0;
    std::string reason;
  };

  // Connects to 127.0.0.1; fails the process's test when it cannot.
  explicit WebSocketClient(std::uint16_t port);
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  // Asks for the protocol; the status of the answer, 101 when it is spoken from now on.
  int open(std::string_view target, std::string_view protocol, std::string_view fields = {});
  // The whole of that answer's header.
  const std::string& head() const { return head_; }

  bool send_text(std::string_view text) { return send_frame(Kind::kText, text); }
  bool send_frame(Kind kind, std::string_view payload, bool last = true);
  // The bytes of a frame, masked, to be sent together with others.
  static std::string frame(Kind kind, std::string_view payload, bool last = true);
  bool send_bytes(std::string_view bytes);

  // The next message; pings are answered. Nothing when the other side said goodbye, the connection
  // ended, or the time is over.
  std::optional<std::string> receive(std::chrono::milliseconds timeout = std::chrono::seconds(20));
  // Reads on until the other side has said goodbye, and says so too.
  std::optional<Goodbye> goodbye(std::chrono::milliseconds timeout = std::chrono::seconds(20));
  std::size_t pings() const { return pings_; }
  void set_receive_buffer(int bytes);
  // As if the machine was gone: no goodbye.
  void cut();

 private:
  struct Frame {
    Kind kind;
    bool last;
    std::string payload;
  };
  bool fill(std::size_t bytes, std::chrono::steady_clock::time_point until);
  std::optional<Frame> next_frame(std::chrono::steady_clock::time_point until);

  int socket_ = -1;
  std::string buffer_;
  std::string head_;
  std::optional<Goodbye> goodbye_;
  std::size_t pings_ = 0;
};

}  // namespace daybook::test
