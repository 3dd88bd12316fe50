// What repeating attempts and repeating rules have in common: one pass over the log, what a run's
// batch says it asked for, and the count. Private to replay.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "components/runtime.h"
#include "events/types.h"
#include "replay/rerun.h"

namespace daybook::replay {

// Lines of a Rerun.
std::string failure_line(std::string_view code, std::string_view message);
// Of an effect that was recorded at `time`.
std::string effect_line(const components::Effect& effect, Micros time);

// Whether the clock, a restart or the outside decided an end with that code.
bool ended_by_the_outside(std::string_view code);

class RerunPass {
 public:
  RerunPass(const RerunOptions& options, const TellRerun& tell) : options_(options), tell_(tell) {}

  // Reads the log until `over` says so or the limit is reached; `on` gets each event once what
  // stands before it is told.
  Status read(log::Log& log, const std::function<Status(const events::Recorded&)>& on,
              const std::function<bool()>& over);
  // A run that ended with the event `end`, which is followed by that many effects; they are added
  // to what is recorded.
  void ended(Rerun rerun, Seq end, std::uint32_t effects);

  const RerunReport& report() const { return report_; }

 private:
  void collect(const events::Recorded& recorded);
  void finish();

  const RerunOptions& options_;
  const TellRerun& tell_;
  std::optional<Rerun> waiting_;  // for its effects, which stand behind it in the same batch
  Seq end_;
  Seq last_;
  RerunReport report_;
};

}  // namespace daybook::replay
