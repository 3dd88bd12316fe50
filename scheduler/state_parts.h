// How the state is held; for evolve, serialize and State itself.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scheduler/component_users.h"
#include "scheduler/ended_set.h"
#include "scheduler/job_table.h"
#include "scheduler/key_window.h"
#include "scheduler/owners.h"
#include "scheduler/state.h"
#include "scheduler/unique_keys.h"

namespace daybook::scheduler {

struct OpenAttempt {
  JobId job;
  events::Secret secret;
  Micros due;  // as it was at the start, in logical time
  Micros started_at;
  Micros lease_until;  // in running time, as timeout_at; zero: the server runs it
  Micros timeout_at;   // zero: none
  bool cancel_requested = false;
};

// Attempts of a pending or running job that a stop of the server ended.
struct LostAttempts {
  std::uint32_t total = 0;
  std::uint32_t in_a_row = 0;  // the newest ones
};

struct State::Parts {
  Seq applied;
  Micros time;
  events::ClockOffsets offsets;
  Epoch epoch;
  Seq server_started;

  std::vector<std::unique_ptr<Definition>> definitions;  // by index; null where one went
  std::vector<std::uint32_t> free_definitions;
  std::map<std::string, std::uint32_t, std::less<>> definition_index;
  std::size_t live_definitions = 0;
  std::map<std::string, std::shared_ptr<const Component>, std::less<>> components;
  UserIndex importers;       // follow from the components,
  UserIndex definitions_of;  // and from the definitions that are not deleted

  JobTable jobs;
  std::unordered_map<std::uint64_t, OpenAttempt> open;  // by started
  std::uint64_t pending = 0;
  EndedSet ended;
  UniqueKeys unique;
  KeyWindow keys;
  ReportMemory reports;

  std::unordered_map<std::uint64_t, LostAttempts> lost;          // by job key, where there are any
  std::unordered_map<std::uint64_t, std::uint32_t> rule_depths;  // by job key; zeros are left out
  // By job key: what a job was created for, in wall time, where its run_at does not say so.
  std::unordered_map<std::uint64_t, Micros> planned;
  // By job key: parameters that are not, or may not be much longer, in the log. Not in the form.
  std::unordered_map<std::uint64_t, std::string> kept;
  std::unordered_map<SendingId, Sending> sendings;
  EndedSet sendings_ended;  // by their SendingCreated event
  std::map<std::string, Rule, std::less<>> rules;
  Seq rules_through;
  std::map<std::string, AccessToken, std::less<>> tokens;
  std::uint64_t token_changes = 0;  // not in the form
  Owners owners;                    // of live jobs

  // The definition of that id, made when it is not there; a deleted one counts as there.
  std::uint32_t definition_slot(std::string_view id);
  Definition& definition(std::uint32_t index) { return *definitions[index]; }
  const Definition& definition(std::uint32_t index) const { return *definitions[index]; }
  // What follows from the rest, of a state that was read.
  void index_users();
  // Lets a deleted definition go when its last job went.
  void release_definition(std::uint32_t index);
  JobView view(const JobSlot& slot) const;
  // The logical time at which it is, or was, due.
  Micros due_of(const JobSlot& slot) const;
  // What it was created for, in wall time.
  Micros planned_of(const JobSlot& slot) const;
  // Before its run_at becomes another one.
  void keep_planned(const JobSlot& slot);
  std::vector<const Sending*> sorted_sendings() const;  // by creation
};

std::string unique_name(std::string_view definition, std::string_view key);

}  // namespace daybook::scheduler
