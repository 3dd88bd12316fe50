// The HTTP surface: what the outside sees (docs/http-api.md). It decides nothing: writes go to the
// sequencer, reads to the views and the log.
//
//   socket → session → gate → router → handler ─┬─ write: sequencer, answered when durable
//                                               ├─ read: a pool's thread, once the views are fresh
//                                               └─ stream: the log, piece by piece
//
// Threads: I/O threads own the connections and read no store; whatever may wait (reads, streams,
// answers made from the log, compilations, large bodies, rebuilds) is done by pools (call.h), of
// which each kind has its own, so that none holds up another; one thread watches the log for
// streams.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/token_table.h"

#include "api/tls_files.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/limits/http.h"
#include "base/limits/worker_protocol.h"
#include "base/result.h"
#include "base/supervisor.h"
#include "dispatch/dispatcher.h"
#include "dispatch/effects.h"
#include "dispatch/outbox.h"
#include "dispatch/rule_runner.h"
#include "dispatch/runtime_checks.h"
#include "graph/graph.h"
#include "log/log.h"
#include "projections/views.h"
#include "scheduler/contract_check.h"
#include "scheduler/sequencer.h"

namespace spdlog {
class logger;
}

namespace daybook::api {

struct DiskStatus {
  std::uint64_t free_bytes = 0;
  std::uint64_t total_bytes = 0;
  bool accepting = true;  // false below the watermark: new work is refused
};

// What the surface stands on; all of it outlives the Api.
struct Engine {
  log::Log& log;
  scheduler::Sequencer& sequencer;
  projections::Views& views;
  dispatch::Dispatcher& dispatcher;
  const graph::Graph& graph;
  // Check component specs; a runtime that is not here is refused. Workers need none.
  dispatch::RuntimeChecks runtimes;
  // What pending jobs and rules are checked with when their component changes.
  scheduler::ContractCheck& contracts;
  // Waits until contracts follow from all events up to that one, so long at most; empty where
  // nobody keeps them.
  std::function<bool(Seq, Duration)> contracts_settled{};
  dispatch::EffectRules effects;
  bool mail = false;  // a mail server is configured
  // Who may connect and what he may; null: whoever connects may do everything.
  const access::TokenBook* tokens = nullptr;
  const Clock& clock;
  ShiftedClock* movable_clock = nullptr;  // the same, when it can be moved
  Entropy& entropy;
  spdlog::logger& logger;
  Supervisor& supervisor;  // told of what reads meet, and asked by /health/ready
  std::function<DiskStatus()> disk;
  // How far rules have run; empty where none run.
  std::function<dispatch::RuleRunnerStatus()> rules{};
  // What was sent; empty where nothing is.
  std::function<dispatch::OutboxMetrics()> outbox{};
  std::string version;
};

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system chooses, see Api::port()
  TlsFiles tls;
  std::string unix_socket;  // a path that is listened on too; empty: none
  // Addresses whose word is taken for whom they ask for (X-Forwarded-For).
  std::vector<std::string> trusted_proxies;
  std::size_t io_threads = 1;
  std::size_t query_threads = 2;
  std::size_t connections_max = kHttpConnectionsMax;
  std::size_t peer_connections_max = kHttpPeerConnectionsMax;
  std::size_t streams_max = kHttpStreamsMax;
  std::size_t peer_streams_max = kHttpPeerStreamsMax;
  std::size_t workers_max = kWorkerConnectionsMax;  // on connections of their own
  std::size_t peer_workers_max = kWorkerPeerConnectionsMax;
  std::size_t memory_bytes = kHttpMemoryBytes;  // of bodies and answers together
  std::size_t queries_max = kHttpQueriesMax;
  Duration header_timeout{kHttpHeaderTimeoutUs};
  Duration idle_timeout{kHttpIdleTimeoutUs};
  Duration stall_timeout{kHttpStallTimeoutUs};  // of a body or an answer of which no byte passes
  Duration fresh_timeout{kHttpFreshTimeoutUs};
  Duration heartbeat{kHttpHeartbeatUs};
  Duration drain_timeout{kHttpDrainTimeoutUs};
  // How long an I/O thread may sleep before it looks at a deadline: less than for ever where the
  // clock is moved by hand.
  Duration sleep_max{kHttpSleepMaxUs};
};

// Without tokens whoever connects may do everything, so only this machine may connect: then refuses
// any host that is not a loopback address.
Status check_listen(std::string_view host, bool with_tokens);

class Api {
 public:
  Api(Engine engine, Options options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Binds and begins to answer; kIo "LISTEN_FAILED" when the address cannot be had.
  Status start();
  // The port that is listened on, after start().
  std::uint16_t port() const;
  // Reads the certificates again, for connections that begin from now on; on failure those before
  // stay. kInvalid "BAD_CERTIFICATE". Any thread.
  Status reload();
  // Takes no more connections, finishes what is under way (at most drain_timeout), ends streams.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::api
