// Reads the log behind the server, and knows at each moment what must be so: which attempt of a job
// is open, what was promised to whom, how many of each there are. It shares no code with what it
// judges but the log's records and the pure fold of the state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "log/log.h"
#include "replay/ledger.h"
#include "scheduler/outcomes.h"
#include "scheduler/sequencer.h"
#include "scheduler/state.h"
#include "tests/simulation/shared.h"

namespace daybook::simulation {

class Oracle {
 public:
  explicit Oracle(Shared& shared) : shared_(shared) {}

  // Sees what has become durable since.
  void follow(log::Log& log);
  // The log again, from `from` on: a restart found it so.
  void check_restart(log::Log& log, const scheduler::State& recovered);

  // A client, or the server itself, was told that: nobody may take it back.
  void told(const CommandId& request, const std::vector<Result<scheduler::Reply>>& replies);
  // Nobody was told what came of those commands.
  void not_told(const CommandId& request, std::size_t commands);

  // A run of that attempt begins.
  void launched(const scheduler::Token& token, log::Log& log);
  // Its report asks for so many effects.
  void asks(Seq started, std::size_t effects) { asked_[started].insert(effects); }
  // The outside has it.
  void delivered(SendingId sending) { ++delivered_[sending]; }
  void tries(SendingId sending);

  struct Open {
    JobId job;
    scheduler::Token token;
    std::string definition;
    bool leased = false;
  };
  const std::map<JobId, Open>& open() const { return open_; }
  // Something that this request wrote is durable.
  bool wrote(const CommandId& request) const { return requests_.contains(request); }
  // The request that ended the attempt; none: it is open, or never was.
  std::optional<CommandId> ended_by(Seq started) const;
  const std::vector<JobId>& jobs() const { return jobs_; }
  const std::string& definition_of(JobId job) const { return definitions_.at(job); }
  const std::vector<SendingId>& sendings() const { return sendings_; }

  struct Tally {
    std::uint64_t created = 0, completed = 0, failed = 0, cancelled = 0, removed = 0;
  };
  const std::map<std::string, Tally>& tallies() const { return tallies_; }
  struct Sent {
    std::uint64_t created = 0, sent = 0, bounced = 0, cancelled = 0, removed = 0;
  };
  const Sent& sent() const { return sent_; }
  const std::set<std::size_t>& event_types() const { return types_; }

  Micros began() const { return began_; }  // logical time of the first event
  // The fold of what is durable.
  const scheduler::State& state() const { return state_; }
  const replay::Ledger& ledger() const { return ledger_; }

 private:
  void see(const events::Recorded& recorded);
  void see_effects(const events::Recorded& recorded);
  void settle_effects();
  void see_ends(const events::Recorded& recorded);
  void see_sendings(const events::Recorded& recorded);
  void ended(JobId job, const events::AttemptEnd& end, const events::Meta& meta);
  void wrong(const std::string& what) { shared_.verdict.wrong(what); }

  Shared& shared_;
  scheduler::State state_;
  Micros began_, time_;
  replay::Ledger ledger_;
  std::map<JobId, Open> open_;
  std::set<Seq> launched_;
  std::map<Seq, std::set<std::size_t>> asked_;
  std::map<Seq, CommandId> ended_by_;
  std::set<CommandId> requests_;
  std::map<SendingId, std::uint64_t> delivered_;
  std::vector<JobId> jobs_;
  std::map<JobId, std::string> definitions_;
  std::vector<SendingId> sendings_;
  std::map<std::string, Tally> tallies_;
  Sent sent_;
  std::set<std::size_t> types_;
  // The completion that is being read: what it says follows, and what did.
  struct Expected {
    Seq by;
    std::set<std::size_t> asked;
    std::size_t skipped = 0;
    std::size_t said = 0;
    std::size_t came = 0;
  };
  std::optional<Expected> expected_;
};

}  // namespace daybook::simulation
