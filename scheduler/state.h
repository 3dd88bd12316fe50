// The decision state: only what is alive (definitions, components, pending and running jobs,
// leases, keys in their window), compact, and a pure function of the log prefix (I6).
//
// evolve(state, event) is the only way to change it; it cannot fail, block or see the outside (I7):
// it CHECKs what decide guaranteed. One owner; no locks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/rate_window.h"
#include "events/types.h"
#include "scheduler/access_token.h"
#include "scheduler/outcomes.h"

namespace daybook::scheduler {

struct Definition {
  std::string id;
  PutDefinition settings;
  std::uint64_t pending = 0;
  std::uint64_t running = 0;
  bool deleted = false;  // kept while jobs of it are alive
  RateWindow starts;     // while it has a rate limit; in running time
};

// A sending that waits for its next try.
struct Sending {
  SendingId id;
  Seq created;      // its SendingCreated event, where its content stands
  Attempt attempt;  // tries that have failed
  Micros due;       // of the next try, in running time
};

// What a rule runs for the events behind its RulePut event, up to its next one.
struct RuleVersion {
  Seq put;
  std::string components;  // JSON text
  std::string owner{};     // who put it; "": who may everything
};

struct Rule {
  std::string id;
  std::string display_name;
  // Oldest first; the last is what the rule is now. One before it is kept until rules have run for
  // all events that it is for.
  std::vector<RuleVersion> versions;
  // Component → newest event that it was applied to, while that is beyond rules_through.
  std::map<std::string, Seq, std::less<>> applied;

  // What it runs for that event; null when it was not there yet, or that is long past.
  const RuleVersion* version_for(Seq on) const;
  // Whether it has an owner who may not everything.
  bool is_owned() const;
};

// A live job, as a reader sees it, but for what its JobCreated event says for good; valid until the
// next evolve().
struct JobView {
  JobId job;
  const Definition* definition = nullptr;
  Micros run_at;         // the time that was given, in wall time; when delayed: `due`
  Micros due;            // the logical time at which that is, by the clocks as they stand
  bool delayed = false;  // it counts in running time
  Micros planned;        // what it was created for, in wall time
  std::int32_t priority = 0;
  Attempt attempt;              // attempts begun so far
  std::uint32_t uncounted = 0;  // of them, those that a stop of the server ended
  std::uint32_t lost_in_a_row = 0;
  // Of a pending job that is to be tried again: the event that decided it, while it is remembered.
  Seq retried_by;
  // Its parameters, where its JobCreated event has left the log or may leave it; else null, and
  // they stand there.
  const std::string* kept_parameters = nullptr;
  std::uint32_t rule_depth = 0;
  std::string_view owner;  // in whose name it runs; "": who may everything
  bool running = false;
  // Of the open attempt:
  Seq started;
  events::Secret secret;
  Micros started_at;
  Micros lease_until;  // zero: the server runs it
  Micros timeout_at;
  bool cancel_requested = false;
};

// What the queue has to know of a pending job; as in JobView.
struct PendingView {
  JobId job;
  const Definition* definition = nullptr;
  Micros run_at;
  std::int32_t priority = 0;
  bool delayed = false;
};

class State {
 public:
  State();
  ~State();
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;

  Seq applied() const;                          // last event folded
  Micros time() const;                          // its logical time
  const events::ClockOffsets& offsets() const;  // of the clocks to each other
  // The running clock at a logical time from here on.
  Micros running(Micros logical) const { return offsets().running(logical); }
  Epoch epoch() const;
  Seq server_started() const;  // the newest ServerStarted event

