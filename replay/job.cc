#include "replay/job.h"

#include <algorithm>
#include <array>
#include <cstdio>
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
                  e.worker, ", ", readable(late), " after it was due"});
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
    return words({attempt_text(end.attempt), " ", what, ", after ", readable(ran)});
  }

  JobStory& story_;
  Micros now_;
  std::string_view actor_;
  Micros due_;
  Micros started_;
};

struct Unit {
  std::int64_t us;
  const char* name;
};
constexpr std::array kLong = {Unit{86'400'000'000, "d"}, Unit{3'600'000'000, "h"},
                              Unit{60'000'000, "m"}, Unit{1'000'000, "s"}};

}  // namespace

std::string readable(Duration duration) {
  if (duration.value < 0) {
    return "-" + readable(Duration{-duration.value});
  }
  const std::int64_t us = duration.value;
  if (us < 1000) {
    return us == 0 ? "0s" : std::to_string(us) + "us";
  }
  if (us < kLong[2].us) {
    const bool milli = us < kLong[3].us;
    const double value = static_cast<double>(us) / (milli ? 1e3 : 1e6);
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "%.*f", value < 10 ? 2 : 1, value);
    std::string text(out.data());
    text.erase(text.find_last_not_of('0') + 1);
    text.erase(text.find_last_not_of('.') + 1);
    return text + (milli ? "ms" : "s");
  }
  for (std::size_t i = 0; i + 1 < kLong.size(); ++i) {
    if (us >= kLong[i].us) {
      const std::int64_t rest = us % kLong[i].us / kLong[i + 1].us;
      return std::to_string(us / kLong[i].us) + kLong[i].name +
             (rest == 0 ? "" : std::to_string(rest) + kLong[i + 1].name);
    }
  }
  return {};
}

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
    const Micros time = recorded.meta.time;
    std::string gap = story.steps.empty() ? "" : readable(time - story.steps.back().time);
    story.steps.push_back({recorded.meta.seq, time, std::move(gap),
                           std::string(events::entry_of(recorded.event).name), std::move(summary),
                           events::to_json(recorded)});
  }
  return story;
}

std::string JobStory::heading() const {
  return words({"job ", job.text(), " of ", definition, ": ", status, removed ? " (removed)" : "",
                "\n", std::to_string(attempts), attempts == 1 ? " attempt" : " attempts",
                ", waited ", readable(waited), ", ran ", readable(ran), "\n"});
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
