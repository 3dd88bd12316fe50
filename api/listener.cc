#include "api/listener.h"

#include <chrono>
#include <string_view>
#include <utility>

#include <spdlog/logger.h>

#include "api/session.h"

namespace daybook::api {

namespace asio = boost::asio;

namespace {

// After a failed accept (no descriptor left), how long until the next try.
constexpr std::chrono::milliseconds kAcceptPause{50};

// The thread that accepts comes back to it only after a step of each of its connections that has
// something to do. With one newcomer each time, thousands that pipeline keep the next one out for
// many seconds; with all of them, those would wait.
constexpr int kAcceptsAtOnce = 64;

// A failed accept is told this often, with how many there were.
constexpr std::chrono::seconds kAcceptTold{60};

// To whom there is not even a place to be refused in.
const std::string& full_answer() {
  static const std::string kAnswer = [] {
    const Response problem = problem_response(
        Problem(503, "SERVER_FULL", "as many connections are open as may be; try again"), {});
    return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
           "Content-Length: " +
           std::to_string(problem.body.size()) + "\r\nRetry-After: 1\r\nConnection: close\r\n\r\n" +
           problem.body;
  }();
  return kAnswer;
}

std::string peer_of(const asio::ip::tcp::socket& socket) {
  boost::system::error_code unknown;
  return socket.remote_endpoint(unknown).address().to_string();
}
// Whoever may open its file.
std::string peer_of(const asio::local::stream_protocol::socket&) {
  return "unix";
}

}  // namespace

template <typename Protocol>
Listener<Protocol>::Listener(std::shared_ptr<Context> context, ShardTurns& turns, Shard& home)
    : context_(std::move(context)), turns_(turns), acceptor_(home.io()), pause_(home.io()) {}

template <typename Protocol>
Status Listener<Protocol>::listen(const typename Protocol::endpoint& endpoint,
                                  const std::string& place) {
  ErrorCode ec;
  if (acceptor_.open(endpoint.protocol(), ec) ||
      acceptor_.set_option(asio::socket_base::reuse_address(true), ec) ||
      acceptor_.set_option(asio::socket_base::enable_connection_aborted(true), ec) ||
      acceptor_.non_blocking(true, ec) || acceptor_.bind(endpoint, ec) ||
      acceptor_.listen(asio::socket_base::max_listen_connections, ec)) {
    return fail(Code::kIo, "LISTEN_FAILED", "cannot listen on " + place + ": " + ec.message());
  }
  return {};
}

template <typename Protocol>
void Listener<Protocol>::accept() {
  Shard& shard = turns_.next();
  acceptor_.async_accept(shard.io(), [this, &shard](const ErrorCode& ec, Socket socket) {
    // Closing the acceptor does not reach an accept that is done and waits for its turn.
    if (!context_->stopping.load()) {
      on_accept(ec, std::move(socket), shard);
    }
  });
}

template <typename Protocol>
void Listener<Protocol>::close() {
  ErrorCode ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

template <typename Protocol>
void Listener<Protocol>::on_accept(const ErrorCode& ec, Socket socket, Shard& shard) {
  if (ec) {
    tell_failed_accept(ec);
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](const ErrorCode& stopped_early) {
      if (!stopped_early && !context_->stopping.load()) {
        accept();
      }
    });
    return;
  }
  take(std::move(socket), shard);
  take_waiting();
  accept();
}

template <typename Protocol>
void Listener<Protocol>::take_waiting() {
  for (int i = 1; i < kAcceptsAtOnce; ++i) {
    Shard& shard = turns_.next();
    ErrorCode none;
    Socket socket = acceptor_.accept(shard.io(), none);
    if (none) {
      return;  // nobody waits; a failure is met again
    }
    take(std::move(socket), shard);
  }
}

template <typename Protocol>
void Listener<Protocol>::take(Socket socket, Shard& shard) {
  constexpr bool kOverNetwork = std::is_same_v<Protocol, asio::ip::tcp>;
  HttpMetrics& metrics = context_->metrics;
  metrics.connections_total.fetch_add(1, std::memory_order_relaxed);
  std::string peer = peer_of(socket);
  Channel channel(std::move(socket), kOverNetwork ? context_->tls.get() : nullptr);
  auto session =
      std::make_shared<Session>(std::move(channel), std::move(peer), shard.shared_from_this());
  if (session->take_place()) {
    metrics.connections.fetch_add(1);
    shard.post([&shard, session] { shard.adopt(session); });
  } else {
    metrics.connections_refused.fetch_add(1, std::memory_order_relaxed);
    session->turn_away(full_answer());
  }
}

// Nobody else may be told, for there is no connection; and it may go on for hours.
template <typename Protocol>
void Listener<Protocol>::tell_failed_accept(const ErrorCode& ec) {
  ++failed_accepts_;
  const auto at = std::chrono::steady_clock::now();
  if (told_at_ && at - *told_at_ < kAcceptTold) {
    return;
  }
  told_at_ = at;
  context_->engine.logger.warn("accept failed: {} ({} times since the last such line)",
                               ec.message(), std::exchange(failed_accepts_, 0));
}

template class Listener<asio::ip::tcp>;
template class Listener<asio::local::stream_protocol>;

}  // namespace daybook::api
