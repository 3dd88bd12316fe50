// The checker: reads a log's records in order and says which promises they break. It shares nothing
// with the server but the record format and the schema (no file of scheduler/ or projections/), so
// that one mistake cannot hide in both.
//
// It never stops: after a violation it goes on as well as it can, so later findings may follow from
// the first one. A log that does not begin at 1 is checked for its shape and against the ledger
// only: what its jobs were before is unknown. One thread. Memory: about 200 bytes per live job, one
// byte per event.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "events/record.h"
#include "log/log.h"
#include "replay/ledger.h"
#include "replay/rules.h"

namespace daybook::replay {

struct Violation {
  Rule rule;
  Seq seq;  // where it showed; zero when no single event is at fault
  std::string text;
};

// Jobs by where they are. ended counts removed ones too.
struct JobTally {
  std::uint64_t created = 0;
  std::uint64_t pending = 0;
  std::uint64_t running = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t removed = 0;
};

struct CheckReport {
  std::uint64_t events = 0;
  std::uint64_t violations = 0;
  std::vector<Violation> first;  // at most violations_max of them
  JobTally jobs;
  Seq last;
  Hash chain{};
  bool whole_life = true;  // the log began at 1, so the rules of job life were checked

  bool sound() const { return violations == 0; }
  bool found(Rule rule) const;
  // One line per violation: "<seq> <rule>: <text>".
  std::string text() const;
};

struct CheckOptions {
  Seq first{1};  // the first record to come
  // Chain hash before it; absent: not known (the log was trimmed there), so the first link is
  // believed.
  std::optional<Hash> before = events::genesis();
  bool chain = true;  // hash every record again; else all links are believed
  std::size_t violations_max = 100;
};

class Checker {
 public:
  explicit Checker(CheckOptions options = {}, Ledger ledger = {});
  ~Checker();
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  // The next record. `bytes` of the view are read again: its header fields are not believed.
  void check(const events::RecordView& record);
  // The log ends here. What the server says its live jobs are can be compared.
  CheckReport finish(std::optional<JobTally> server = std::nullopt);

  std::uint64_t violations() const;
  // The newest violation's line, for an importer that stops at the first one.
  std::string last_violation() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Checks all of `log` from its first readable record. kIo or kCorrupt when it cannot be read to its
// end: then the log is worse than what rules can say. progress(done, total) every 65,536 events.
Result<CheckReport> check_log(log::Log& log, Ledger ledger = {},
                              std::optional<JobTally> server = {},
                              const std::function<void(Seq, Seq)>& progress = {});

}  // namespace daybook::replay
