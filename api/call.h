// One request on its way through the handlers, and the way back.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/api.h"
#include "api/caller.h"
#include "api/http_metrics.h"
#include "api/log_watcher.h"
#include "api/login_guard.h"
#include "api/memory_budget.h"
#include "api/places.h"
#include "api/query.h"
#include "api/query_pool.h"
#include "api/request.h"
#include "api/response.h"
#include "api/tls_holder.h"
#include "api/under_way.h"

namespace daybook::api {

// What all requests share. Kept alive by each of them, so a late answer finds it.
struct Context {
  Context(Engine engine_in, const Options& options_in, std::size_t routes);
  std::array<QueryPool*, 11> pools();

  Engine engine;
  Options options;
  HttpMetrics metrics;
  QueryPool queries;
  QueryPool renders;   // answers to what was written: threads of their own, never refused
  QueryPool bodies;    // large bodies: read and checked away from the I/O threads
  QueryPool checks;    // of components that nobody stores: one thread of its own
  QueryPool compiles;  // components and rules that are to be stored: one thread of its own
  QueryPool health;    // how the server is: one thread of its own
  QueryPool direct;    // what waits for no view: one thread of its own
  QueryPool gzips;     // large answers are packed: one thread of its own
  QueryPool feeds;     // pieces of streams: one thread of their own
  QueryPool rebuilds;  // long work: one thread of its own
  QueryPool graphs;    // questions that may wait for a network: two threads of their own
  LogWatcher watcher;
  MemoryBudget memory;
  LoginGuard logins;
  TlsHolder tls;  // what new connections begin with
  std::shared_ptr<UnderWay> retries = std::make_shared<UnderWay>();  // by ended job
  Places places;                                                     // of connections
  Places reserve;        // beside them, for who only asks how the server is
  Places stream_places;  // of connections that are streams
  Places worker_places;  // and of workers on connections of their own
  std::atomic<bool> stopping{false};
};

struct Route;

struct Call {
  std::shared_ptr<Context> context;
  Request request;
  CommandId request_id;
  const Route* found = nullptr;  // what its method and path lead to; null: nothing
  std::string allow{};           // the methods that the path knows, when its own is not among them
  std::size_t route = 0;         // its place in the table
  std::string id;                // what the path names, "" when its route has no parameter
  Query query;
  std::string peer;        // the address that asks
  bool certified = false;  // its client showed a certificate that is believed
  Caller caller{};         // who asks, once it was let in
  std::optional<scheduler::IdempotencyKey> key{};  // once its body has been read
  bool body_read = false;
  bool off_io = false;            // it is handled away from the I/O threads
  std::atomic<bool> gone{false};  // the connection has ended: nobody waits for an answer
  // What the body holds of the memory of all connections.
  MemoryBudget::Share memory;

  const Engine& engine() const { return context->engine; }
  // It has been read: nothing of it is held while the call waits for something else.
  void release_body() {
    release(request.body);
    memory.release();
  }
};

// The connection that waits for an answer.
class Exchange {
 public:
  virtual ~Exchange() = default;
  // Makes the answer on the connection's thread and sends it. Any thread; once. When the connection
  // has ended before, `unsent` runs there instead.
  virtual void answer(std::function<Answer<Response>()> make, std::function<void()> unsent) = 0;
  // From now on the connection is watched: `gone` runs on its thread when it ends before the answer
  // is sent, unless another is given meanwhile. Any thread.
  virtual void watch(std::function<void()> gone) = 0;
};

// Copyable handle of the one answer that a call must get.
class Responder {
 public:
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

  void send(Answer<Response> response) const {
    auto shared = std::make_shared<Answer<Response>>(std::move(response));
    exchange_->answer([shared] { return std::move(*shared); }, {});
  }
  // `make` runs on an I/O thread: it must not block.
  void send_made(std::function<Answer<Response>()> make, std::function<void()> unsent = {}) const {
    exchange_->answer(std::move(make), std::move(unsent));
  }
  // For what is worth stopping when its caller has left; neither may block.
  void when_gone(std::function<void()> gone) const { exchange_->watch(std::move(gone)); }

 private:
  std::shared_ptr<Exchange> exchange_;
};

using CallPtr = std::shared_ptr<Call>;

// For a pool: the call's mark that its connection has ended.
inline QueryPool::Asker gone_of(const CallPtr& call) {
  return {{call, &call->gone}, {}};
}
// The same where clients take turns.
inline QueryPool::Asker asker_of(const CallPtr& call) {
  return {{call, &call->gone}, call->peer};
}

}  // namespace daybook::api
