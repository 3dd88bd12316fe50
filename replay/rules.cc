#include "replay/rules.h"

#include <array>

namespace daybook::replay {
namespace {

constexpr std::array kRules = {
    RuleText{Rule::kRecord, "shape.record", "every record's checksums match its bytes"},
    RuleText{Rule::kDense, "shape.dense", "sequence numbers are dense"},
    RuleText{Rule::kChain, "shape.chain", "every record carries the hash of all before it"},
    RuleText{Rule::kPayload, "shape.payload", "every type is known and every payload sound"},
    RuleText{Rule::kText, "shape.text", "texts are UTF-8 and documents are JSON"},
    RuleText{Rule::kRange, "shape.range", "numbers are inside their ranges"},
    RuleText{Rule::kBatch, "shape.batch", "batches are whole and of one request"},
    RuleText{Rule::kTime, "shape.time", "logical time never decreases"},
    RuleText{Rule::kEpoch, "shape.epoch", "epochs rise, and events stand under the newest"},
    RuleText{Rule::kCause, "shape.cause", "a cause stands before what it caused"},
    RuleText{Rule::kTrim, "shape.trim", "a trim names a place before it"},
    RuleText{Rule::kClock, "shape.clock",
             "the clocks stand to each other as their steps leave them"},
    RuleText{Rule::kCreated, "life.created", "a job is created once, before all else"},
    RuleText{Rule::kEnded, "life.ended",
             "a job ends at most once, and nothing but removal follows"},
    RuleText{Rule::kCancelledFinal, "life.cancelled-final", "a cancelled job never starts"},
    RuleText{Rule::kAttemptNumber, "life.attempt-number", "attempts are 1, 2, 3 and so on"},
    RuleText{Rule::kOneOpen, "life.one-open", "at most one attempt of a job is open"},
    RuleText{Rule::kToken, "life.token", "an outcome names the open attempt"},
    RuleText{Rule::kNotBefore, "life.not-before", "nothing starts before its time"},
    RuleText{Rule::kPaused, "life.paused", "nothing starts while its definition is paused"},
    RuleText{Rule::kRetry, "life.retry", "retries keep to the policy: how many and how late"},
    RuleText{Rule::kDefinition, "life.definition", "a job belongs to a definition that is there"},
    RuleText{Rule::kComponent, "life.component", "an attempt runs the component that is there"},
    RuleText{Rule::kLease, "life.lease", "an attempt is given up only when its time is over"},
    RuleText{Rule::kEffects, "life.effects", "effects stand with what asked for them"},
    RuleText{Rule::kCancelRequest, "life.cancel-request",
             "only a running attempt is asked to stop"},
    RuleText{Rule::kRemoved, "life.removed", "only an ended job is removed, once"},
    RuleText{Rule::kRetention, "life.retention",
             "a sweep counts what it removed, none of it ahead of time"},
    RuleText{Rule::kSendingCreated, "sending.created",
             "a sending is created once, before all else"},
    RuleText{Rule::kSendingEnded, "sending.ended",
             "a sending ends at most once, and nothing but removal follows"},
    RuleText{Rule::kSendingAttempt, "sending.attempt-number",
             "tries of a sending are 1, 2, 3 and so on, each later than the one before"},
    RuleText{Rule::kSendingRemoved, "sending.removed", "only an ended sending is removed, once"},
    RuleText{Rule::kRuleThere, "rules.there", "what runs or is deleted is a rule that is there"},
    RuleText{Rule::kRuleOrder, "rules.order",
             "a rule's component runs for events before it, in the log's order, once"},
    RuleText{Rule::kRuleDepth, "rules.depth",
             "a job knows how many rules in a row led to it, and they are not too many"},
    RuleText{Rule::kConcurrency, "limits.concurrency", "no more run at once than may"},
    RuleText{Rule::kRate, "limits.rate", "no more start in a window than may"},
    RuleText{Rule::kUniqueKey, "limits.unique-key", "one live job holds a unique key"},
    RuleText{Rule::kIdempotency, "limits.idempotency-key", "one outcome for a key in its window"},
    RuleText{Rule::kActor, "access.actor", "who acts is the server, its user, or a live token"},
    RuleText{Rule::kTokenLife, "access.token", "a token is created once, and ends once, in time"},
    RuleText{Rule::kOwner, "access.owner",
             "jobs and sendings are asked for, and jobs start, in the name of who may do that"},
    RuleText{Rule::kCounts, "counts.balance", "created = pending + running + ended"},
    RuleText{Rule::kLedgerAck, "ledger.acknowledged", "every acknowledged event is there"},
    RuleText{Rule::kLedgerRefused, "ledger.refused", "no refused request left an event"},
    RuleText{Rule::kLedgerUnknown, "ledger.unknown", "an unknown request is there whole or not"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order() && kRules.size() == static_cast<std::size_t>(Rule::kLedgerUnknown) + 1);

}  // namespace

std::span<const RuleText> rules() {
  return kRules;
}

std::string_view rule_name(Rule rule) {
  return kRules[static_cast<std::size_t>(rule)].name;
}

}  // namespace daybook::replay
