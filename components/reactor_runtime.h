// Runs components in the page's language (components/reactor/) inside the server, on threads of its
// own. What a run is a function of stands in docs/adr/0008-reactor-is-a-function.md; its answers go
// into the outcome, so that it can be run again from the log alone.
//
// A run that takes too long in steps, memory or time ends with a failure that says so. Threads:
// `threads` of its own; `done` is called there, or by run() itself when the order is not taken.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/limits/components.h"
#include "components/outside.h"
#include "components/reactor/run.h"
#include "components/runtime.h"

namespace daybook::components {

struct ReactorOptions {
  std::size_t threads = 2;  // runs at once; more orders wait
  std::size_t cache_bytes = kProgramCacheBytes;
  Duration timeout{kReactorTimeoutUs};  // of a run whose definition names none
  reactor::RunLimits limits;
};

class ReactorRuntime final : public Runtime {
 public:
  // `outside` and `clock` outlive the runtime. With fewer threads than asked for when the system
  // gives no more; kUnavailable "NO_THREAD" when it gives none.
  static Result<std::unique_ptr<ReactorRuntime>> open(ReactorOptions options, Outside& outside,
                                                      const Clock& clock);
  ~ReactorRuntime() override;

  CheckResult check(const Draft& draft) const override;
  void prepare(const Draft& draft) const override;
  std::shared_ptr<Run> run(Order order, std::function<void(RunOutcome)> done) override;
  void shutdown() override;

 private:
  struct Impl;
  explicit ReactorRuntime(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One order as a function of what is in it: the outcome that the runtime reports. `world` answers
// its questions; with the answers that were kept it is a replay.
RunOutcome run_order(const Order& order, const reactor::Program& program,
                     const reactor::RunLimits& limits, reactor::World& world);

// The effects of a run, each held to what every runtime's are. Else the fault of the first that is
// not of its form, BAD_EFFECT or EFFECT_NOT_SUPPORTED, at the place of its expression.
tl::expected<std::vector<Effect>, reactor::Fault> read_effects(const reactor::RunResult& run,
                                                               Micros now);

// The program of an order, or why there is none. Sets that queries name are not checked: that was
// done when the component was stored.
// `interrupted` may end it: its error comes back, which is of another kind than kInvalid.
struct NotCompiled : Error {
  std::string details{};  // the place, as place_json (reactor_spec.h) has it; may be empty
};
using CompiledOrder = tl::expected<std::shared_ptr<const reactor::Program>, NotCompiled>;
CompiledOrder compile_order(const Order& order,
                            std::function<std::optional<Error>()> interrupted = {});
// How an attempt ends whose component did not compile, or not in time.
Failure not_compiled(const NotCompiled& reason);

}  // namespace daybook::components
