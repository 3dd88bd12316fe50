// Attempts run again from the log alone: the same component text, modules, parameters, instant,
// seed and answers must give the same result and the same effects
// (docs/adr/0008-reactor-is-a-function.md).
//
// One pass over the log, however many attempts. Only attempts in the reactor language can be run
// again; those that another runtime ran, or that ended by the clock or the outside (a timeout, a
// restart, a question that nobody could answer), are counted as not repeatable.
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
  JobId job;
  Attempt attempt;
  std::string definition;
  std::string component;
  std::vector<std::string> recorded;  // the outcome, then one line for each effect
  std::vector<std::string> again;     // the same of this run
  std::string not_repeatable;         // why; empty when it was run again

  bool identical() const { return not_repeatable.empty() && recorded == again; }
  // Lines that differ: "- recorded", "+ again".
  std::string diff() const;
};

struct RerunOptions {
  std::optional<JobId> job;                 // one job's attempts; absent: all
  std::string definition;                   // of this definition; empty: of all
  std::uint64_t limit = ~std::uint64_t{0};  // attempts run again
  std::function<void(Seq done, Seq total)> progress;
};

struct RerunReport {
  std::uint64_t identical = 0;
  std::uint64_t different = 0;
  std::uint64_t not_repeatable = 0;
};

// `each` gets every attempt that is looked at, in the order of their ends. kNotFound when the one
// job is not in the log.
Result<RerunReport> rerun(log::Log& log, const RerunOptions& options,
                          const std::function<void(const Rerun&)>& each);

}  // namespace daybook::replay
