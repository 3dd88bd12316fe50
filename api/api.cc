#include "api/api.h"

#include <utility>

#include "api/call.h"
#include "api/gate.h"
#include "api/router.h"
#include "api/server.h"

namespace daybook::api {
namespace {

// Rebuilds wait for each other; a few may queue.
constexpr std::size_t kRebuildsWaitingMax = 4;
// One question that waits for a slow source leaves the other thread free.
constexpr std::size_t kGraphThreads = 2;

}  // namespace

Context::Context(Engine engine_in, const Options& options_in, std::size_t route_count)
    : engine(std::move(engine_in)),
      options(options_in),
      metrics(route_count),
      queries(engine.views, engine.clock,
              {"query", options.query_threads, options.queries_max, options.fresh_timeout}),
      renders(engine.views, engine.clock,
              {"render", options.query_threads, options.connections_max, options.fresh_timeout}),
      bodies(engine.views, engine.clock, {"body", 1, options.queries_max, options.fresh_timeout}),
      compiles(
          engine.views, engine.clock,
          {"compile", 1, kHttpCompilesMax, options.fresh_timeout, Duration{kHttpCompileWaitUs}}),
      direct(engine.views, engine.clock, {"direct", 1, options.queries_max, options.fresh_timeout}),
      feeds(engine.views, engine.clock, {"feed", 1, options.streams_max, options.fresh_timeout}),
      rebuilds(engine.views, engine.clock,
               {"rebuild", 1, kRebuildsWaitingMax, options.fresh_timeout}),
      graphs(engine.views, engine.clock,
             {"graph", kGraphThreads, options.queries_max, options.fresh_timeout}),
      watcher(engine.log, engine.clock),
      memory(options.memory_bytes, engine.clock),
      places({options.connections_max, options.peer_connections_max, Duration{kHttpIdleGraceUs}},
             engine.clock),
      reserve({kHttpReserveMax, kHttpReserveMax, Duration{}}, engine.clock),
      stream_places({options.streams_max, options.peer_streams_max, Duration{kHttpStreamGraceUs}},
                    engine.clock) {}

std::array<QueryPool*, 8> Context::pools() {
  return {&queries, &renders, &bodies, &compiles, &direct, &feeds, &rebuilds, &graphs};
}

Status check_listen(std::string_view host) {
  const std::string bracketed = host.find(':') == std::string_view::npos || host.starts_with('[')
                                    ? std::string(host)
                                    : "[" + std::string(host) + "]";
  if (is_loopback_host(bracketed)) {
    return {};
  }
  return fail(Code::kDenied, "LISTEN_NOT_LOOPBACK",
              "without tokens anybody who can connect may do everything, so the server listens on "
              "loopback addresses only (127.0.0.1, ::1 or localhost)",
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
