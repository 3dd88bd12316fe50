// What runs of the reactor language can ask of the world around them: sets to query, calls over
// HTTP, actors. The server wires it (tools/daybook/outside.h); the runtime keeps what was answered.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace daybook::reactor {
class Sets;
}

namespace daybook::components {

// Thread-safe; called on the threads of the runtime, and may block until `deadline`.
class Outside {
 public:
  virtual ~Outside() = default;
  // What queries can ask over, for checks before the first run.
  virtual const reactor::Sets& sets() const = 0;
  // As reactor::World::ask (components/reactor/run.h). `now` is the run's own instant, `deadline` a
  // point of the steady clock.
  virtual Result<std::string> ask(std::string_view question, Micros now, Micros deadline) = 0;
};

}  // namespace daybook::components
