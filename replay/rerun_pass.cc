#include "replay/rerun_pass.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "base/time_text.h"
#include "events/codec.h"
#include "log/prefetch.h"

namespace daybook::replay {
namespace {

// Events between two reports of progress.
constexpr std::uint64_t kProgressEvents = 4096;

std::string schedule_line(std::string_view definition, Micros run_at, std::string_view parameters) {
  return "scheduleJob " + std::string(definition) + " at " + format_time(run_at) + " " +
         std::string(parameters);
}

std::string send_line(std::string_view id, std::string_view recipient, std::string_view content) {
  return "send " + std::string(id) + " to " + std::string(recipient) + " " + std::string(content);
}

}  // namespace

std::string failure_line(std::string_view code, std::string_view message) {
  return "failed " + std::string(code) + ": " + std::string(message);
}

std::string effect_line(const components::Effect& effect, Micros time) {
  if (const auto* job = std::get_if<components::ScheduleJobEffect>(&effect)) {
    const Micros wanted =
        job->after ? job->since.value_or(time) + *job->after : job->at.value_or(time);
    return schedule_line(job->definition, std::max(time, wanted), job->parameters);
  }
  const auto& send = std::get<components::SendEffect>(effect);
  return send_line(send.id ? send.id->text() : "", send.recipient, send.content);
}

bool ended_by_the_outside(std::string_view code) {
  constexpr std::string_view kCodes[] = {"TIMEOUT",
                                         "STOPPED",
                                         "RUNTIME_BUSY",
                                         "REPORT_REFUSED",
                                         "EFFECT_REFUSED",
                                         "LEASE_EXPIRED",
                                         "ATTEMPT_LOST",
                                         "SERVER_STOPPED",
                                         "RULE_DEPTH",
                                         "RULE_LOST",
                                         "APPLICATION_REFUSED",
                                         "ANSWERS_TOO_LARGE",
                                         "OUTPUT_TOO_LARGE",
                                         "EFFECT_NOT_SUPPORTED"};
  return std::find(std::begin(kCodes), std::end(kCodes), code) != std::end(kCodes);
}

Status RerunPass::read(log::Log& log, const std::function<Status(const events::Recorded&)>& on,
                       const std::function<bool()>& over) {
  const Seq first = log.first();
  const Seq until = log.last();
  DAYBOOK_ASSIGN(auto inner, log.read(first));
  const auto cursor = log::prefetch(std::move(inner), first, until);
  events::RecordView record;
  while (report_.identical + report_.different < options_.limit && (waiting_ || !over())) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      break;
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    if (waiting_ && recorded.meta.seq > last_) {
      finish();
    }
    collect(recorded);
    DAYBOOK_TRY(on(recorded));
    if (options_.progress && recorded.meta.seq.value % kProgressEvents == 0) {
      options_.progress(recorded.meta.seq, until);
    }
  }
  finish();
  return {};
}

void RerunPass::collect(const events::Recorded& recorded) {
  if (!waiting_) {
    return;
  }
  const auto add = [&](Seq effect_of, auto&& line) {
    if (effect_of == end_) {
      waiting_->recorded.push_back(line());
    }
  };
  if (const auto* job = std::get_if<events::JobCreated>(&recorded.event)) {
    add(job->effect_of, [&] {
      const Micros run_at = std::max(recorded.meta.time, job->run_at);
      return schedule_line(job->definition, run_at, job->parameters.text);
    });
  } else if (const auto* sending = std::get_if<events::SendingCreated>(&recorded.event)) {
    add(sending->effect_of, [&] {
      return send_line(sending->sending.text(), sending->recipient, sending->content.text);
    });
  }
}

void RerunPass::ended(Rerun rerun, Seq end, std::uint32_t effects) {
  waiting_ = std::move(rerun);
  end_ = end;
  last_ = Seq{end.value + effects};
}

void RerunPass::finish() {
  if (!waiting_) {
    return;
  }
  if (!waiting_->not_repeatable.empty()) {
    ++report_.not_repeatable;
  } else if (waiting_->identical()) {
    ++report_.identical;
  } else {
    ++report_.different;
  }
  tell_(*waiting_);
  waiting_.reset();
}

std::string Rerun::diff() const {
  std::string out;
  for (std::size_t i = 0; i < std::max(recorded.size(), again.size()); ++i) {
    const std::string* before = i < recorded.size() ? &recorded[i] : nullptr;
    const std::string* now = i < again.size() ? &again[i] : nullptr;
    if (before != nullptr && now != nullptr && *before == *now) {
      continue;
    }
    out += before != nullptr ? "- " + *before + "\n" : "";
    out += now != nullptr ? "+ " + *now + "\n" : "";
  }
  return out;
}

}  // namespace daybook::replay
