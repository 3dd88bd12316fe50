// The rules of the life of jobs, sendings and rules, limits and counts, over decoded events.
// Private to the checker.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/types.h"
#include "replay/checker_findings.h"

namespace daybook::replay {

class JobRules {
 public:
  explicit JobRules(Findings& findings) : findings_(findings) {}

  void apply(const events::Recorded& recorded);
  // The last event of a batch was applied: what it promised to hold must be there.
  void end_batch();
  JobTally finish();

 private:
  struct Definition {
    events::RetryPolicy retry;
    std::string component;
    Duration lease;
    std::uint32_t concurrency = 0;
    std::uint32_t rate_count = 0;
    Duration rate_per;
    bool paused = false;
    bool exists = false;
    std::uint64_t pending = 0;
    std::uint64_t running = 0;
    Micros window_start;
    std::uint32_t window_used = 0;
  };
  struct Job {
    JobId id;
    std::string definition;
    std::string unique_key;
    Micros run_at;  // in wall time; when delayed in running time, as all that follow
    bool delayed = false;
    Attempt attempt;
    std::uint32_t uncounted = 0;  // attempts that a stop of the server ended
    std::uint32_t lost_in_a_row = 0;
    Seq started;  // of the open attempt
    Micros started_at;
    Micros lease_until;
    Micros timeout_at;
    bool cancel_requested = false;
    std::uint32_t rule_depth = 0;
  };
  // What became of a job that is not alive.
  struct Past {
    bool ended : 1 = false;
    bool cancelled : 1 = false;
    bool removed : 1 = false;
  };

  struct Sending {
    Seq created;
    Attempt attempt;
    bool ended = false;
    bool removed = false;
    std::uint32_t rule_depth = 0;
  };
  struct AppliedRule {
    Seq put;                                         // its first RulePut event
    std::map<std::string, Seq, std::less<>> newest;  // by component: event that it ran for
  };

  void on(const events::ServerStarted& e);
  void on(const events::ComponentPut& e);
  void on(const events::ComponentDeleted& e);
  void on(const events::DefinitionPut& e);
  void on(const events::DefinitionDeleted& e);
  void on(const events::JobCreated& e);
  void on(const events::JobStarted& e);
  void on(const events::JobCompleted& e);
  void on(const events::JobFailed& e);
  void on(const events::JobRetryScheduled& e);
  void on(const events::JobCancelRequested& e);
  void on(const events::JobCancelled& e);
  void on(const events::LeaseExtended& e);
  void on(const events::LeaseExpired& e);
  void on(const events::JobRemoved& e);
  void on(const events::IdempotencyKeyUsed& e);
  void on(const events::LogTrimmed& e);
  void on(const events::RetentionApplied& e);
  void on(const events::SendingCreated& e);
  void on(const events::SendingRetryScheduled& e);
  void on(const events::SendingSent& e);
  void on(const events::SendingBounced& e);
  void on(const events::SendingCancelled& e);
  void on(const events::SendingRemoved& e);
  void on(const events::RulePut& e);
  void on(const events::RuleDeleted& e);
  void on(const events::RuleApplied& e);
  void on(const events::RulesAdvanced& e);
  void on(const events::ClockStepped& e);
  void on(const events::ContractDerived& e);
  // Of tokens: checker_access.h.
  void on(const events::TokenCreated&) {}
  void on(const events::TokenRotated&) {}
  void on(const events::TokenRevoked&) {}
  void on(const events::TokenExpired&) {}

  void broken(Rule rule, std::string text) { findings_.add(rule, meta_.seq, std::move(text)); }
  // The live job; null, with the reason reported, when there is none.
  Job* live(JobId id, events::Text definition);
  // The live job whose open attempt the end names; null, and reported, when it names another.
  Job* ending(JobId id, events::Text definition, const events::AttemptEnd& end);
  void check_start(const Job& job, const events::JobStarted& e);
  void check_limits(Definition& definition, const events::JobStarted& e);
  void check_retry(Job& job, const events::JobRetryScheduled& e);
  // The attempts that count, when this retry is within its bounds; nothing, and reported, else.
  bool check_attempts(const Job& job, const events::JobRetryScheduled& e, bool lost);
  // The logical time at which the job is due.
  Micros due(const Job& job) const;
  Micros running(Micros logical) const;  // zero stays zero
  void extend_leases(Duration away);
  // An event made by an effect: it stands right behind what asked for it, in its place.
  void expect_effect(Seq effect_of, std::uint32_t index, JobId parent);
  // The parent of a job that an effect made: what ended, or what a rule's event is about.
  bool fits_parent(JobId parent) const;
  // Effects of this event follow, due soon they are so deep; those of an event before it in the
  // batch must be there.
  void begin_effects(std::uint32_t count, events::Json skipped, JobId parent, std::uint32_t depth);
  void check_depth(const events::JobCreated& e);
  // The event is about what rules led to; one may run for it.
  void note_depth(std::uint32_t depth);
  void close_effects();
  // The pending sending; null, with the reason reported, when there is none.
  Sending* pending(SendingId id);
  void end_sending(SendingId id, Attempt attempt);
  void close_attempt(Job& job);
  void end_job(Job& job, bool cancelled = false);
  Past past(JobId id) const;
  Past& past_of(JobId id);

  Findings& findings_;
  events::Meta meta_;
  events::ClockOffsets offsets_;
  std::map<std::string, Definition, std::less<>> definitions_;
  std::map<std::string, Hash, std::less<>> components_;  // id → hash of its spec
  std::unordered_map<std::uint64_t, Job> jobs_;          // live ones, by key
  std::vector<Past> past_;                               // by key
  std::map<std::string, JobId> unique_;
  std::deque<std::pair<Micros, std::string>> key_times_;  // idempotency keys of the last 24 hours
  std::set<std::string, std::less<>> keys_;
  std::unordered_map<SendingId, Sending> sendings_;  // all that the log created
  std::map<std::string, AppliedRule, std::less<>> rules_;
  std::unordered_map<std::uint64_t, std::uint32_t> depths_;  // by event, where it is not zero
  Seq rules_through_;
  JobTally tally_;
  std::uint64_t open_ = 0;
  Seq server_started_;

  // Within the batch:
  Seq batch_first_;
  std::uint64_t batch_removed_ = 0;
  Seq effects_of_;  // a completion or a rule whose effects are still to come
  std::uint32_t effects_count_ = 0;
  std::set<std::uint32_t> effects_skipped_;  // places in their list
  std::uint32_t effects_place_ = 0;          // of the next that is to come
  bool effects_of_rule_ = false;
  std::uint32_t effects_seen_ = 0;
  JobId effects_parent_;
  std::uint32_t effects_depth_ = 0;
  Seq expired_;  // an attempt that was given up and has no end yet
  Seq lost_;     // one that a restart ended
};

}  // namespace daybook::replay
