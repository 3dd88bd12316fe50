#include "tests/simulation/world.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "scheduler/snapshot.h"
#include "tests/simulation/verify.h"

namespace daybook::simulation {
namespace {

constexpr std::uint64_t kLiveTurnsMax = 200'000;
constexpr std::uint64_t kSettleTurnsMax = 2'000'000;  // a run of three hours beats each second
constexpr std::uint64_t kHundredThousand = 100'000;

}  // namespace

World::World(const WorldOptions& options)
    : shared_(options.seed, options.broken, options.trace_lines),
      oracle_(shared_),
      network_(shared_, oracle_),
      clients_(shared_, oracle_, network_),
      workers_(shared_, oracle_, network_) {
  disk_.snapshots = options.directory;
  disk_.log.reopen(shared_.choices.tail_bytes, Seq{~std::uint64_t{0}});
}

History World::run() {
  boot();
  clients_.begin();
  workers_.begin();
  live();
  settle();
  if (shared_.verdict.ok()) {
    verify(shared_, *server_, disk_, oracle_, clients_);
  }
  History out;
  out.wrong = shared_.verdict.text();
  out.trace = shared_.trace.lines();
  out.events = disk_.log.last().value;
  out.turns = turns_;
  out.restarts = restarts_;
  out.from_snapshot = from_snapshot_;
  out.started_at_once = started_at_once_ + server_->sequencer().metrics().waiters_started;
  out.simulated = shared_.clock.steady() - Micros{};
  out.chain = disk_.log.last_chain();
  out.event_types = oracle_.event_types();
  network_.connect(nullptr);
  server_.reset();
  return out;
}

void World::live() {
  const std::uint64_t end = turns_ + kLiveTurnsMax;
  while (shared_.verdict.ok() && !clients_.done()) {
    turn();
    if (server_->dead()) {
      bury();
      boot();
    } else if (shared_.random.below(kHundredThousand) < shared_.choices.stops) {
      stop_in_order();
      bury();
      boot();
    }
    if (turns_ > end) {
      shared_.verdict.wrong("the clients do not come to an end");
    }
  }
}

// Time that passes without anything to do is left out.
void World::advance() {
  constexpr Duration kLook = millis(500);
  const Seq last = disk_.log.last();
  idle_ = last == std::exchange(idle_at_, last) ? idle_ + 1 : 0;
  if (server_) {
    server_->check_idle();
  }
  const Micros now = shared_.clock.steady();
  const auto outside = shared_.agenda.next();
  const auto inside = server_ ? server_->next_wake() : std::nullopt;
  Micros until = std::min(outside.value_or(now + seconds(1)), inside.value_or(now + seconds(1)));
  const scheduler::State& state = oracle_.state();
  const bool nobody_acts = shared_.calm && !clients_.waiting() && state.running_count() == 0 &&
                           state.sending_count() == 0;
  const Micros leap = now + Duration{kLook.value << std::min<std::uint64_t>(idle_ / 8, 13)};
  if (leap > until && outside) {
    until = nobody_acts ? leap : std::max(until, std::min(leap, *outside));
  }
  shared_.clock.advance(Duration{std::max<std::int64_t>((until - now).value, 1)});
}

bool World::act_outside() {
  return shared_.agenda.do_next(shared_.clock.steady());
}

void World::turn() {
  ++turns_;
  if (!shared_.calm && server_) {
    disturb();
  }
  Random& random = shared_.random;
  if (random.chance(30)) {
    shared_.clock.advance(random.between(Duration{1}, millis(2)));
  }
  const std::size_t places = Server::kParts + 1;
  const std::size_t from = random.below(places);
  for (std::size_t i = 0; i < places; ++i) {
    const std::size_t place = (from + i) % places;
    const bool did = place == Server::kParts
                         ? act_outside()
                         : server_ && server_->turn(static_cast<Server::Part>(place));
    if (did) {
      oracle_.follow(disk_.log);
      return;
    }
  }
  advance();
}

void World::boot() {
  for (;;) {
    server_ = std::make_unique<Server>(shared_, disk_, oracle_, [this] { turn(); });
    if (server_->recovered_from().value > 0) {
      ++from_snapshot_;
    }
    shared_.say([&] {
      return "the server starts at event " + std::to_string(disk_.log.last().value) +
             ", from a snapshot of " + std::to_string(server_->recovered_from().value);
    });
    if (server_->start() || !shared_.verdict.ok()) {
      break;
    }
    bury();
  }
  oracle_.follow(disk_.log);
  network_.connect(server_.get());
}

// The process is gone; what it had not written is too.
void World::bury() {
  check_live_state();
  shared_.say([] { return "the process ends"; });
  Random& random = shared_.random;
  ++restarts_;
  started_at_once_ += server_->sequencer().metrics().waiters_started;
  network_.connect(nullptr);
  server_.reset();
  workers_.disconnected();
  disk_.views.crash(random.below(disk_.views.unflushed() + 1));
  if (random.chance(50)) {
    disk_.views.wipe();
  }
  if (random.chance(200)) {
    drop_newest_snapshot();
  }
  Seq through{~std::uint64_t{0}};
  if (shared_.broken == Breakage::kLosesAcknowledged && disk_.log.last().value > 30) {
    through = Seq{disk_.log.last().value - 1};
  }
  disk_.log.reopen(shared_.choices.tail_bytes, through);
  if (!shared_.calm && random.chance(500)) {
    shared_.clock.advance(random.chance(100) ? random.between(seconds(1), hours(5))
                                             : random.between(millis(1), seconds(100)));
  }
}

void World::drop_newest_snapshot() {
  const auto all = scheduler::list_snapshots(disk_.snapshots);
  if (shared_.choices.snapshot_events > 0 && !all.empty()) {
    std::filesystem::remove(all.front());
  }
}

void World::stop_in_order() {
  shared_.say([] { return "the server is stopped"; });
  server_->stop();
  if (!server_->dead()) {
    oracle_.follow(disk_.log);
  }
}

// What is decided and not written is ahead of the log; else the two are one.
void World::check_live_state() {
  oracle_.follow(disk_.log);
  const scheduler::State& live = server_->sequencer().state();
  if (live.applied() == oracle_.state().applied() && live.hash() != oracle_.state().hash()) {
    shared_.verdict.wrong("I6: the live state differs from the fold of the log at event " +
                          std::to_string(live.applied().value));
  }
}

void World::settle() {
  shared_.calm = true;
  disk_.full = false;
  disk_.views.fault = StoreDisk::Fault::kNone;
  disk_.log.fail_next(scenarios::Failure::kNone);
  clients_.resume_all();
  const std::uint64_t end = turns_ + kSettleTurnsMax;
  while (shared_.verdict.ok() && !settled()) {
    turn();
    if (server_->dead()) {
      bury();
      boot();
    }
    if (turns_ > end) {
      shared_.verdict.wrong("what there is to do does not get done: " + unsettled());
    }
  }
  // What ended before that is over by then, and everybody has seen it.
  shared_.clock.advance(seconds(3720));
  const Micros rested = shared_.clock.steady() + seconds(15);
  while (shared_.verdict.ok() && shared_.clock.steady() < rested) {
    turn();
  }
}

bool World::settled() {
  const scheduler::State& state = oracle_.state();
  return state.pending_count() + state.running_count() + state.sending_count() == 0 &&
         !clients_.waiting();
}

std::string World::unsettled() const {
  const scheduler::State& state = oracle_.state();
  std::string out = std::to_string(state.pending_count()) + " pending, " +
                    std::to_string(state.running_count()) + " running, " +
                    std::to_string(state.sending_count()) + " to be sent";
  state.each_job([&](const scheduler::JobView& job) {
    if (out.size() < 500) {
      out += "; " + job.job.text() + " of " + job.definition->id +
             (job.running ? " runs" : " waits") + ", due in " +
             std::to_string((job.due - state.time()).value) + " us";
    }
  });
  return out;
}

History run_seed(const WorldOptions& options) {
  return World(options).run();
}

}  // namespace daybook::simulation
