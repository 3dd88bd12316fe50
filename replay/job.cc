#include "replay/job.h"

#include <algorithm>
#include <variant>

#include "base/time_text.h"
#include "events/catalogue.h"
#include "events/codec.h"
#include "events/json.h"
#include "log/prefetch.h"
#include "replay/json_writer.h"

namespace daybook::replay {
namespace {

std::string words(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) {
    out += part;
  }
  return out;
}

std::string attempt_text(Attempt attempt) {
  return "attempt " + std::to_string(attempt.value);
}

// Adds what the events say to the story; summary() gives the sentence, empty when the event is not
// about the job.
class Teller {
 public:
  explicit Teller(JobStory& story) : story_(story) {}

  std::string summary(const events::Recorded& recorded) {
    now_ = recorded.meta.time;
    actor_ = recorded.meta.actor;
    return std::visit([&](const auto& event) { return tell(event); }, recorded.event);
  }

 private:
  std::string tell(const events::JobCreated& e) {
    if (e.job != story_.job) {
      if (e.parent == story_.job) {
        story_.scheduled.push_back(e.job);
        return words({"made job ", e.job.text(), ", due ", format_time(e.run_at)});
      }
      return {};
    }
    story_.definition = e.definition;
    story_.status = "pending";
    due_ = e.run_at;
    std::string out = words({"created by ", actor_, ", due ", format_time(e.run_at)});
    if (!e.parent.is_null()) {
      out += words({", from job ", e.parent.text()});
    }
    return out;
  }
  std::string tell(const events::JobStarted& e) {
    if (e.job != story_.job) {
      return {};
    }
    story_.status = "running";
    ++story_.attempts;
    const Duration late = now_ - std::max(due_, Micros{});
    story_.waited.value += std::max<std::int64_t>(late.value, 0);
    started_ = now_;
    return words({attempt_text(e.attempt), " started", e.worker.empty() ? "" : " by worker ",
                  e.worker, ", ", format_duration(late), " after it was due"});
  }
  std::string tell(const events::JobCompleted& e) {
    return e.job != story_.job ? "" : ended("completed", e.end, "completed");
  }
  std::string tell(const events::JobFailed& e) {
    return e.job != story_.job ? ""
                               : ended("failed", e.end,
                                       words({"failed: ", e.failure.code, " ", e.failure.message}));
  }
  std::string tell(const events::JobCancelled& e) {
    return e.job != story_.job ? "" : ended("cancelled", e.end, words({"cancelled by ", actor_}));
  }
  std::string tell(const events::JobRetryScheduled& e) {
    if (e.job != story_.job) {
      return {};
    }
    due_ = e.run_at;
    return ended("pending", e.end,
                 words({"failed: ", e.failure.code, " ", e.failure.message, "; next try ",
                        format_time(e.run_at)}));
  }
  std::string tell(const events::JobCancelRequested& e) {
    return e.job != story_.job ? ""
                               : words({actor_, " asked ", attempt_text(e.attempt), " to stop"});
  }
  std::string tell(const events::LeaseExtended& e) {
    return e.job != story_.job ? "" : words({"lease extended to ", format_time(e.lease_until)});
  }
  std::string tell(const events::LeaseExpired& e) {
    return e.job != story_.job
               ? ""
               : words({attempt_text(e.attempt), " given up: ", events::cause_name(e.cause)});
  }
  std::string tell(const events::JobRemoved& e) {
    if (e.job != story_.job) {
      return {};
    }
    story_.removed = true;
    return words({"left the lists: ", events::reason_name(e.reason)});
  }
  std::string tell(const events::SendingCreated& e) {
    return e.job != story_.job ? ""
                               : words({"asked to send ", events::transport_name(e.transport),
                                        " to ", e.recipient});
  }
  std::string tell(const auto&) { return {}; }

  std::string ended(std::string_view status, const events::AttemptEnd& end, std::string what) {
    story_.status = status;
    if (end.attempt.value == 0) {
      return what;
    }
    const Duration ran = now_ - started_;
    story_.ran.value += ran.value;
    return words({attempt_text(end.attempt), " ", what, ", after ", format_duration(ran)});
  }

  JobStory& story_;
  Micros now_;
  std::string_view actor_;
  Micros due_;
  Micros started_;
};

}  // namespace

Result<JobStory> explain(log::Log& log, JobId job) {
  const auto missing = [&] {
    return fail(Code::kNotFound, "NOT_FOUND", "the log has no job " + job.text());
  };
  const Seq until = log.last();
  if (job.key().value == 0 || job.key() > until) {
    return missing();
  }
  DAYBOOK_ASSIGN(auto inner, log.read(job.key()));
  const auto cursor = log::prefetch(std::move(inner), job.key(), until);
  JobStory story;
  story.job = job;
  Teller teller(story);
  events::RecordView record;
  while (!story.removed) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      break;
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    std::string summary = teller.summary(recorded);
    if (summary.empty()) {
      if (story.steps.empty()) {
        return missing();  // its first event stands at its key, or nowhere
      }
      continue;
    }
    story.steps.push_back({recorded.meta.seq, recorded.meta.time,
                           std::string(events::entry_of(recorded.event).name), std::move(summary),
                           events::to_json(recorded)});
  }
  return story;
}

std::string JobStory::text() const {
  std::string out = words(
      {"job ", job.text(), " of ", definition, ": ", status, removed ? " (removed)" : "", "\n"});
  out += words({std::to_string(attempts), " attempts, waited ", format_duration(waited), ", ran ",
                format_duration(ran), "\n"});
  Micros before;
  for (const JobStep& step : steps) {
    const std::string gap = before.value == 0 ? "" : "+" + format_duration(step.time - before);
    out += words({format_time(step.time), "\t", gap, "\t#", std::to_string(step.seq.value), "\t",
                  step.summary, "\n"});
    before = step.time;
  }
  return out;
}

std::string JobStory::json() const {
  std::string out;
  JsonObject object(out);
  object.text("jobId", job.text());
  object.text("jobDefinitionId", definition);
  object.text("status", status);
  object.flag("removed", removed);
  object.number("attempts", attempts);
  object.duration("waited", waited);
  object.duration("ran", ran);
  std::string& list = object.member("scheduled");
  list += '[';
  for (const JobId& child : scheduled) {
    list += list.back() == '[' ? "" : ",";
    events::append_json_string(list, child.text());
  }
  list += ']';
  std::string& all = object.member("events");
  all += '[';
  for (std::size_t i = 0; i < steps.size(); ++i) {
    all += i == 0 ? "" : ",";
    all += steps[i].json;
  }
  all += ']';
  object.end();
  return out;
}

}  // namespace daybook::replay
