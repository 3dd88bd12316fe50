#include "tests/simulation/workers.h"

#include <algorithm>
#include <utility>

#include "base/sha256.h"
#include "dispatch/effects.h"
#include "events/codec.h"

namespace daybook::simulation {

using dispatch::DispatcherRounds;

void Workers::begin() {
  for (std::size_t i = 0; i < shared_.choices.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(Worker{worker_name(i)}));
    poll_later(*workers_.back(), seconds(1));
  }
}

void Workers::disconnected() {
  for (const auto& worker : workers_) {
    poll_later(*worker, seconds(5));
  }
}

// In place of what it was about to do.
void Workers::poll_later(Worker& worker, Duration delay) {
  shared_.after(shared_.random.between(millis(0), delay),
                [this, &worker, poll_number = ++worker.polls] {
                  if (worker.polls == poll_number) {
                    poll(worker);
                  }
                });
}

void Workers::poll(Worker& worker) {
  Server* const server = network_.server();
  if (server == nullptr || server->dead() || server->stopping()) {
    poll_later(worker, seconds(5));
    return;
  }
  Random& random = shared_.random;
  dispatch::LeaseRequest request;
  for (std::uint64_t i = 0; i < kDefinitions; ++i) {
    if (shared_.calm || random.chance(700)) {
      request.definitions.push_back(definition_id(i));
    }
  }
  request.definitions.push_back("d5");
  std::sort(request.definitions.begin(), request.definitions.end());
  request.definitions.erase(std::unique(request.definitions.begin(), request.definitions.end()),
                            request.definitions.end());
  request.max = random.between(1, 3);
  request.wait = random.between(seconds(0), seconds(20));
  request.worker = worker.name;
  request.actor = worker.name;
  if (random.chance(100)) {
    const std::string key = worker.name + "-" + std::to_string(++last_key_);
    request.key = scheduler::IdempotencyKey{key, sha256(key)};
  }
  const std::uint64_t number = ++worker.polls;
  const auto id = server->dispatcher().lease(
      std::move(request), [this, &worker, number](Result<dispatch::LeasedJobs> jobs) {
        leased(worker, number, std::move(jobs));
      });
  if (!shared_.calm && random.chance(50)) {
    shared_.after(
        random.between(millis(0), seconds(5)), [this, connection = network_.connections(), id] {
          if (network_.connections() == connection) {
            (void)network_.server()->dispatcher().mail()->post(DispatcherRounds::PollCancelled{id});
          }
        });
  }
}

// On the dispatcher's turn. An answer that does not arrive is seen by the server, or is not.
void Workers::leased(Worker& worker, std::uint64_t poll, Result<dispatch::LeasedJobs> jobs) {
  if (worker.polls != poll) {
    return;
  }
  Random& random = shared_.random;
  poll_later(worker, seconds(2));
  if (!jobs) {
    return;
  }
  if (!shared_.calm && random.chance(shared_.choices.lost_answers)) {
    if (Server* const server = network_.server();
        server != nullptr && !jobs->jobs.empty() && random.chance(500)) {
      (void)server->dispatcher().mail()->post(DispatcherRounds::GivenBack{std::move(jobs->jobs)});
    }
    return;
  }
  if (jobs->receipt.replayed) {
    find_replayed(worker, jobs->receipt.first);
  }
  for (auto& job : jobs->jobs) {
    take(worker, std::move(job));
  }
}

// What a key led to the first time, as the api tells it from the log.
void Workers::find_replayed(Worker& worker, Seq started) {
  for (const auto& [job, open] : oracle_.open()) {
    if (open.token.started == started) {
      scheduler::StartedJob again;
      again.job = job;
      again.token = open.token;
      again.definition = open.definition;
      take(worker, std::move(again));
      return;
    }
  }
}

void Workers::take(Worker& worker, scheduler::StartedJob job) {
  shared_.say([&] { return worker.name + " has " + job.token.text() + " of " + job.definition; });
  Random& random = shared_.random;
  Deed deed = draw_deed(shared_, job.definition);
  const auto held = std::make_shared<Held>();
  held->worker = worker.name;
  held->report.token = job.token;
  held->report.job = job.job;
  held->report.result = std::move(deed.outcome.result);
  held->report.digest = random.next() | 1;
  held->report.jitter = random.next();
  if (deed.outcome.failure) {
    auto& failure = *deed.outcome.failure;
    held->report.failed =
        scheduler::Failed{failure.code, failure.message, failure.details, failure.retryable};
  }
  auto effects = dispatch::make_effects(job.token, std::move(deed.outcome.effects), {});
  held->report.effects = std::move(effects).value_or(std::vector<scheduler::Effect>{});
  oracle_.asks(job.token.started, held->report.effects.size());
  held->job = std::move(job);
  held->reports_at = shared_.clock.steady() + deed.takes;
  held->tries_left = static_cast<int>(random.between(1, 6));
  const bool forgets = !shared_.calm && random.chance(150);
  const bool dies = !shared_.calm && random.chance(shared_.choices.hanging_runs);
  if (!forgets) {
    beat(held, seconds(2));
  }
  if (!dies) {
    shared_.after(deed.takes, [this, held] { this->report(held); });
  }
}

void Workers::beat(const std::shared_ptr<Held>& held, Duration every) {
  shared_.after(every, [this, held, every] {
    if (shared_.clock.steady() >= held->reports_at ||
        oracle_.ended_by(held->report.token.started)) {
      return;
    }
    Network::Sent sent;
    sent.actor = held->worker;
    sent.command = scheduler::ExtendLease{held->report.token, {}};
    network_.send(std::move(sent));
    beat(held, every);
  });
}

void Workers::report(const std::shared_ptr<Held>& held) {
  --held->tries_left;
  Network::Sent sent;
  sent.actor = held->worker;
  scheduler::ReportAttempt report = held->report;
  if (shared_.broken == Breakage::kAcceptsOldTokens) {
    const auto open = oracle_.open().find(held->job.job);
    if (open != oracle_.open().end() && open->second.leased) {
      report.token = open->second.token;
      oracle_.asks(report.token.started, report.effects.size());
    }
  }
  sent.command = std::move(report);
  sent.on_answer = [this, held](const CommandId& id, const Network::Reply& reply) {
    reported(*held, id, reply);
  };
  sent.done = [this, held](const Network::Reply* reply) {
    const bool unknown =
        reply == nullptr || (!*reply && reply->error().code == Code::kUnknownOutcome);
    if (held->tries_left > 0 && (unknown || shared_.random.chance(100))) {
      shared_.after(shared_.random.between(millis(10), seconds(40)),
                    [this, held] { this->report(held); });
    }
  };
  held->tries.push_back(network_.send(std::move(sent)));
}

// A report that was taken ended its own attempt, or one like it had done so before.
void Workers::reported(const Held& held, const CommandId& id, const Network::Reply& reply) {
  if (!reply) {
    return;
  }
  const auto* outcome = std::get_if<scheduler::ReportOutcome>(&reply->outcome);
  oracle_.follow(network_.server()->log());
  const auto ended = oracle_.ended_by(held.report.token.started);
  const bool mine =
      ended && (*ended == id || std::count(held.tries.begin(), held.tries.end(), *ended) > 0);
  if (outcome == nullptr || !mine || (!outcome->repeated && *ended != id)) {
    shared_.verdict.wrong("I12: the report with token " + held.report.token.text() +
                          " was taken, and did not end its attempt");
  }
}

}  // namespace daybook::simulation
