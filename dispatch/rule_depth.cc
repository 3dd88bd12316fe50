#include "dispatch/rule_depth.h"

#include <algorithm>
#include <optional>

#include "base/limits/rules.h"
#include "events/codec.h"

namespace daybook::dispatch {
namespace {

// The event, handed to `look`; false when it has left the log.
template <typename Look>
Result<bool> look_at(log::Log& log, Seq seq, const Look& look) {
  if (seq.value == 0 || seq < log.first()) {
    return false;
  }
  DAYBOOK_ASSIGN(const auto cursor, log.read(seq));
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool there, cursor->next(record));
  if (there) {
    DAYBOOK_ASSIGN(const auto recorded, events::decode(record));
    look(recorded);
  }
  return there;
}

Result<std::uint32_t> job_depth(log::Log& log, Seq created) {
  std::uint32_t out = 0;
  DAYBOOK_TRY(look_at(log, created, [&](const events::Recorded& recorded) {
    if (const auto* job = std::get_if<events::JobCreated>(&recorded.event)) {
      out = job->rule_depth;
    }
  }));
  return out;
}

// What a sending came of: one step back.
struct Origin {
  std::optional<Subject> subject;  // absent: a request
  bool by_rule = false;
};

Result<Origin> origin_of(log::Log& log, Seq created) {
  Seq effect_of;
  DAYBOOK_TRY(look_at(log, created, [&](const events::Recorded& recorded) {
    if (const auto* sending = std::get_if<events::SendingCreated>(&recorded.event)) {
      effect_of = sending->effect_of;
    }
  }));
  Origin out;
  Seq on;  // of a rule: the event that it ran for
  DAYBOOK_TRY(look_at(log, effect_of, [&](const events::Recorded& recorded) {
    if (const auto* completed = std::get_if<events::JobCompleted>(&recorded.event)) {
      out.subject = Subject{completed->job.key(), false};
    } else if (const auto* failed = std::get_if<events::JobFailed>(&recorded.event)) {
      out.subject = Subject{failed->job.key(), false};
      out.by_rule = true;  // as deep as what a rule does
    } else if (const auto* applied = std::get_if<events::RuleApplied>(&recorded.event)) {
      on = applied->on;
      out.by_rule = true;
    }
  }));
  if (on.value != 0) {
    DAYBOOK_TRY(look_at(
        log, on, [&](const events::Recorded& recorded) { out.subject = subject_of(recorded); }));
  }
  return out;
}

}  // namespace

Subject subject_of(const events::Recorded& recorded) {
  return std::visit(
      [&](const auto& e) -> Subject {
        if constexpr (requires { e.job.key(); }) {
          return {e.job.key(), false};
        } else if constexpr (requires { e.sending; }) {
          return {recorded.meta.cause, true};
        } else {
          return {};
        }
      },
      recorded.event);
}

JobId job_of(const events::Recorded& recorded) {
  return std::visit(
      [](const auto& e) {
        if constexpr (
            requires { e.job.key(); } && !requires { e.sending; }) {
          return e.job;
        } else {
          return JobId{};
        }
      },
      recorded.event);
}

Result<std::uint32_t> rule_depth(log::Log& log, const Subject& subject) {
  std::uint32_t rules = 0;
  Subject at = subject;
  // Each sending back is at least one event back, and rules stop at their depth.
  while (at.sending && rules <= kRuleDepthMax) {
    DAYBOOK_ASSIGN(const Origin origin, origin_of(log, at.created));
    rules += origin.by_rule ? 1 : 0;
    if (!origin.subject) {
      return rules;
    }
    at = *origin.subject;
    if (!origin.by_rule) {
      break;  // a job asked for it
    }
  }
  if (at.sending) {
    return rules;
  }
  DAYBOOK_ASSIGN(const std::uint32_t job, job_depth(log, at.created));
  return std::min(rules + job, kRuleDepthMax + 1);
}

}  // namespace daybook::dispatch
