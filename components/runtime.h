// What a job runs: a runtime takes an order, runs it, and reports one outcome.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/transport.h"
#include "components/directory.h"

namespace daybook::components {

// Another component whose text belongs to an order: what its component imports.
struct Module {
  std::string component;
  std::string spec;
};

// All that an attempt needs. Texts that are JSON are well formed.
struct Order {
  JobId job;
  std::string definition;
  std::string owner{};  // in whose name it runs; "": who may everything
  Attempt attempt;
  std::string token;  // the fencing token, as text
  std::string component;
  std::string spec;        // JSON text of the component's runtime-specific description
  std::string parameters;  // JSON text
  std::vector<Module> modules;
  Micros started_at;               // logical time of the start
  Micros planned;                  // what the job was created for: "runAt"
  Micros due;                      // what this attempt waited for: behind it when it is a retry
  std::optional<Micros> deadline;  // when its timeout is over, on the steady clock
};

// One entry of "effects", as the component asked for it; `at` is absolute, `after` counts from
// completion.
struct ScheduleJobEffect {
  std::string definition;
  std::string parameters;  // JSON text
  std::optional<Micros> at;
  std::optional<Duration> after;
  std::optional<Micros> since{};  // logical: what `after` counts from; absent: the completion
  std::optional<std::int32_t> priority;
  std::vector<std::string> tags;
  std::string unique_key;  // empty: none
};

// A mail, a post or messages to an actor, sent after the completion is recorded. content is the
// whole request as JSON text (docs/components.md). id: given by runtimes that let a component know
// it, absent from others.
struct SendEffect {
  std::optional<SendingId> id;
  Transport transport = Transport::kEmail;
  std::string recipient;
  std::string category;
  std::string content;
};
inline constexpr std::string_view kCategoryDefault = "reactor";

using Effect = std::variant<ScheduleJobEffect, SendEffect>;

struct Failure {
  std::string code;  // stable: EXIT_NONZERO, TIMEOUT, OUTPUT_TOO_LARGE, …
  std::string message;
  std::string details;  // JSON text, may be empty
  bool retryable = true;
};

struct RunOutcome {
  std::string result;  // JSON text; empty when it failed
  std::vector<Effect> effects;
  std::string output;   // JSON text: what its program printed last; empty: nothing, or no program
  std::string answers;  // JSON text: what its queries and calls were answered; empty: none
  std::optional<Failure> failure;
  bool cancelled = false;  // it stopped because stop() was called

  // Whether whoever stops this server may have ended it. kSignalled: ended by a signal that stops
  // servers (TERM, INT, HUP, KILL) and that nobody here sent, or by a status that says so.
  // kFailed: by another status than 0, which may be what its program makes of such a signal.
  enum class Ending : std::uint8_t { kOwn, kFailed, kSignalled };
  Ending ending = Ending::kOwn;
  // Where its program asked for each of the effects, as members of a failure's details:
  // "source":…,"line":…,"column":…; empty: no program of the language.
  std::vector<std::string> effect_places{};
};

inline RunOutcome cancelled_run() {
  RunOutcome outcome;
  outcome.cancelled = true;
  return outcome;
}

// A run in progress. Dropping the handle does not stop it.
class Run {
 public:
  virtual ~Run() = default;
  // Asks the run to end: exec gets SIGTERM, then SIGKILL after a grace; http is abandoned. Any
  // thread, any number of times.
  virtual void stop() = 0;
};

// A component that is not stored yet, or one that is.
struct Draft {
  std::string_view component;
  std::string_view spec;  // a JSON object text
  const ComponentDirectory& others;
  std::vector<std::string> imports{};  // known of a stored one
};

struct Checked {
  std::vector<std::string> imports;  // ids of the components whose modules it needs
  std::vector<Error> warnings{};     // what can be stored, and is hardly meant so
  // Which parameters it takes (reactor/contract.h), and of which texts that was derived
  // (base/texts_key.h); empty: the runtime does not say.
  std::string contract{};
  Hash contract_of{};
};
// Every fault, not the first; each names the member, or source, line and column.
struct SpecFaults {
  std::vector<Error> errors;
  std::vector<std::string> details{};  // of each, a JSON object; none where the error says all
};
using CheckResult = tl::expected<Checked, SpecFaults>;

class Runtime {
 public:
  virtual ~Runtime() = default;

  // May compile: kCompileTimeUs at most.
  virtual CheckResult check(const Draft& draft) const = 0;
  // Does ahead what the first run would wait for, of a component that has been checked. May take as
  // long as that.
  virtual void prepare(const Draft&) const {}

  // Starts the order; `done` is called exactly once, from a thread of the runtime, and must not
  // block.
  virtual std::shared_ptr<Run> run(Order order, std::function<void(RunOutcome)> done) = 0;

  // Stops every run at once (children are killed), waits until all have reported.
  virtual void shutdown() = 0;
};

// Reads what a component printed or answered: any JSON is the result; an object with only "result"
// and "effects" names both. Fails with the member's name when an effect is not understood.
Result<RunOutcome> parse_output(std::string_view json, Micros now);

}  // namespace daybook::components
