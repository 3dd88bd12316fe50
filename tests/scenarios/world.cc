#include "tests/scenarios/world.h"

#include <algorithm>
#include <future>

#include "base/check.h"
#include "base/hex.h"
#include "events/codec.h"
#include "replay/fold.h"

namespace daybook::scenarios {
namespace {

using scheduler::Command;

scheduler::State folded(log::Log& log) {
  scheduler::State state;
  const Status done = replay::fold(state, log, {.chain = true});
  DAYBOOK_CHECK(done.has_value(), "the log of the simulation can be read");
  return state;
}

std::string state_difference(const scheduler::State& live, const scheduler::State& replayed) {
  if (live.hash() == replayed.hash()) {
    return {};
  }
  return "replay differs from the live state: " + to_hex(replayed.hash()) + " instead of " +
         to_hex(live.hash()) + "\n";
}

}  // namespace

World::World(std::uint64_t seed, Seen seen) : entropy(seed), seen_(std::move(seen)) {
  boot();
}

World::~World() {
  sequencer_->stop();
}

void World::boot() {
  scheduler::SequencerOptions options;
  options.admit = [this]() -> Status { return closed_ ? Status(fail(*closed_)) : Status{}; };
  options.on_fatal = [](const Error&) {};
  scheduler::State state = folded(log);
  time_ = std::make_unique<scheduler::LogicalTime>(clock, state.time(), state.offsets());
  sequencer_ =
      std::make_unique<scheduler::Sequencer>(log, clock, std::move(state), std::move(options));
  sequencer_->start();
  queue_ = std::make_unique<projections::Queue>();
  open.clear();
  offsets_ = {};
  away_ = {};
  const Seq told = followed_;
  followed_ = Seq{};
  definitions_.clear();
  // What was told before the restart is folded again, and not told again.
  Seen tell = std::exchange(seen_, {});
  follow(told);
  seen_ = std::move(tell);
  follow(log.last());
  const auto started = call(scheduler::StartServer{"test", "simulation", 1});
  DAYBOOK_CHECK(started.has_value() || failed(), "a server can start");
}

void World::follow(Seq until) {
  if (followed_ >= until) {
    return;
  }
  const auto cursor = log.read(next(followed_));
  events::RecordView record;
  while (followed_ < until) {
    const auto more = (*cursor)->next(record);
    DAYBOOK_CHECK(more.has_value() && *more, "what is durable can be read");
    const auto recorded = events::decode(record);
    DAYBOOK_CHECK(recorded.has_value(), "what was written can be decoded");
    followed_ = record.header.seq;
    queue_->apply(*recorded);
    see(*recorded);
    if (seen_) {
      seen_(*recorded);
    }
  }
}

void World::see(const events::Recorded& recorded) {
  const auto running = [&](Micros at) { return at.value == 0 ? at : offsets_.running(at); };
  if (const auto* e = std::get_if<events::JobStarted>(&recorded.event)) {
    open[e->job] = {{recorded.meta.seq, e->secret}, e->attempt,
                    std::string(e->definition),     running(e->lease_until),
                    running(e->timeout_at),         e->lease_until - recorded.meta.time};
  } else if (const auto* extended = std::get_if<events::LeaseExtended>(&recorded.event)) {
    open.at(extended->job).lease_until = running(extended->lease_until);
  } else if (const auto* start = std::get_if<events::ServerStarted>(&recorded.event)) {
    server_started_ = recorded.meta.seq;
    give_back(start->away, recorded.meta.time);
  } else if (const auto* step = std::get_if<events::ClockStepped>(&recorded.event)) {
    offsets_ = step->offsets;
    time_->adopt(offsets_);
    give_back(step->away, recorded.meta.time);
  } else if (const auto* put = std::get_if<events::DefinitionPut>(&recorded.event)) {
    if (std::find(definitions_.begin(), definitions_.end(), put->definition) ==
        definitions_.end()) {
      definitions_.emplace_back(put->definition);
    }
  } else {
    std::visit(
        [&](const auto& event) {
          if constexpr (requires { event.end; }) {
            open.erase(event.job);
          }
        },
        recorded.event);
  }
}

Result<scheduler::Reply> World::call(Command command,
                                     std::optional<scheduler::IdempotencyKey> key) {
  const auto promise = std::make_shared<std::promise<std::vector<Result<scheduler::Reply>>>>();
  auto future = promise->get_future();
  scheduler::Request request;
  request.id = entropy.command_id();
  request.actor = "local";
  request.key = std::move(key);
  request.commands.push_back(std::move(command));
  request.answer = [promise](std::vector<Result<scheduler::Reply>> replies) {
    promise->set_value(std::move(replies));
  };
  const CommandId id = request.id;
  DAYBOOK_TRY(sequencer_->submit(std::move(request)));
  Result<scheduler::Reply> reply = std::move(future.get().front());
  if (reply) {
    if (reply->last.value != 0 && reply->chain != Hash{}) {
      ledger_.acknowledged.emplace(reply->last, reply->chain);
    }
  } else if (reply.error().code == Code::kUnknownOutcome) {
    ledger_.unknown.emplace(id, 1);
  } else {
    ledger_.refused.emplace(id, 0);
  }
  if (!failed()) {
    follow(log.last());
  }
  return reply;
}

std::vector<Error> World::tick(std::size_t max) {
  std::vector<Error> refusals;
  look_at_clock();
  expire_over(refusals);
  const auto any = [](auto) { return true; };
  start_offers(queue_->take(time_->follow(), max, any), false, refusals);
  start_offers(queue_->take_for_worker(time_->follow(), max, definitions_), true, refusals);
  return refusals;
}

// As the dispatcher does when it wakes: first of all the log is told what became of the clocks.
void World::look_at_clock() {
  time_->follow();
  const Duration away = std::exchange(away_, Duration{});
  if (!failed() && ((away.value > 0 && !open.empty()) || time_->off())) {
    (void)call(scheduler::NoteClock{away});
  }
  time_->follow();
}

void World::pause(Duration by) {
  clock.pause(by);
  away_ = Duration{away_.value + by.value};
}

void World::give_back(Duration away, Micros now) {
  for (auto& [job, attempt] : open) {
    if (attempt.lease_until.value == 0 || away.value == 0) {
      continue;
    }
    attempt.lease_until =
        events::given_back(attempt.lease_until, away, offsets_.running(now), attempt.lease);
    if (attempt.timeout_at.value != 0) {
      attempt.timeout_at = attempt.timeout_at + away;
    }
  }
}

void World::expire_over(std::vector<Error>& refusals) {
  std::vector<scheduler::ExpireLease> over;
  for (const auto& [job, attempt] : open) {
    scheduler::ExpireLease expire{job, attempt.token.started, events::ExpiryCause::kLease, 0};
    if (attempt.lease_until.value == 0 && attempt.token.started < server_started_) {
      expire.cause = events::ExpiryCause::kRestart;
    } else if (attempt.timeout_at.value != 0 && attempt.timeout_at <= running()) {
      expire.cause = events::ExpiryCause::kTimeout;
    } else if (attempt.lease_until.value == 0 || attempt.lease_until > running()) {
      continue;
    }
    expire.jitter = entropy.next();
    over.push_back(expire);
  }
  for (const auto& expire : over) {
    if (failed()) {
      return;
    }
    if (const auto reply = call(expire); !reply) {
      refusals.push_back(reply.error());
    }
  }
}

void World::start_offers(const std::vector<projections::Queue::Offer>& offers, bool leased,
                         std::vector<Error>& refusals) {
  std::vector<JobId> jobs;  // an offer's texts end with the next event
  for (const auto& offer : offers) {
    jobs.push_back(offer.job);
  }
  for (const JobId job : jobs) {
    if (failed()) {
      return;
    }
    scheduler::StartJob start;
    start.job = job;
    start.secret = {entropy.next(), entropy.next()};
    start.worker = leased ? "worker" : "";
    start.leased = leased;
    if (const auto reply = call(start); !reply && !failed()) {
      queue_->give_back(job);
      refusals.push_back(reply.error());
    }
  }
}

std::string World::check_queue() const {
  std::uint64_t pending = 0;
  std::uint64_t running = 0;
  sequencer_->state().each_job(
      [&](const scheduler::JobView& job) { ++(job.running ? running : pending); });
  const auto counts = queue_->counts(time_->current());
  if (counts.waiting + counts.ready == pending && counts.running == running) {
    return {};
  }
  return "the queue has " + std::to_string(counts.waiting + counts.ready) + " pending and " +
         std::to_string(counts.running) + " running, the state " + std::to_string(pending) +
         " and " + std::to_string(running) + "\n";
}

std::string World::verify() {
  sequencer_->stop();
  std::string wrong;
  std::optional<replay::JobTally> server;
  if (!failed()) {
    const scheduler::State& live = sequencer_->state();
    wrong += state_difference(live, folded(log));
    wrong += check_queue();
    server.emplace();
    server->pending = live.pending_count();
    server->running = live.running_count();
  }
  const auto report = replay::check_log(log, ledger_, server);
  DAYBOOK_CHECK(report.has_value(), "the log of the simulation can be read");
  return wrong + report->text();
}

std::string World::restart(Duration down) {
  std::string wrong = verify();
  clock.advance(down);
  log.reopen();
  boot();
  return wrong;
}

}  // namespace daybook::scenarios
