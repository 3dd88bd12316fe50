#include "api/api.h"

#include <utility>

#include "api/call.h"
#include "api/gate.h"
#include "api/router.h"
#include "api/server.h"
#include "base/limits/http_work.h"

namespace daybook::api {
namespace {

// Rebuilds wait for each other; a few may queue.
constexpr std::size_t kRebuildsWaitingMax = 4;
// One question that waits for a slow source leaves the other thread free.
constexpr std::size_t kGraphThreads = 2;

// Where clients wait for compilations, each for its own kind.
QueryPool::Limits lane(std::string_view name, const Options& options, std::size_t waiting_max,
                       std::size_t client_max) {
  return {.name = name,
          .threads = 1,
          .waiting_max = waiting_max,
          .fresh_timeout = options.fresh_timeout,
          .patience = Duration{kHttpCompileWaitUs},
          .client_max = client_max};
}

}  // namespace

Context::Context(Engine engine_in, const Options& options_in, std::size_t route_count)
    : engine(std::move(engine_in)),
      options(options_in),
      metrics(route_count),
      queries(engine.views, engine.clock,
              {"query", options.query_threads, options.queries_max, options.fresh_timeout}),
      renders(engine.views, engine.clock,
              {"render", options.query_threads, options.connections_max, options.fresh_timeout}),
      bodies(engine.views, engine.clock, {"body", 1, options.queries_max, {}}),
      checks(engine.views, engine.clock,
             lane("check", options, kHttpChecksMax, kHttpPeerChecksMax)),
      compiles(engine.views, engine.clock,
               lane("compile", options, kHttpCompilesMax, kHttpPeerCompilesMax)),
      health(engine.views, engine.clock, {"health", 1, options.queries_max, {}}),
      direct(engine.views, engine.clock, {"direct", 1, options.queries_max, {}}),
      gzips(engine.views, engine.clock,
            {.name = "gzip",
             .threads = 1,
             .waiting_max = kHttpGzipsMax,
             .fresh_timeout = {},
             .client_max = kHttpPeerGzipsMax}),
      feeds(engine.views, engine.clock, {"feed", 1, options.streams_max, {}}),
      rebuilds(engine.views, engine.clock, {"rebuild", 1, kRebuildsWaitingMax, {}}),
      graphs(engine.views, engine.clock,
             {"graph", kGraphThreads, options.queries_max, options.fresh_timeout}),
      watcher(engine.log, engine.clock),
      memory(options.memory_bytes, engine.clock),
      places({options.connections_max, options.peer_connections_max, Duration{kHttpIdleGraceUs}},
             engine.clock),
      reserve({kHttpReserveMax, kHttpReserveMax, Duration{kHttpIdleGraceUs}}, engine.clock),
      stream_places({options.streams_max, options.peer_streams_max, Duration{kHttpStreamGraceUs}},
                    engine.clock),
      worker_places({options.workers_max, options.peer_workers_max, Duration{kHttpIdleGraceUs}},
                    engine.clock) {}

std::array<QueryPool*, 11> Context::pools() {
  return {&queries, &renders, &bodies, &checks,   &compiles, &health,
          &direct,  &gzips,   &feeds,  &rebuilds, &graphs};
}

Status check_listen(std::string_view host, bool with_tokens) {
  const std::string bracketed = host.find(':') == std::string_view::npos || host.starts_with('[')
                                    ? std::string(host)
                                    : "[" + std::string(host) + "]";
  if (with_tokens || is_loopback_host(bracketed)) {
    return {};
  }
  return fail(Code::kDenied, "LISTEN_NOT_LOOPBACK",
              "without tokens anybody who can connect may do everything, so the server listens on "
              "loopback addresses only (127.0.0.1, ::1 or localhost); with --access tokens it "
              "listens anywhere",
              "--listen");
}

struct Api::Impl {
  explicit Impl(std::shared_ptr<Context> context_in)
      : context(std::move(context_in)), server(context) {}

  std::shared_ptr<Context> context;
  Server server;
};

Api::Api(Engine engine, Options options) {
  impl_ = std::make_unique<Impl>(
      std::make_shared<Context>(std::move(engine), options, routes().size()));
}

Api::~Api() {
  stop();
}

Status Api::start() {
  Context& context = *impl_->context;
  for (QueryPool* pool : context.pools()) {
    DAYBOOK_TRY(pool->start());
  }
  DAYBOOK_TRY(context.watcher.start());
  return impl_->server.start();
}

Status Api::reload() {
  return impl_->server.reload_tls();
}

std::uint16_t Api::port() const {
  return impl_->server.port();
}

void Api::stop() {
  impl_->server.stop();
  impl_->context->watcher.stop();
  for (QueryPool* pool : impl_->context->pools()) {
    pool->stop();
  }
}

}  // namespace daybook::api
