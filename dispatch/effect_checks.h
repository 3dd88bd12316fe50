// Checks what ended runs ask for before their outcomes are recorded, on a thread of its own:
// whether a component takes a job's parameters may be known only once it is compiled, and neither
// whoever supervises children nor the dispatcher waits for that. Private to dispatch.
//
// Bounded by the runs that are out (I14). pass() from any thread.
#pragma once

#include <functional>
#include <thread>

#include "base/result.h"
#include "components/runtime.h"
#include "dispatch/effects.h"
#include "dispatch/mailbox.h"

namespace daybook::dispatch {

class EffectChecks {
 public:
  using Next = std::function<void(components::RunOutcome)>;

  explicit EffectChecks(EffectRules rules) : rules_(rules) {}
  ~EffectChecks() { stop(); }
  EffectChecks(const EffectChecks&) = delete;
  EffectChecks& operator=(const EffectChecks&) = delete;

  // kUnavailable "NO_THREAD".
  Status start();
  // Calls next once, with a failure in place of effects that cannot be: at once when no parameters
  // are to be checked, else from the thread.
  void pass(components::RunOutcome outcome, const Next& next);
  // After what was passed before.
  void stop();

 private:
  struct Ended {
    components::RunOutcome outcome;
    Next next;  // none: stop
  };

  void work();
  void check(Ended& ended) const;

  const EffectRules rules_;
  Mailbox<Ended> mail_;
  std::thread thread_;
};

}  // namespace daybook::dispatch
