// Past runs again from the log alone: the same component text, modules, parameters, instant, seed
// and answers must give the same result and the same effects
// (docs/adr/0008-reactor-is-a-function.md).
//
// One pass over the log, however many runs. Only runs of the reactor language can be repeated;
// those that another runtime ran, or that ended by the clock or the outside (a timeout, a restart,
// a question that nobody could answer), are counted as not repeatable.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/log.h"

namespace daybook::replay {

struct Rerun {
  std::string run;  // "<jobId> attempt 1 of nightly (report.hreactor)", "rule pack for event 7 (…)"
  std::vector<std::string> recorded;  // the outcome, then one line for each effect
  std::vector<std::string> again;     // the same of this run
  std::string not_repeatable;         // why; empty when it was run again

  bool identical() const { return not_repeatable.empty() && recorded == again; }
  // Lines that differ: "- recorded", "+ again".
  std::string diff() const;
};

struct RerunReport {
  std::uint64_t identical = 0;
  std::uint64_t different = 0;
  std::uint64_t not_repeatable = 0;
};

struct RerunOptions {
  std::uint64_t limit = ~std::uint64_t{0};  // runs repeated
  std::function<void(Seq done, Seq total)> progress;
};

struct AttemptChoice {
  std::optional<JobId> job;  // one job's attempts; absent: all
  std::string definition;    // of this definition; empty: of all
};

struct RuleChoice {
  std::string rule;  // empty: all
};

// Gets every run that is looked at, in the order of their ends.
using TellRerun = std::function<void(const Rerun&)>;

// kNotFound when the one job is not in the log.
Result<RerunReport> rerun_attempts(log::Log& log, const AttemptChoice& choice,
                                   const RerunOptions& options, const TellRerun& tell);

// Of each rule and event that something came of: a run that asked for nothing is not recorded.
Result<RerunReport> rerun_rules(log::Log& log, const RuleChoice& choice,
                                const RerunOptions& options, const TellRerun& tell);

}  // namespace daybook::replay
