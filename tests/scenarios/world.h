// The engine in one hand: the real sequencer and queue over a log in memory and a clock that is
// moved. It follows the log as the dispatcher does, keeps a client's ledger, and can be crashed and
// started again at any moment.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "projections/queue.h"
#include "replay/checker.h"
#include "scheduler/logical_time.h"
#include "scheduler/sequencer.h"
#include "tests/scenarios/flaky_log.h"

namespace daybook::scenarios {

// An attempt as whoever runs it knows it.
struct OpenAttempt {
  scheduler::Token token;
  Attempt attempt;
  std::string definition;
  Micros lease_until;  // in running time; zero: the server runs it
  Micros timeout_at;   // the same
  Duration lease;      // a fresh one
};

class World {
 public:
  using Seen = std::function<void(const events::Recorded&)>;

  // `seen` is called for every event once it is durable and followed; it may keep no texts.
  explicit World(std::uint64_t seed, Seen seen = {});
  ~World();

  FakeClock clock;
  FlakyLog log;
  SeededEntropy entropy;
  std::map<JobId, OpenAttempt> open;  // as the log tells it

  // Sends one command and follows the log. A refusal or an unknown outcome is the caller's to
  // expect.
  Result<scheduler::Reply> call(scheduler::Command command,
                                std::optional<scheduler::IdempotencyKey> key = {});
  // Expires what is over, then starts what the queue offers, at most `max`; gives the refusals.
  std::vector<Error> tick(std::size_t max = 1000);

  // The process dies and starts again: state and queue come from the log alone. Returns what is
  // wrong with that: empty when the new state equals the old one and the log keeps all its
  // promises.
  std::string restart(Duration down = {});
  // The process stands still: it notices with the next tick.
  void pause(Duration by);
  // What the checker says of the log and the ledger, and whether replay gives the live state. Stops
  // the server.
  std::string verify();

  bool failed() const { return log.poisoned(); }
  projections::QueueCounts counts() const { return queue_->counts(time_->current()); }
  // While set, new work is refused with it.
  void close(std::optional<Error> why) { closed_ = std::move(why); }
  const replay::Ledger& ledger() const { return ledger_; }

 private:
  void boot();
  void follow(Seq until);
  void see(const events::Recorded& recorded);
  void look_at_clock();
  Micros running() const { return time_->offsets().running(time_->current()); }
  void give_back(Duration away, Micros now);
  void expire_over(std::vector<Error>& refusals);
  void start_offers(const std::vector<projections::Queue::Offer>& offers, bool leased,
                    std::vector<Error>& refusals);
  std::string check_queue() const;

  Seen seen_;
  std::optional<Error> closed_;
  replay::Ledger ledger_;
  std::unique_ptr<scheduler::Sequencer> sequencer_;
  std::unique_ptr<projections::Queue> queue_;
  std::unique_ptr<scheduler::LogicalTime> time_;  // as the dispatcher follows it
  Duration away_;
  events::ClockOffsets offsets_;
  Seq followed_;
  Seq server_started_;
  std::vector<std::string> definitions_;
};

}  // namespace daybook::scenarios
