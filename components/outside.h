// What runs of the reactor language can ask of the world around them: sets to query, calls over
// HTTP, actors. The server wires it (tools/daybook/outside.h); the runtime keeps what was answered.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace daybook::reactor {
class Sets;
}

namespace daybook::components {

// How long a question may take, and as of when it is asked.
struct AskTerms {
  Micros now;                         // the run's own instant
  Micros deadline;                    // of the steady clock
  const std::atomic<bool>& given_up;  // nobody waits any more
  std::string_view owner{};           // in whose name it is asked; "": who may everything
};

// Thread-safe; called on the threads of the runtime, and may block until `deadline`.
class Outside {
 public:
  virtual ~Outside() = default;
  // What queries can ask over, for checks before the first run.
  virtual const reactor::Sets& sets() const = 0;
  // As reactor::World::ask (components/reactor/run.h).
  virtual Result<std::string> ask(std::string_view question, const AskTerms& terms) = 0;
};

}  // namespace daybook::components
