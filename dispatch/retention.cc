#include "dispatch/retention.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "base/limits/sendings.h"
#include "base/thread.h"

namespace daybook::dispatch {
namespace {

constexpr std::string_view kPart = "retention";
constexpr std::chrono::seconds kBetween{60};

}  // namespace

Status Retention::start() {
  DAYBOOK_ASSIGN(thread_, start_thread("retention", [this] { work(); }));
  return {};
}

void Retention::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

bool Retention::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Retention::work() {
  while (!is_stopping()) {
    round();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kBetween, [&] { return stopping_; });
  }
}

void Retention::round() {
  const auto swept = sweep();
  if (swept) {
    report_healed(parts_.supervisor, kPart);
  } else if (swept.error().code != Code::kShutdown) {
    report_fault(parts_.supervisor, kPart, swept.error(), Consequence::kDegraded);
  }
  if (parts_.logger && swept && *swept > 0) {
    parts_.logger->info("retention: {} ended jobs and sendings removed", *swept);
  }
}

Result<std::uint64_t> Retention::sweep() {
  DAYBOOK_ASSIGN(const std::uint64_t jobs, sweep_jobs());
  DAYBOOK_ASSIGN(const std::uint64_t sendings, sweep_sendings());
  return jobs + sendings;
}

// Command after command, each of what `next` finds, until it finds nothing. The views may be a few
// commands behind: what was found is not found again. After anything unexpected `again` makes it so
// that it is, for nothing may be forgotten.
template <typename Next, typename Again>
Result<std::uint64_t> Retention::sweep_all(Next next, Again again) {
  std::uint64_t total = 0;
  std::deque<Seq> unseen;
  const auto run = [&]() -> Status {
    while (!is_stopping()) {
      DAYBOOK_ASSIGN(Found found, next(parts_.clock.wall()));
      if (found.count == 0) {
        break;
      }
      DAYBOOK_ASSIGN(const auto reply, parts_.sequencer.call(std::move(found.command), "system",
                                                             parts_.entropy.command_id()));
      const auto* outcome = std::get_if<scheduler::RemoveOutcome>(&reply.outcome);
      const std::uint64_t removed = outcome == nullptr ? 0 : outcome->removed;
      total += removed;
      count(removed);
      if (removed < found.count) {
        again();
      }
      if (removed == 0) {
        break;  // all gone already: the views show it soon
      }
      unseen.push_back(reply.last);
      if (unseen.size() > kSweepCommandsAhead || removed < found.count) {
        DAYBOOK_TRY(parts_.views.wait_for(unseen.front(), parts_.patience));
        unseen.pop_front();
      }
    }
    return unseen.empty() ? Status() : parts_.views.wait_for(unseen.back(), parts_.patience);
  };
  if (const Status status = run(); !status) {
    again();
    return fail(status.error());
  }
  return total;
}

void Retention::count(std::uint64_t removed) {
  const std::uint64_t before = removed_.fetch_add(removed);
  if (parts_.logger && before / parts_.log_every != (before + removed) / parts_.log_every) {
    parts_.logger->info("retention: {} removed since the start; the oldest left is over since {} s",
                        before + removed, behind_us_.load() / 1'000'000);
  }
}

RetentionMetrics Retention::metrics() const {
  return {removed_, behind_us_};
}

Result<std::uint64_t> Retention::sweep_sendings() {
  return sweep_all(
      [this](Micros now) -> Result<Found> {
        scheduler::RemoveSendings command;
        command.cutoff = now;
        const Micros ended_before{now.value - kSendingRetentionUs};
        DAYBOOK_ASSIGN(const auto due,
                       parts_.views.sendings_due(ended_before, kRemovalsPerCommandMax, sendings_));
        for (const auto& ended : due) {
          command.sendings.push_back({ended.sending, ended.created});
        }
        return Found{due.size(), std::move(command)};
      },
      [this] { sendings_ = {}; });
}

// What is due, within the bounds of one command. Looks go round all definitions, each a little way:
// nothing is due when they found nothing from the first to the last.
Result<Retention::Found> Retention::find_jobs(Micros now) {
  scheduler::RemoveJobs command;
  command.cutoff = now;
  std::int64_t behind = 0;
  for (bool whole = jobs_.after == 0, done = false; !done && !is_stopping();) {
    DAYBOOK_ASSIGN(const auto due, parts_.views.retention_due(now, kRemovalsPerCommandMax, jobs_));
    for (const auto& ended : due) {
      command.jobs.push_back({ended.job, ended.definition});
      behind = std::max(behind, now.value - ended.over_at.value);
    }
    done = !due.empty() || (!jobs_.more && whole);
    whole = whole || !jobs_.more;
  }
  behind_us_ = behind;
  const std::size_t count = command.jobs.size();
  return Found{count, std::move(command)};
}

Result<std::uint64_t> Retention::sweep_jobs() {
  DAYBOOK_ASSIGN(const std::uint64_t removed,
                 sweep_all([this](Micros now) { return find_jobs(now); }, [this] { jobs_ = {}; }));
  if (!is_stopping()) {
    behind_us_ = 0;
  }
  return removed;
}

}  // namespace daybook::dispatch
