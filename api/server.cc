#include "api/server.h"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/logger.h>

#include "api/gate.h"
#include "api/session.h"
#include "api/shard.h"

namespace daybook::api {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// After a failed accept (no descriptor left), how long until the next try.
constexpr std::chrono::milliseconds kAcceptPause{50};
constexpr std::chrono::milliseconds kDrainLook{5};

// The thread that accepts comes back to it only after a step of each of its connections that has
// something to do. With one newcomer each time, thousands that pipeline keep the next one out for
// many seconds; with all of them, those would wait.
constexpr int kAcceptsAtOnce = 64;

// A failed accept is told this often, with how many there were.
constexpr std::chrono::seconds kAcceptTold{60};

// To whom there is not even a place to be refused in.
std::string full_answer() {
  const Response problem = problem_response(
      Problem(503, "SERVER_FULL", "as many connections are open as may be; try again"), {});
  return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
         "Content-Length: " +
         std::to_string(problem.body.size()) + "\r\nRetry-After: 1\r\nConnection: close\r\n\r\n" +
         problem.body;
}

std::string bare_host(std::string_view host) {
  if (host == "localhost") {
    return "127.0.0.1";
  }
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  return std::string(host);
}

}  // namespace

struct Server::Impl {
  explicit Impl(std::shared_ptr<Context> context_in) : context(std::move(context_in)) {}

  std::shared_ptr<Context> context;
  std::vector<std::shared_ptr<Shard>> shards;
  std::unique_ptr<asio::ip::tcp::acceptor> acceptor;  // the first shard's thread, once started
  std::unique_ptr<asio::steady_timer> pause;
  std::uint16_t port = 0;
  std::size_t turn = 0;
  bool stopped = false;
  const std::string full = full_answer();
  std::uint64_t failed_accepts = 0;
  std::optional<std::chrono::steady_clock::time_point> told_at;

  Status listen();
  Shard& next_shard() { return *shards[turn % shards.size()]; }
  void accept();
  void on_accept(const error_code& ec, asio::ip::tcp::socket socket, Shard& shard);
  void take_waiting();
  void take(asio::ip::tcp::socket socket, Shard& shard);
  void tell_failed_accept(const error_code& ec);
};

Status Server::Impl::listen() {
  const Options& options = context->options;
  const auto failed = [&](const error_code& ec) {
    return fail(Code::kIo, "LISTEN_FAILED",
                "cannot listen on " + options.host + ":" + std::to_string(options.port) + ": " +
                    ec.message());
  };
  error_code ec;
  const auto address = asio::ip::make_address(bare_host(options.host), ec);
  if (ec) {
    return failed(ec);
  }
  const asio::ip::tcp::endpoint endpoint(address, options.port);
  acceptor = std::make_unique<asio::ip::tcp::acceptor>(shards.front()->io());
  if (acceptor->open(endpoint.protocol(), ec) ||
      acceptor->set_option(asio::socket_base::reuse_address(true), ec) ||
      acceptor->set_option(asio::socket_base::enable_connection_aborted(true), ec) ||
      acceptor->non_blocking(true, ec) || acceptor->bind(endpoint, ec) ||
      acceptor->listen(asio::socket_base::max_listen_connections, ec)) {
    return failed(ec);
  }
  port = acceptor->local_endpoint().port();
  return {};
}

void Server::Impl::accept() {
  Shard& shard = next_shard();
  acceptor->async_accept(shard.io(),
                         [this, &shard](const error_code& ec, asio::ip::tcp::socket socket) {
                           // Closing the acceptor does not reach an accept that is done and waits
                           // for its turn.
                           if (!context->stopping.load()) {
                             on_accept(ec, std::move(socket), shard);
                           }
                         });
}

void Server::Impl::on_accept(const error_code& ec, asio::ip::tcp::socket socket, Shard& shard) {
  if (ec) {
    tell_failed_accept(ec);
    pause->expires_after(kAcceptPause);
    pause->async_wait([this](const error_code& stopped_early) {
      if (!stopped_early && !context->stopping.load()) {
        accept();
      }
    });
    return;
  }
  take(std::move(socket), shard);
  take_waiting();
  accept();
}

void Server::Impl::take_waiting() {
  for (int i = 1; i < kAcceptsAtOnce; ++i) {
    Shard& shard = next_shard();
    error_code none;
    asio::ip::tcp::socket socket = acceptor->accept(shard.io(), none);
    if (none) {
      return;  // nobody waits; a failure is met again
    }
    take(std::move(socket), shard);
  }
}

void Server::Impl::take(asio::ip::tcp::socket socket, Shard& shard) {
  ++turn;
  HttpMetrics& metrics = context->metrics;
  metrics.connections_total.fetch_add(1, std::memory_order_relaxed);
  auto session = std::make_shared<Session>(std::move(socket), shard.shared_from_this());
  if (session->take_place()) {
    metrics.connections.fetch_add(1);
    shard.post([&shard, session] { shard.adopt(session); });
  } else {
    metrics.connections_refused.fetch_add(1, std::memory_order_relaxed);
    session->turn_away(full);
  }
}

// Nobody else may be told, for there is no connection; and it may go on for hours.
void Server::Impl::tell_failed_accept(const error_code& ec) {
  ++failed_accepts;
  const auto at = std::chrono::steady_clock::now();
  if (told_at && at - *told_at < kAcceptTold) {
    return;
  }
  told_at = at;
  context->engine.logger.warn("accept failed: {} ({} times since the last such line)", ec.message(),
                              std::exchange(failed_accepts, 0));
}

Server::Server(std::shared_ptr<Context> context)
    : impl_(std::make_unique<Impl>(std::move(context))) {}

Server::~Server() {
  stop();
}

Status Server::start() {
  DAYBOOK_TRY(check_listen(impl_->context->options.host, impl_->context->engine.tokens != nullptr));
  try {
    for (std::size_t i = 0; i < impl_->context->options.io_threads; ++i) {
      impl_->shards.push_back(std::make_shared<Shard>(impl_->context));
    }
    DAYBOOK_TRY(impl_->listen());
    impl_->pause = std::make_unique<asio::steady_timer>(impl_->shards.front()->io());
  } catch (const std::exception& error) {  // Asio asks the system for descriptors
    return fail(Code::kUnavailable, "NO_DESCRIPTORS", error.what());
  }
  impl_->accept();
  for (const auto& shard : impl_->shards) {
    DAYBOOK_TRY(shard->start());
  }
  return {};
}

std::uint16_t Server::port() const {
  return impl_->port;
}

void Server::stop() {
  if (std::exchange(impl_->stopped, true) || impl_->shards.empty()) {
    return;
  }
  impl_->context->stopping = true;
  if (impl_->pause) {  // else it never started
    impl_->shards.front()->post([impl = impl_.get()] {
      error_code ignored;
      impl->acceptor->close(ignored);
      impl->pause->cancel();
    });
    for (const auto& shard : impl_->shards) {
      shard->drain();
    }
    const auto until = std::chrono::steady_clock::now() +
                       std::chrono::microseconds(impl_->context->options.drain_timeout.value);
    while (impl_->context->metrics.connections.load() > 0 &&
           std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(kDrainLook);
    }
    for (const auto& shard : impl_->shards) {
      shard->stop();
    }
  }
  impl_->acceptor.reset();
  impl_->pause.reset();
}

}  // namespace daybook::api