  const Definition* find_definition(
      std::string_view id) const;  // also a deleted one that has live jobs
  std::shared_ptr<const Component> find_component(std::string_view id) const;
  // Of a component's text and those of what it imports, as they stand: its contract is stale when
  // it was derived from others.
  Hash texts_key(const Component& component) const;
  // Who names it, whether it is there or not; definitions that are deleted do not count.
  ComponentUsers users_of(std::string_view component, std::size_t max) const;
  std::optional<JobView> find_job(JobId job) const;
  // The job whose open attempt began with that event.
  std::optional<JobView> find_open(Seq started) const;
  bool is_ended(JobId job) const;        // ended and still in the lists
  std::size_t definition_count() const;  // not counting deleted ones
  std::size_t component_count() const;
  std::uint64_t pending_count() const;
  std::uint64_t running_count() const;
  std::size_t key_count() const;  // idempotency keys remembered
  std::size_t key_bytes() const;  // and the memory that they take
  // The live job of that definition that holds the key.
  std::optional<JobId> find_unique(std::string_view definition, std::string_view key) const;
  // The oldest event that the parameters of a live job are read from; nothing when all are kept.
  std::optional<Seq> first_needed() const;
  // Takes over what the log will not hold any more. No part of the hash: it follows from the log.
  void keep_parameters(JobId job, std::string_view parameters);

  std::optional<Sending> find_sending(SendingId id) const;  // while it is pending
  // Whether the sending that this event created has ended and is still in the lists.
  bool is_sending_ended(Seq created) const;
  std::size_t sending_count() const;
  const Rule* find_rule(std::string_view id) const;
  std::size_t rule_count() const;
  Seq rules_through() const;                                 // rules ran for all events up to there
  const AccessToken* find_token(std::string_view id) const;  // while it is live, be it over or not
  std::size_t token_count() const;
  std::uint64_t token_changes() const;  // events of tokens since this state was read or began
  // What that actor may at that logical time; null when it is no live token. Valid until the next
  // evolve().
  const access::Rights* rights_of(std::string_view actor, Micros now) const;

  // chain, and all but the first 16 bytes of body, are remembered of the newest uses only.
  struct KeyUse {
    Hash body;
    Seq first;
    Seq last;
    Hash chain{};
    Micros time;
  };
  // Nothing once its window is over at `now`.
  std::optional<KeyUse> find_key(std::string_view key, Micros now,
                                 std::string_view actor = {}) const;
  // The first event that answers a key in its window at `now`: a repeat needs it (I11).
  std::optional<Seq> first_held_by_keys(Micros now) const;
  // How an attempt that is over ended, for a report that comes again.
  struct PastReport {
    std::uint64_t digest = 0;
    JobId job;
    Seq seq;  // of the event that ended it
    AttemptResult result = AttemptResult::kCompleted;
    Micros retry_at;
  };
  // The outcome that was recorded for an attempt that is over, while it is remembered.
  std::optional<PastReport> find_report(Seq started) const;

  void each_job(const std::function<void(const JobView&)>& visit) const;  // by creation
  // The same in two parts: a start looks at millions that wait.
  void each_pending(const std::function<void(const PendingView&)>& visit) const;    // by creation
  void each_running(const std::function<void(const JobView&)>& visit) const;        // by creation
  void each_definition(const std::function<void(const Definition&)>& visit) const;  // by id
  void each_component(const std::function<void(const Component&)>& visit) const;    // by id

  void each_sending(const std::function<void(const Sending&)>& visit) const;    // by creation
  void each_rule(const std::function<void(const Rule&)>& visit) const;          // by id
  void each_token(const std::function<void(const AccessToken&)>& visit) const;  // by id

  // SHA-256 over a canonical form: equal states have equal hashes, whatever way they were reached.
  Hash hash() const;
  std::size_t memory_bytes() const;

  // Parts for evolve, decide and the snapshot; see state_parts.h.
  struct Parts;
  Parts& parts() { return *parts_; }
  const Parts& parts() const { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

// Folds one event. chain is the record's chain hash (an idempotency key's receipt needs it).
void evolve(State& state, const events::Recorded& recorded, const Hash& chain);

}  // namespace daybook::scheduler
