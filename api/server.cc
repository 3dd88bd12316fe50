#include "api/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/gate.h"
#include "api/listener.h"
#include "api/shard.h"
#include "api/tls.h"

namespace daybook::api {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kDrainLook{5};

std::string bare_host(std::string_view host) {
  if (host == "localhost") {
    return "127.0.0.1";
  }
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  return std::string(host);
}

// A file that a server left behind which did not stop in order; one that somebody answers at stays.
Status remove_left_socket(asio::io_context& io, const std::string& path) {
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0) {
    return {};
  }
  if (!S_ISSOCK(info.st_mode)) {
    return fail(Code::kIo, "LISTEN_FAILED", path + " is there, and is no socket");
  }
  error_code ec;
  asio::local::stream_protocol::socket probe(io);
  probe.connect(asio::local::stream_protocol::endpoint(path), ec);
  if (!ec) {
    return fail(Code::kIo, "LISTEN_FAILED", "another server listens on " + path);
  }
  ::unlink(path.c_str());
  return {};
}

}  // namespace

struct Server::Impl {
  explicit Impl(std::shared_ptr<Context> context_in) : context(std::move(context_in)) {}

  std::shared_ptr<Context> context;
  std::vector<std::shared_ptr<Shard>> shards;
  ShardTurns turns{shards};
  std::optional<Listener<asio::ip::tcp>> network;
  std::optional<Listener<asio::local::stream_protocol>> local;
  std::uint16_t port = 0;
  bool started = false;
  bool stopped = false;

  Status listen();
  Status listen_locally();
  void close_listeners();
};

Status Server::Impl::listen() {
  const Options& options = context->options;
  const std::string place = options.host + ":" + std::to_string(options.port);
  error_code ec;
  const auto address = asio::ip::make_address(bare_host(options.host), ec);
  if (ec) {
    return fail(Code::kIo, "LISTEN_FAILED", "cannot listen on " + place + ": " + ec.message());
  }
  network.emplace(context, turns, *shards.front());
  DAYBOOK_TRY(network->listen({address, options.port}, place));
  port = network->endpoint().port();
  return options.unix_socket.empty() ? Status() : listen_locally();
}

// Who may open the file may connect: nobody but the server's user, until its operator says
// otherwise.
Status Server::Impl::listen_locally() {
  const std::string& path = context->options.unix_socket;
  constexpr std::size_t kPathBytesMax = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kPathBytesMax) {
    return fail(
        Code::kIo, "LISTEN_FAILED",
        "the path of a Unix socket has at most " + std::to_string(kPathBytesMax) + " bytes");
  }
  DAYBOOK_TRY(remove_left_socket(shards.front()->io(), path));
  local.emplace(context, turns, *shards.front());
  const mode_t before = ::umask(S_IRWXG | S_IRWXO);
  Status bound = local->listen(asio::local::stream_protocol::endpoint(path), path);
  ::umask(before);
  return bound;
}

void Server::Impl::close_listeners() {
  network->close();
  if (local) {
    local->close();
    ::unlink(context->options.unix_socket.c_str());
  }
}

Server::Server(std::shared_ptr<Context> context)
    : impl_(std::make_unique<Impl>(std::move(context))) {}

Server::~Server() {
  stop();
}

Status Server::start() {
  Context& context = *impl_->context;
  DAYBOOK_TRY(check_listen(context.options.host, context.engine.tokens != nullptr));
  DAYBOOK_TRY(reload_tls());
  try {
    for (std::size_t i = 0; i < context.options.io_threads; ++i) {
      impl_->shards.push_back(std::make_shared<Shard>(impl_->context));
    }
    DAYBOOK_TRY(impl_->listen());
  } catch (const std::exception& error) {  // Asio asks the system for descriptors
    return fail(Code::kUnavailable, "NO_DESCRIPTORS", error.what());
  }
  impl_->started = true;
  impl_->network->accept();
  if (impl_->local) {
    impl_->local->accept();
  }
  for (const auto& shard : impl_->shards) {
    DAYBOOK_TRY(shard->start());
  }
  return {};
}

Status Server::reload_tls() {
  Context& context = *impl_->context;
  if (!context.options.tls.empty()) {
    DAYBOOK_ASSIGN(auto tls, Tls::load(context.options.tls));
    context.tls.set(std::move(tls));
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
  if (impl_->started) {
    impl_->shards.front()->post([impl = impl_.get()] { impl->close_listeners(); });
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
  impl_->network.reset();
  impl_->local.reset();
}

}  // namespace daybook::api
