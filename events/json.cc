#include "events/json.h"

#include <algorithm>
#include <type_traits>

#include "base/hex.h"
#include "base/time_text.h"
#include "events/catalogue.h"

namespace daybook::events {
namespace {

class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  void operator()(std::string_view name, Text value) {
    if (!value.empty()) {
      append_json_string(member(name), value);
    }
  }
  void operator()(std::string_view name, const Json& value) {
    if (value.text.empty()) {
      return;
    }
    const std::size_t at = member(name).size();
    out_ += value.text;
    // Line ends in a JSON document stand only between its tokens; without them an event is one
    // line.
    std::replace_if(
        out_.begin() + static_cast<std::ptrdiff_t>(at), out_.end(),
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }
  void operator()(std::string_view name, Micros value) {
    if (value.value != 0) {
      (*this)(name, Text(format_time(value)));
    }
  }
  void operator()(std::string_view name, Duration value) {
    if (value.value != 0) {
      (*this)(name, Text(format_duration(value)));
    }
  }
  void operator()(std::string_view name, JobId value) {
    if (!value.is_null()) {
      (*this)(name, Text(value.text()));
    }
  }
  void operator()(std::string_view name, SendingId value) { (*this)(name, Text(value.text())); }
  void operator()(std::string_view name, const Hash& value) {
    if (value != Hash{}) {
      (*this)(name, Text(to_hex(value)));
    }
  }
  void operator()(std::string_view name, Seq value) {
    if (value.value != 0) {
      member(name) += std::to_string(value.value);
    }
  }
  void operator()(std::string_view name, Attempt value) { (*this)(name, value.value); }
  void operator()(std::string_view name, Epoch value) { (*this)(name, value.value); }
  void operator()(std::string_view name, Runtime value) { (*this)(name, runtime_name(value)); }
  void operator()(std::string_view name, ExpiryCause value) { (*this)(name, cause_name(value)); }
  void operator()(std::string_view name, Transport value) { (*this)(name, transport_name(value)); }
  void operator()(std::string_view name, RemovalReason value) { (*this)(name, reason_name(value)); }
  void operator()(std::string_view name, ClockStep value) { (*this)(name, step_name(value)); }
  void operator()(std::string_view name, bool value) { member(name) += value ? "true" : "false"; }
  void operator()(std::string_view name, const std::vector<Text>& value) {
    if (value.empty()) {
      return;
    }
    char before = '[';
    member(name);
    for (const Text text : value) {
      out_ += before;
      append_json_string(out_, text);
      before = ',';
    }
    out_ += ']';
  }
  template <typename Number>
  requires(std::is_integral_v<Number> && !std::is_same_v<Number, bool>) void operator()(
      std::string_view name, Number value) {
    member(name) += std::to_string(value);
  }

  std::string& member(std::string_view name) {
    if (!first_) {
      out_ += ',';
    }
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace

std::string data_json(const Event& event) {
  std::string out;
  ObjectWriter writer(out);
  std::visit([&](const auto& e) { e.each(writer); }, event);
  writer.end();
  return out;
}

std::string to_json(const Recorded& recorded) {
  std::string out;
  ObjectWriter writer(out);
  writer("seq", recorded.meta.seq);
  writer("time", recorded.meta.time);
  writer("type", entry_of(recorded.event).name);
  writer("actor", recorded.meta.actor);
  writer("requestId", Text(recorded.meta.command.text()));
  writer("causeSeq", recorded.meta.cause);
  writer("epoch", recorded.meta.epoch);
  writer.member("data") += data_json(recorded.event);
  writer.end();
  return out;
}

std::string_view runtime_name(Runtime runtime) {
  switch (runtime) {
    case Runtime::kReactor:
      return "reactor";
    case Runtime::kExec:
      return "exec";
    case Runtime::kHttp:
      return "http";
    case Runtime::kWorker:
      return "worker";
  }
  return "unknown";
}

std::string_view cause_name(ExpiryCause cause) {
  switch (cause) {
    case ExpiryCause::kLease:
      return "lease";
    case ExpiryCause::kTimeout:
      return "timeout";
    case ExpiryCause::kRestart:
      return "restart";
  }
  return "unknown";
}

std::string_view transport_name(Transport transport) {
  switch (transport) {
    case Transport::kEmail:
      return "email";
    case Transport::kHttp:
      return "http";
    case Transport::kActor:
      return "actor";
  }
  return "unknown";
}

std::string_view reason_name(RemovalReason reason) {
  switch (reason) {
    case RemovalReason::kRetention:
      return "retention";
    case RemovalReason::kDeleted:
      return "deleted";
  }
  return "unknown";
}

std::string_view step_name(ClockStep step) {
  switch (step) {
    case ClockStep::kBack:
      return "back";
    case ClockStep::kForward:
      return "forward";
    case ClockStep::kAway:
      return "away";
    case ClockStep::kSlew:
      return "slew";
  }
  return "unknown";
}

}  // namespace daybook::events
