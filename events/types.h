// One struct per event: a fact, past tense. Text members borrow: a decoded event is valid as long
// as the record's bytes are, an event that is about to be encoded as long as its makers' strings
// are.
//
// each(f) visits the members by name, for JSON and for comparison; secrets are left out.
// When each is written and what it changes: docs/events.md.
#pragma once

#include <variant>

#include "events/attempt_events.h"
#include "events/clock_events.h"
#include "events/job_events.h"
#include "events/resource_events.h"
#include "events/rule_events.h"
#include "events/sending_events.h"
#include "events/token_events.h"

namespace daybook::events {

using Event =
    std::variant<ServerStarted, ComponentPut, ComponentDeleted, DefinitionPut, DefinitionDeleted,
                 JobCreated, JobStarted, JobCompleted, JobFailed, JobRetryScheduled,
                 JobCancelRequested, JobCancelled, LeaseExtended, LeaseExpired, JobRemoved,
                 IdempotencyKeyUsed, LogTrimmed, RetentionApplied, SendingCreated,
                 SendingRetryScheduled, SendingSent, SendingBounced, SendingCancelled,
                 SendingRemoved, RulePut, RuleDeleted, RuleApplied, RulesAdvanced, ClockStepped,
                 ContractDerived, TokenCreated, TokenRotated, TokenRevoked, TokenExpired>;

// What the header and the payload say about every event alike.
struct Meta {
  Seq seq;
  Micros time;
  CommandId command;
  Seq cause;  // the event that led to this one; zero when a request did
  Epoch epoch;
  std::uint32_t batch_index = 0;
  std::uint32_t batch_count = 0;
  Text actor;  // token id, or "system"
};

struct Recorded {
  Meta meta;
  Event event;
};

}  // namespace daybook::events
