#include "bench/store/generator.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/limits/dispatch.h"
#include "base/sha256.h"

namespace daybook::bench {
namespace {

// As the server names them.
constexpr std::string_view kClient = "local";
constexpr std::string_view kSystem = "system";
constexpr Duration kBetweenSweeps = hours(1);

scheduler::Failed failure_of(std::uint64_t number) {
  static constexpr std::array<std::string_view, 3> kCodes = {"HTTP_503", "EXIT_1", "NO_STOCK"};
  return {std::string(kCodes[number % kCodes.size()]), "the attempt failed", {}, true};
}

std::string worker_name(const Life& life) {
  return "worker-" + std::to_string(life.worker);
}

}  // namespace

Generator::Generator(const StoreOptions& options, Recorder& recorder, Entropy& entropy,
                     std::function<void(std::uint64_t, std::uint64_t)> progress)
    : options_(options),
      recorder_(recorder),
      entropy_(entropy),
      progress_(std::move(progress)),
      now_(Micros{options.until.value - options.span.value}),
      swept_at_(now_) {
  for (std::size_t i = 0; i < options.definitions; ++i) {
    definitions_.push_back(stored_definition(i));
  }
}

Status Generator::run() {
  constexpr std::uint64_t kProgressJobs = 8192;
  DAYBOOK_TRY(put_resources());
  const std::uint64_t all = lives_of(options_);
  for (std::uint64_t first = 0; first < all;) {
    const std::uint64_t end = std::min<std::uint64_t>(first + options_.batch, all);
    const Micros asked = life_of(options_, first).created;
    while (!turns_.empty() && turns_.top().at <= asked) {
      DAYBOOK_TRY(step(turns_.top()));
    }
    now_ = std::max(now_, asked);
    if (options_.sweep && now_ - swept_at_ >= kBetweenSweeps) {
      DAYBOOK_TRY(sweep(now_));
    }
    DAYBOOK_TRY(create(first, end));
    if (progress_ && first / kProgressJobs != end / kProgressJobs) {
      progress_(end, all);
    }
    first = end;
  }
  while (!turns_.empty()) {
    DAYBOOK_TRY(step(turns_.top()));
  }
  DAYBOOK_CHECK(now_ <= options_.until, "every life is over within the tail of its store");
  return options_.sweep ? sweep(options_.until) : Status();
}

Result<scheduler::Outcome> Generator::record(const scheduler::Command& command,
                                             std::string_view actor) {
  return recorder_.record(command, now_, actor);
}

Status Generator::put_resources() {
  scheduler::StartServer server;
  server.version = "bench";
  server.host = "bench";
  server.pid = 1;
  DAYBOOK_TRY(record(server, kSystem));
  scheduler::PutComponent component;
  component.component = {kStoredComponent, events::Runtime::kWorker, "{}", sha256("{}")};
  DAYBOOK_TRY(record(component, kClient));
  for (const std::string& name : definitions_) {
    scheduler::PutDefinition definition;
    definition.definition = name;
    definition.component = kStoredComponent;
    definition.retry.max_attempts = kStoredAttempts;
    definition.retry.initial = kStoredBackoff;
    definition.retention = options_.retention;
    DAYBOOK_TRY(record(definition, kClient));
  }
  return {};
}

Status Generator::create(std::uint64_t first, std::uint64_t end) {
  scheduler::CreateJobs command;
  std::vector<Life> lives;
  for (std::uint64_t i = first; i < end; ++i) {
    const Life& life = lives.emplace_back(life_of(options_, i));
    scheduler::NewJob& job = command.jobs.emplace_back();
    job.definition = definitions_[life.definition];
    job.parameters = stored_parameters(options_, i);
    if (life.run_at.value > 0) {
      job.run_at = life.run_at;
    }
  }
  command.listed = options_.batch > 1;
  DAYBOOK_ASSIGN(const auto outcome, record(command, kClient));
  const auto& created = std::get<scheduler::Created>(outcome).jobs;
  for (std::size_t i = 0; i < lives.size(); ++i) {
    const Life& life = lives[i];
    if (life.fate == Fate::kPending) {
      continue;
    }
    if (free_.empty()) {
      free_.push_back(open_.size());
      open_.emplace_back();
    }
    const std::size_t slot = free_.back();
    free_.pop_back();
    open_[slot] = {life, first + i, created[i], {}, 0, Next::kStart};
    put_turn(slot, life.fate == Fate::kWithdrawn ? Next::kWithdraw : Next::kStart,
             now_ + life.wait);
  }
  return {};
}

void Generator::put_turn(std::size_t slot, Next next, Micros at) {
  open_[slot].next = next;
  turns_.push({at, turns_put_++, slot});
}

Status Generator::step(const Turn& turn) {
  const std::size_t slot = turn.slot;
  now_ = std::max(now_, turn.at);
  turns_.pop();
  Open& open = open_[slot];
  switch (open.next) {
    case Next::kStart:
      return start(open, slot);
    case Next::kReport:
      return report(open, slot);
    case Next::kWithdraw:
      DAYBOOK_TRY(record(scheduler::CancelJob{open.job}, kClient));
      end(slot);
      return {};
    case Next::kStop:
      return stop(open, slot);
    case Next::kStopped: {
      scheduler::ReportAttempt report;
      report.token = open.token;
      report.cancelled = true;
      DAYBOOK_TRY(record(report, kClient));
      end(slot);
      return {};
    }
  }
  return {};
}

Status Generator::start(Open& open, std::size_t slot) {
  const scheduler::StartJob command{
      open.job, {entropy_.next(), entropy_.next()}, worker_name(open.life), true};
  DAYBOOK_ASSIGN(const auto outcome, record(command, kClient));
  open.token = std::get<scheduler::StartOutcome>(outcome).started->token;
  ++open.attempts;
  const bool stops = open.life.fate == Fate::kStopped;
  put_turn(slot, stops ? Next::kStop : Next::kReport, now_ + open.life.run);
  return {};
}

// Somebody asks the worker to stop, and it does at its next heartbeat.
Status Generator::stop(Open& open, std::size_t slot) {
  DAYBOOK_TRY(record(scheduler::RequestCancel{open.job}, kClient));
  put_turn(slot, Next::kStopped, now_ + open.life.wait);
  return {};
}

Status Generator::report(Open& open, std::size_t slot) {
  scheduler::ReportAttempt command;
  command.token = open.token;
  command.digest = entropy_.next();
  const Fate fate = open.life.fate;
  if (fate == Fate::kFailed || (fate == Fate::kRetried && open.attempts == 1)) {
    command.failed = failure_of(open.number);
    command.jitter = entropy_.next();
  } else {
    command.result = stored_result(open.number);
  }
  DAYBOOK_ASSIGN(const auto outcome, record(command, kClient));
  const auto& reported = std::get<scheduler::ReportOutcome>(outcome);
  if (reported.retry_at) {
    put_turn(slot, Next::kStart, *reported.retry_at + open.life.wait);
  } else {
    end(slot);
  }
  return {};
}

void Generator::end(std::size_t slot) {
  if (options_.sweep) {
    ended_.push_back({open_[slot].job, open_[slot].life.definition, now_});
  }
  free_.push_back(slot);
}

Status Generator::sweep(Micros now) {
  now_ = swept_at_ = std::max(now_, now);
  while (!ended_.empty() && ended_.front().at + options_.retention <= now_) {
    scheduler::RemoveJobs command;
    command.cutoff = now_;
    while (!ended_.empty() && ended_.front().at + options_.retention <= now_ &&
           command.jobs.size() < kRemovalsPerCommandMax) {
      command.jobs.push_back({ended_.front().job, definitions_[ended_.front().definition]});
      ended_.pop_front();
    }
    removed_ += command.jobs.size();
    DAYBOOK_TRY(record(command, kSystem));
  }
  return {};
}

}  // namespace daybook::bench
