// The whole server in one object: what exists, in which order it starts, and that it stops in the
// reverse order. The list itself is kSteps in engine.cc.
//
// Also used in-process, by benchmarks and tests: without HTTP, with the log in memory, with a clock
// that is told. Threads: start() and stop() from one thread; the parts have their own rules.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/tls_files.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/limits/disk.h"
#include "base/limits/dispatch.h"
#include "base/limits/http.h"
#include "base/limits/write_path.h"
#include "base/result.h"
#include "components/exec_runtime.h"
#include "components/sender.h"
#include "dispatch/dispatcher.h"
#include "graph/config.h"
#include "graph/graph.h"
#include "log/log.h"
#include "projections/views.h"
#include "scheduler/sequencer.h"

namespace daybook::cli {

struct EngineOptions {
  // Empty: the log is in memory, the views are in a temporary directory, and nothing outlives the
  // engine.
  std::filesystem::path data_dir;
  bool create = true;    // make the directory when it is absent
  bool run_jobs = true;  // else due jobs wait
  bool retention = true;
  bool accept_clock_jump = false;
  std::uint64_t snapshot_events = 1'000'000;
  std::uint64_t disk_watermark = kDiskWatermarkBytes;
  std::uint64_t disk_floor = kDiskFloorBytes;
  std::size_t idempotency_keys = kIdempotencyKeysDefault;
  std::size_t queue_memory = kQueueMemoryDefault;  // of a log on disk

  // Whoever connects needs a token, and may what that permits; else everybody may everything.
  bool tokens = false;

  bool listen = true;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // zero: a free one
  api::TlsFiles tls;
  std::string unix_socket;
  std::vector<std::string> trusted_proxies;
  std::size_t io_threads = 2;
  std::size_t http_memory_bytes = kHttpMemoryBytes;  // of bodies and answers together

  Duration drain{kRunDrainTimeoutUs};  // at stop: in which runs may end by themselves
  components::ExecOptions exec;        // but slots and directories, which stand here
  std::size_t exec_slots = 4;
  std::size_t http_slots = 64;
  std::size_t reactor_threads = 2;
  bool http_allow_private = false;
  std::vector<std::string> http_allowed_networks;
  std::string http_signing_secret;
  components::MailOptions mail;    // without an url: mails wait
  std::string actors_endpoint;     // empty: messageActor is not offered
  std::filesystem::path temp_dir;  // of exec components; empty: the system's
  bool require_sandbox = false;
  std::vector<graph::SetConfig> graph_sets;  // beside Daybook's own

  // Null: the system's.
  const Clock* clock = nullptr;
  // A clock of the engine's own that begins there and can be moved over HTTP.
  std::optional<Micros> movable_clock;
  Entropy* entropy = nullptr;
  // The write path failed (I15), or a thread that work depends on; called on that thread, once,
  // must not return. Empty: say so and _exit 70 to 74.
  std::function<void(const Error&)> on_fatal;
  // Of the log, kept in memory for those who follow it.
  std::size_t tail_bytes = kTailBytesMax;
  // For tests: stands between the log and all that read it.
  std::function<std::unique_ptr<log::Log>(std::unique_ptr<log::Log>)> wrap_log;
};

// How the start went, for people.
struct StartReport {
  std::string log_opened_by;  // row of the recovery table; empty for a log in memory
  Seq last;                   // of the log, before this start
  Seq snapshot;               // from which the state was read; zero: none
  std::uint64_t events_folded = 0;
  std::string sandbox;
  std::filesystem::path owner_token;  // the file of a token that was made for the owner; else empty
  double seconds = 0;
  std::vector<std::string> notes;
};

class Engine {
 public:
  // Everything runs when it returns; on failure nothing does.
  static Result<std::unique_ptr<Engine>> start(EngineOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Takes no more work, ends what runs, writes what is in memory. May be called again.
  void stop();
  // Reads certificates again; see api::Api::reload(). From the thread that started it.
  Status reload();

  const StartReport& report() const;
  // "http://127.0.0.1:43211"; empty without HTTP.
  std::string address() const;

  log::Log& log();
  scheduler::Sequencer& sequencer();
  projections::Views& views();
  dispatch::Dispatcher& dispatcher();
  const graph::Graph& graph() const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::cli
