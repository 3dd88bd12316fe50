// One overload per event: how it changes the state. None may fail, block, or see anything but its
// arguments (I7).
#pragma once

#include "events/types.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler {

// The server was away for so long, until the logical time `now`: leases given out, and the timeouts
// of those who hold them, get the time back.
void extend_leases(State::Parts& s, Duration away, Micros now);

void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::ServerStarted& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::ComponentPut& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::ComponentDeleted& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::DefinitionPut& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::DefinitionDeleted& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::JobCreated& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::JobStarted& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::JobCompleted& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::JobFailed& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::JobRetryScheduled& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::JobCancelRequested& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::JobCancelled& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::LeaseExtended& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::LeaseExpired& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::JobRemoved& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::IdempotencyKeyUsed& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::LogTrimmed& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::RetentionApplied& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::SendingCreated& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::SendingRetryScheduled& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::SendingSent& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::SendingBounced& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::SendingCancelled& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::SendingRemoved& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::RulePut& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::RuleDeleted& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::RuleApplied& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::RulesAdvanced& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::ClockStepped& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::ContractDerived& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::TokenCreated& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::TokenRotated& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::TokenRevoked& e);
void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::TokenExpired& e);

}  // namespace daybook::scheduler
