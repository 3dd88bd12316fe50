#include "events/hooks.h"

#include <type_traits>

#include "base/json_text.h"
#include "base/time_text.h"
#include "events/catalogue.h"

namespace daybook::events {
namespace {

class Record {
 public:
  explicit Record(const ClockOffsets& clocks = {}) : clocks_(clocks) {}

  void text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
  }
  void number(std::string_view name, std::uint64_t value) {
    key(name);
    out_ += std::to_string(value);
  }
  void time(std::string_view name, Micros logical) { wall(name, clocks_.wall(logical)); }
  void wall(std::string_view name, Micros value) { text(name, format_time(value)); }
  // JSON as it is; null when there is none.
  void json(std::string_view name, std::string_view value) {
    key(name);
    out_ += value.empty() ? "null" : value;
  }
  std::string take() { return out_ + "}"; }

 private:
  void key(std::string_view name) {
    out_ += out_.size() > 1 ? "," : "";
    append_json_string(out_, name);
    out_ += ':';
  }
  const ClockOffsets clocks_;
  std::string out_ = "{";
};

std::string failure_json(const Failure& failure) {
  Record out;
  out.text("code", failure.code);
  out.text("message", failure.message);
  out.json("details", failure.details.text);
  return out.take();
}

std::string tags_json(const std::vector<Text>& tags) {
  std::string out = "[";
  for (const Text tag : tags) {
    out += out.size() > 1 ? "," : "";
    append_json_string(out, tag);
  }
  return out + "]";
}

template <typename E>
void add_job(Record& out, const E& e) {
  out.text("jobId", e.job.text());
  out.text("jobDefinitionId", e.definition);
}

// When it was planned and when it was due. Events of older releases do not say so, and what ran for
// them must see what it saw.
void add_times(Record& out, Micros planned, Micros due) {
  if (due.value != 0) {
    if (planned.value != 0) {
      out.wall("runAt", planned);
    } else {
      out.time("runAt", due);
    }
    out.time("dueAt", due);
  }
}

template <typename E>
void add_end(Record& out, const E& e) {
  add_job(out, e);
  out.number("attempt", e.end.attempt.value);
  if (e.end.started_at.value != 0) {
    out.time("startedAt", e.end.started_at);
  } else {
    out.json("startedAt", {});
  }
}

void add(Record& out, const JobCreated& e) {
  add_job(out, e);
  out.json("parameters", e.parameters.text);
  if (e.delayed) {
    out.time("runAt", e.run_at);
  } else {
    out.wall("runAt", e.run_at);
  }
  out.json("tags", tags_json(e.tags));
  if (e.parent.is_null()) {
    out.json("parentJobId", {});
  } else {
    out.text("parentJobId", e.parent.text());
  }
}

void add(Record& out, const JobStarted& e) {
  add_job(out, e);
  out.number("attempt", e.attempt.value);
  out.text("componentId", e.component);
  // Events of older releases know when it was due, and said nothing of it here.
  add_times(out, e.planned, e.planned.value != 0 ? e.due : Micros{});
}

void add(Record& out, const JobCompleted& e) {
  add_end(out, e);
  add_times(out, e.end.planned, e.end.due);
  out.json("result", e.result.text);
}

void add(Record& out, const JobFailed& e) {
  add_end(out, e);
  add_times(out, e.end.planned, e.end.due);
  if (!e.parameters.text.empty()) {
    out.json("parameters", e.parameters.text);
  }
  out.json("error", failure_json(e.failure));
}

void add(Record& out, const JobRetryScheduled& e) {
  add_end(out, e);
  out.json("error", failure_json(e.failure));
  out.time("runAt", e.run_at);
  if (e.end.due.value != 0) {
    out.time("dueAt", e.end.due);
  }
}

void add(Record& out, const JobCancelled& e) {
  add_end(out, e);
  add_times(out, e.end.planned, e.end.due);
}

void add(Record& out, const SendingSent& e) {
  out.text("sendingId", e.sending.text());
  out.number("attempt", e.attempt.value);
}

void add(Record& out, const SendingBounced& e) {
  out.text("sendingId", e.sending.text());
  out.number("attempt", e.attempt.value);
  out.json("error", failure_json(e.failure));
}

template <typename E>
constexpr bool kHooked = requires(Record& out, const E& e) {
  add(out, e);
};

// Of each alternative of the event, by its place in the catalogue.
template <std::size_t... I>
bool hooked_at(std::size_t index, std::index_sequence<I...>) {
  return ((I == index && kHooked<std::variant_alternative_t<I, Event>>) || ...);
}

bool hooked_at(std::size_t index) {
  return hooked_at(index, std::make_index_sequence<std::variant_size_v<Event>>());
}

}  // namespace

bool has_hook(std::uint16_t type) {
  return type > 0 && hooked_at(type - 1U);  // ids are dense from 1
}

std::string hook_of(const Event& event) {
  return hooked_at(event.index()) ? "On" + std::string(entry_of(event).name) : std::string();
}

std::string hook_record(const Recorded& recorded, const ClockOffsets& clocks) {
  Record about(clocks);
  about.number("seq", recorded.meta.seq.value);
  about.time("time", recorded.meta.time);
  about.text("type", entry_of(recorded.event).name);
  about.text("actor", recorded.meta.actor);
  Record out(clocks);
  out.json("event", about.take());
  std::visit(
      [&](const auto& e) {
        if constexpr (kHooked<std::decay_t<decltype(e)>>) {
          add(out, e);
        }
      },
      recorded.event);
  return out.take();
}

}  // namespace daybook::events
