#include "dispatch/retention_sweep.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/limits/dispatch.h"
#include "base/limits/sendings.h"

namespace daybook::dispatch {

Result<std::uint64_t> RetentionSweep::sweep() {
  DAYBOOK_TRY(expire_tokens());
  if (!parts_.removes) {
    return 0;
  }
  DAYBOOK_ASSIGN(const std::uint64_t jobs, sweep_jobs());
  DAYBOOK_ASSIGN(const std::uint64_t sendings, sweep_sendings());
  return jobs + sendings;
}

// One command notes many; those that are left wait for the next sweep.
Status RetentionSweep::expire_tokens() {
  bool over = false;
  if (parts_.tokens != nullptr) {
    parts_.tokens->table()->each([&](const access::TableEntry& entry) {
      over = over || entry.is_over(parts_.clock.wall());
    });
  }
  if (over) {
    DAYBOOK_TRY(parts_.call(scheduler::ExpireTokens{}));
  }
  return {};
}

// Command after command, each of what `next` finds, until it finds nothing. The views may be a few
// commands behind: what was found is not found again. After anything unexpected `again` makes it so
// that it is, for nothing may be forgotten.
template <typename Next, typename Again>
Result<std::uint64_t> RetentionSweep::sweep_all(Next next, Again again) {
  std::uint64_t total = 0;
  std::deque<Seq> unseen;
  const auto run = [&]() -> Status {
    while (!parts_.stopping()) {
      DAYBOOK_ASSIGN(Found found, next(parts_.clock.wall()));
      if (found.count == 0) {
        break;
      }
      DAYBOOK_ASSIGN(const auto reply, parts_.call(std::move(found.command)));
      const auto* outcome = std::get_if<scheduler::RemoveOutcome>(&reply.outcome);
      const std::uint64_t removed = outcome == nullptr ? 0 : outcome->removed;
      total += removed;
      parts_.removed(removed);
      if (removed < found.count) {
        again();
      }
      if (removed == 0) {
        break;  // all gone already: the views show it soon
      }
      unseen.push_back(reply.last);
      if (unseen.size() > kSweepCommandsAhead || removed < found.count) {
        DAYBOOK_TRY(parts_.wait_for_views(unseen.front()));
        unseen.pop_front();
      }
    }
    return unseen.empty() ? Status() : parts_.wait_for_views(unseen.back());
  };
  if (const Status status = run(); !status) {
    again();
    return fail(status.error());
  }
  return total;
}

Result<std::uint64_t> RetentionSweep::sweep_sendings() {
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
Result<RetentionSweep::Found> RetentionSweep::find_jobs(Micros now) {
  scheduler::RemoveJobs command;
  command.cutoff = now;
  std::int64_t behind = 0;
  for (bool whole = jobs_.after == 0, done = false; !done && !parts_.stopping();) {
    DAYBOOK_ASSIGN(const auto due, parts_.views.retention_due(now, kRemovalsPerCommandMax, jobs_));
    for (const auto& ended : due) {
      command.jobs.push_back({ended.job, ended.definition});
      behind = std::max(behind, now.value - ended.over_at.value);
    }
    done = !due.empty() || (!jobs_.more && whole);
    whole = whole || !jobs_.more;
  }
  parts_.behind(behind);
  const std::size_t count = command.jobs.size();
  return Found{count, std::move(command)};
}

Result<std::uint64_t> RetentionSweep::sweep_jobs() {
  DAYBOOK_ASSIGN(const std::uint64_t removed,
                 sweep_all([this](Micros now) { return find_jobs(now); }, [this] { jobs_ = {}; }));
  if (!parts_.stopping()) {
    parts_.behind(0);
  }
  return removed;
}

}  // namespace daybook::dispatch
