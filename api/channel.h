// The bytes of one connection: by TCP or a Unix socket, in the clear or by TLS. An AsyncStream of
// Asio, as Beast asks for it. Private to the server (it shows Asio).
//
// On its shard's thread. At most one read and one write at a time, and neither beside handshake()
// or end().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include "api/tls.h"

namespace daybook::api {

class Channel {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using executor_type = Socket::executor_type;
  using ErrorCode = boost::system::error_code;
  using Done = std::function<void(const ErrorCode&)>;

  // tls: null for the clear.
  Channel(Socket socket, std::shared_ptr<Tls> tls);

  executor_type get_executor() { return socket().get_executor(); }
  Socket& socket() { return secure_ ? secure_->next_layer() : plain_; }
  bool is_secure() const { return secure_ != nullptr; }
  // The client showed a certificate that those vouch for whom the server believes.
  bool is_certified() const;

  // Before anything else of a secure one.
  void handshake(Done done);
  // Says that nothing follows; of a secure one also waits for the other side to say so.
  void end(Done done);
  void close();

  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (secure_) {
      secure_->async_read_some(buffers, std::forward<Handler>(handler));
    } else {
      plain_.async_read_some(buffers, std::forward<Handler>(handler));
    }
  }
  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (secure_) {
      secure_->async_write_some(buffers, std::forward<Handler>(handler));
    } else {
      plain_.async_write_some(buffers, std::forward<Handler>(handler));
    }
  }

  // How Beast closes and ends a WebSocket.
  friend void beast_close_socket(Channel& channel) { channel.close(); }
  template <typename Handler>
  friend void async_teardown(boost::beast::role_type role, Channel& channel, Handler&& handler) {
    if (channel.secure_) {
      channel.secure_->async_shutdown(std::forward<Handler>(handler));
    } else {
      boost::beast::websocket::async_teardown(role, channel.plain_, std::forward<Handler>(handler));
    }
  }

 private:
  Socket plain_;
  std::shared_ptr<Tls> tls_;  // outlives the stream that was made of it
  std::unique_ptr<boost::asio::ssl::stream<Socket>> secure_;
};

}  // namespace daybook::api
