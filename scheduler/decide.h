// Decides a command: (state, command, now) → events and an outcome, or a refusal. Runs once, live;
// what it decided stands in the events, so it may change in any release without touching old logs.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "access/rights.h"

#include "base/ids.h"
#include "base/result.h"
#include "events/types.h"
#include "scheduler/commands.h"
#include "scheduler/contract_check.h"
#include "scheduler/outcomes.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

struct Context {
  const State& state;
  Micros now;
  Seq next_seq;  // of the first event that would be decided
  // Why new work is refused at the moment (the disk's watermark), if it is.
  const Error* closed = nullptr;
  // Parameters of the one job that an earlier try wanted.
  const std::string_view* parameters = nullptr;
  // What parameters of jobs and rules are checked with; null: they are left to the run.
  ContractCheck* contracts = nullptr;
  // Who asks, and what he may.
  std::string_view actor = "system";
  const access::Rights* rights = &access::Rights::all();
};

// The events of one batch; their texts borrow from the command, the state and `texts`, until the
// next evolve().
struct Decision {
  std::vector<events::Event> events;
  std::deque<std::string> texts;
  Seq cause;  // the event that led to this, when one did
  Outcome outcome;
  // For a repeated report: the event that had recorded it.
  Seq past;
  // A job that fails, and its parameters are neither kept nor given: this is no decision yet. Look
  // them up (log/event_reader.h), and decide again with them.
  std::optional<JobId> wants;
  // What a change of a definition makes of it, and what a definition asks for when a job fails:
  // events borrow their texts.
  PutDefinition definition;
  std::vector<Effect> effects;

  void clear();
  // Keeps a text alive as long as the decision.
  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

// Fills `out` (cleared first). A decision without events changes nothing and is still an answer.
Status decide(const Context& context, const Command& command, Decision& out);

Status decide(const Context& context, const PutComponent& command, Decision& out);
Status decide(const Context& context, const DeleteComponent& command, Decision& out);
Status decide(const Context& context, const PutDefinition& command, Decision& out);
Status decide(const Context& context, const PatchDefinition& command, Decision& out);
Status decide(const Context& context, const DeleteDefinition& command, Decision& out);
Status decide(const Context& context, const CreateJobs& command, Decision& out);
Status decide(const Context& context, const CancelJob& command, Decision& out);
Status decide(const Context& context, const RequestCancel& command, Decision& out);
Status decide(const Context& context, const RetryJob& command, Decision& out);
Status decide(const Context& context, const RemoveJobs& command, Decision& out);
Status decide(const Context& context, const StartJob& command, Decision& out);
Status decide(const Context& context, const ReportAttempt& command, Decision& out);
Status decide(const Context& context, const ExtendLease& command, Decision& out);
Status decide(const Context& context, const ExpireLease& command, Decision& out);
Status decide(const Context& context, const StartServer& command, Decision& out);
Status decide(const Context& context, const RecordTrim& command, Decision& out);
Status decide(const Context& context, const CreateSending& command, Decision& out);
Status decide(const Context& context, const CancelSending& command, Decision& out);
Status decide(const Context& context, const ReportSending& command, Decision& out);
Status decide(const Context& context, const RemoveSendings& command, Decision& out);
Status decide(const Context& context, const PutRule& command, Decision& out);
Status decide(const Context& context, const DeleteRule& command, Decision& out);
Status decide(const Context& context, const ApplyRule& command, Decision& out);
Status decide(const Context& context, const AdvanceRules& command, Decision& out);
Status decide(const Context& context, const NoteClock& command, Decision& out);
Status decide(const Context& context, const StateContracts& command, Decision& out);
Status decide(const Context& context, const CreateToken& command, Decision& out);
Status decide(const Context& context, const RotateToken& command, Decision& out);
Status decide(const Context& context, const RevokeToken& command, Decision& out);
Status decide(const Context& context, const ExpireTokens& command, Decision& out);

}  // namespace daybook::scheduler
