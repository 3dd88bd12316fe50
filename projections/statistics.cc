#include "projections/statistics.h"

#include <algorithm>
#include <variant>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

using statistics_keys::minute_of;

}  // namespace

StatisticsDefinition& Statistics::definition(std::string_view name) {
  const auto it = numbers_.find(name);
  if (it != numbers_.end()) {
    return definitions_[it->second];
  }
  StatisticsDefinition& d = definitions_.emplace_back();
  d.name = name;
  d.number = static_cast<std::uint32_t>(definitions_.size() - 1);
  numbers_.emplace(d.name, d.number);
  return d;
}

void Statistics::touch(StatisticsDefinition& d) {
  if (!d.changed) {
    d.changed = true;
    changed_.push_back(&d);
  }
}

// In the bucket of the definition and in that of all.
template <typename Count>
void Statistics::count(StatisticsDefinition& d, Count&& what) {
  what(open(d));
  what(open(totals()));
}

void Statistics::come(JobId job, StatisticsDefinition& d, Micros run_at) {
  ++d.pending;
  ++totals().pending;
  const std::uint32_t minute = minute_of(run_at);
  if (minute <= minute_) {
    ++d.due;
    ++totals().due;
    return;
  }
  due_minutes_.add(minute, d.number);
  deferred_[job.key().value] = minute;
}

Result<std::optional<std::uint32_t>> Statistics::deferred_until(JobId job) const {
  const auto it = deferred_.find(job.key().value);
  if (it != deferred_.end()) {
    return it->second;
  }
  std::string value;
  DAYBOOK_ASSIGN(const bool found,
                 store_->get(Key(statistics_keys::kDeferred).seq(job.key()).view(), value));
  return found ? std::optional(static_cast<std::uint32_t>(Scan(value).varint())) : std::nullopt;
}

Status Statistics::leave(JobId job, StatisticsDefinition& d, bool deferred) {
  std::optional<std::uint32_t> minute;
  if (deferred) {
    DAYBOOK_ASSIGN(minute, deferred_until(job));
  }
  const bool waits = minute && *minute > minute_;
  if (d.pending == 0 || (!waits && d.due == 0)) {
    return fail(Code::kCorrupt, "BAD_FOLD", "job " + job.text() + " leaves, but none is pending");
  }
  --d.pending;
  --totals().pending;
  if (waits) {
    due_minutes_.remove(*minute, d.number);
  } else {
    --d.due;
    --totals().due;
  }
  if (minute) {
    deferred_[job.key().value] = std::nullopt;
  }
  return {};
}

void Statistics::end_attempt(StatisticsDefinition& d, const events::AttemptEnd& end, Micros time) {
  if (end.attempt.value > 0) {
    count(d, [&](StatisticsBucket& b) { b.add_execution(time - end.started_at); });
  }
}

Status Statistics::on(const events::JobCreated& e, Micros) {
  StatisticsDefinition& d = definition(e.definition);
  come(e.job, d, e.run_at);
  count(d, [](StatisticsBucket& b) { ++b.scheduled; });
  return {};
}

Status Statistics::on(const events::JobStarted& e, Micros time) {
  StatisticsDefinition& d = definition(e.definition);
  // A first attempt that was due in the minute of the creation was never put off: nothing to look
  // up. Unless the clocks have stepped: then a time of creation and one of a start do not compare.
  const bool deferred =
      stepped_ || e.attempt.value > 1 || minute_of(e.due) > minute_of(events::created_time(e.job));
  DAYBOOK_TRY(leave(e.job, d, deferred));
  count(d, [&](StatisticsBucket& b) { b.latency.add(time - e.due); });
  return {};
}

Status Statistics::on(const events::JobCompleted& e, Micros time) {
  StatisticsDefinition& d = definition(e.definition);
  count(d, [](StatisticsBucket& b) { ++b.successful; });
  end_attempt(d, e.end, time);
  return {};
}

Status Statistics::on(const events::JobFailed& e, Micros time) {
  StatisticsDefinition& d = definition(e.definition);
  count(d, [](StatisticsBucket& b) { ++b.failed; });
  end_attempt(d, e.end, time);
  return e.end.attempt.value > 0 ? Status() : leave(e.job, d, true);
}

Status Statistics::on(const events::JobCancelled& e, Micros time) {
  StatisticsDefinition& d = definition(e.definition);
  count(d, [](StatisticsBucket& b) { ++b.cancelled; });
  end_attempt(d, e.end, time);
  return e.end.attempt.value > 0 ? Status() : leave(e.job, d, true);
}

Status Statistics::on(const events::JobRetryScheduled& e, Micros time) {
  StatisticsDefinition& d = definition(e.definition);
  end_attempt(d, e.end, time);
  count(d, [](StatisticsBucket&) {});
  come(e.job, d, e.run_at);
  return {};
}

Status Statistics::apply(const events::Recorded& recorded) {
  if (std::holds_alternative<events::ClockStepped>(recorded.event)) {
    stepped_ = true;
  }
  return std::visit(
      [&](const auto& e) -> Status {
        if constexpr (requires { on(e, Micros{}); }) {
          DAYBOOK_TRY(move_to(recorded.meta.time));
          DAYBOOK_TRY(on(e, recorded.meta.time));
          show_depth(definition(e.definition));
          show_depth(totals());
        }
        return {};
      },
      recorded.event);
}

}  // namespace daybook::projections
