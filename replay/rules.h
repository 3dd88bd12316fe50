// The rules of the checker: each has a name that never changes and a sentence. docs/testing.md
// lists them; every rule has at least one planted violation in
// tests/replay/checker_mutants_test.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace daybook::replay {

enum class Rule : std::uint8_t {
  kRecord,
  kDense,
  kChain,
  kPayload,
  kText,
  kRange,
  kBatch,
  kTime,
  kEpoch,
  kCause,
  kTrim,
  kClock,
  kCreated,
  kEnded,
  kCancelledFinal,
  kAttemptNumber,
  kOneOpen,
  kToken,
  kNotBefore,
  kPaused,
  kRetry,
  kDefinition,
  kComponent,
  kLease,
  kEffects,
  kCancelRequest,
  kRemoved,
  kRetention,
  kSendingCreated,
  kSendingEnded,
  kSendingAttempt,
  kSendingRemoved,
  kRuleThere,
  kRuleOrder,
  kRuleDepth,
  kConcurrency,
  kRate,
  kUniqueKey,
  kIdempotency,
  kActor,
  kTokenLife,
  kOwner,
  kCounts,
  kLedgerAck,
  kLedgerRefused,
  kLedgerUnknown,
};

struct RuleText {
  Rule rule;
  std::string_view name;
  std::string_view says;
};

// All rules, in the order of Rule.
std::span<const RuleText> rules();
std::string_view rule_name(Rule rule);

}  // namespace daybook::replay
