// One life of the server's process: all its parts as tools/daybook wires them, driven by one thread
// a turn at a time. Destroying it is a crash.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "access/token_table.h"

#include "base/supervisor.h"
#include "dispatch/dispatcher_rounds.h"
#include "dispatch/outbox_rounds.h"
#include "dispatch/retention_sweep.h"
#include "dispatch/rule_rounds.h"
#include "projections/views.h"
#include "scheduler/sequencer.h"
#include "tests/scenarios/flaky_log.h"
#include "tests/simulation/memory_store.h"
#include "tests/simulation/outside.h"

namespace daybook::simulation {

// What outlives the process.
struct Disk {
  scenarios::FlakyLog log;
  StoreDisk views;
  std::filesystem::path snapshots;
  std::optional<Micros> alive;  // wall clock when the last process was seen to run
  bool full = false;            // new work is refused
};

class Server {
 public:
  enum class Part : std::uint8_t {
    kDecide,
    kCommit,
    kDispatch,
    kOutbox,
    kRules,
    kViews,
    kRetention
  };
  static constexpr std::size_t kParts = 7;

  // Recovers from what the disk holds. `turn` lets the world go on while a part of it waits.
  Server(Shared& shared, Disk& disk, Oracle& oracle, std::function<void()> turn);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The first commands; false: the process is dead already.
  bool start();
  // One turn of a part; false: it has nothing to do now.
  bool turn(Part part);
  // Nothing had anything to do: then all that follow the log have seen what is durable.
  void check_idle();
  // When the first of them has something to do, if nothing comes; steady.
  std::optional<Micros> next_wake() const;
  // Ends it in its order: what was decided is written, and so are the views. Not from inside a
  // turn.
  void stop();
  // It dies as soon as whoever is in a turn has left it.
  void kill() { dead_ = true; }
  bool dead() const { return dead_; }
  bool stopping() const { return stopping_; }

  Status submit(scheduler::Request&& request);
  dispatch::DispatcherRounds& dispatcher() { return *dispatcher_; }
  const dispatch::OutboxRounds& outbox() const { return *outbox_; }
  projections::Views& views() { return *views_; }
  log::Log& log() { return disk_.log; }
  scheduler::Sequencer& sequencer() { return *sequencer_; }
  // Sweeps once, now.
  Result<std::uint64_t> sweep();
  // The snapshot that it began from; zero: none.
  Seq recovered_from() const { return recovered_from_; }

 private:
  using Wake = std::optional<Micros>;

  void recover();
  void make_parts();
  Status take_snapshot(const scheduler::State& state, Seq seq, const Hash& chain);
  bool due(const Wake& wake) const { return wake && *wake <= shared_.clock.steady(); }
  Wake later(std::optional<std::chrono::microseconds> patience) const;
  bool turn_dispatch();
  bool turn_outbox();
  bool turn_rules();
  bool turn_views();
  bool turn_retention();
  // Waits until `done`, while the world goes on; false: the process dies meanwhile.
  bool wait(const std::function<bool()>& done);
  void add_tokens(std::vector<scheduler::Command>& commands) const;
  Result<dispatch::RuleRounds::Replies> send(std::vector<scheduler::Command> commands);
  Status wait_for_views(Seq seq);
  void stop_outbox();
  void stop_dispatcher();
  void look_at_faults();

  Shared& shared_;
  Disk& disk_;
  Oracle& oracle_;
  const std::function<void()> turn_;
  Supervisor supervisor_;
  access::TokenBook tokens_;
  SimRuntime exec_, http_, reactor_;
  SimSender sender_;
  SimEvaluator evaluator_;

  std::unique_ptr<scheduler::Sequencer> sequencer_;
  std::unique_ptr<projections::Views> views_;
  std::unique_ptr<dispatch::DispatcherRounds> dispatcher_;
  std::unique_ptr<dispatch::OutboxRounds> outbox_;
  std::unique_ptr<dispatch::RuleRounds> rules_;
  std::unique_ptr<dispatch::RetentionSweep> retention_;
  std::optional<log::Subscription> grown_, rule_put_;
  Seq recovered_from_;

  std::vector<dispatch::DispatcherRounds::Message> dispatcher_mail_;
  std::vector<dispatch::OutboxRounds::Message> outbox_mail_;
  Wake dispatcher_wake_, outbox_wake_, views_wake_, retention_wake_;
  Seq views_saw_;
  bool rule_was_put_ = true;
  bool rules_busy_ = false;
  bool retention_busy_ = false;
  bool dispatcher_ended_ = false;
  bool outbox_ended_ = false;
  bool stopping_ = false;
  bool dead_ = false;
};

}  // namespace daybook::simulation
