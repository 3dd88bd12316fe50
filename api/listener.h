// Accepts connections on one address and gives each to a shard. Private to the server (it shows
// Asio).
//
// On the first shard's thread once started.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/shard.h"

namespace daybook::api {

// What listeners share: whose turn it is among the shards, and how often accepting failed.
class ShardTurns {
 public:
  explicit ShardTurns(const std::vector<std::shared_ptr<Shard>>& shards) : shards_(shards) {}
  Shard& next() { return *shards_[turn_++ % shards_.size()]; }

 private:
  const std::vector<std::shared_ptr<Shard>>& shards_;
  std::size_t turn_ = 0;
};

// Protocol: boost::asio::ip::tcp, spoken by TLS where there are certificates, or
// boost::asio::local::stream_protocol, in the clear.
template <typename Protocol>
class Listener {
 public:
  Listener(std::shared_ptr<Context> context, ShardTurns& turns, Shard& home);

  // kIo "LISTEN_FAILED" names `place`.
  Status listen(const typename Protocol::endpoint& endpoint, const std::string& place);
  void accept();
  void close();
  typename Protocol::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  using ErrorCode = boost::system::error_code;
  using Socket = typename Protocol::socket;

  void on_accept(const ErrorCode& ec, Socket socket, Shard& shard);
  void take_waiting();
  void take(Socket socket, Shard& shard);
  void tell_failed_accept(const ErrorCode& ec);

  const std::shared_ptr<Context> context_;
  ShardTurns& turns_;
  typename Protocol::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::uint64_t failed_accepts_ = 0;
  std::optional<std::chrono::steady_clock::time_point> told_at_;
};

extern template class Listener<boost::asio::ip::tcp>;
extern template class Listener<boost::asio::local::stream_protocol>;

}  // namespace daybook::api
