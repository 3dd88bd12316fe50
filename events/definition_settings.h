// What a job definition says of its jobs: each setting stands here, once (docs/adr/0019). In the
// event, in commands, in the decision state and in the rows of the views it is this struct.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "events/field.h"

namespace daybook::events {

// Delay before attempt n + 1 = min(max, initial * factor^(n-1)), spread by ± jitter.
struct RetryPolicy {
  std::uint32_t max_attempts = 1;
  Duration initial{1'000'000};
  Duration max{3'600'000'000};
  std::uint32_t factor_milli = 2000;
  std::uint32_t jitter_milli = 100;
  bool operator==(const RetryPolicy&) const = default;
};

inline constexpr std::int64_t kShortestUs = 1000;  // a millisecond: shorter spans mean nothing
inline constexpr std::int64_t kRatePerMaxUs = 86'400LL * 1'000'000;
inline constexpr std::int64_t kBackoffFactorMaxMilli = 1'000'000;

// Shown in this order; `id` counts from the member behind the definition's own id in the event.
inline constexpr std::array<Field, 16> kDefinitionFields = {{
    {.name = "componentId",
     .stored = "componentId",
     .form = FieldForm::kComponentId,
     .id = 0,
     .option = "--component",
     .text = "The component that it runs"},
    {.name = "displayName",
     .stored = "displayName",
     .form = FieldForm::kLine,
     .id = 1,
     .max = kDisplayNameBytesMax,
     .absent = "\"\"",
     .none_when_zero = true,
     .option = "--display-name",
     .text = "Name for people"},
    {.name = "retry.maxAttempts",
     .stored = "maxAttempts",
     .form = FieldForm::kCount,
     .id = 2,
     .min = 1,
     .max = kAttemptsMax,
     .absent = "1",
     .option = "--max-attempts",
     .text = "Attempts of a job, the first included"},
    {.name = "retry.backoff.initial",
     .stored = "backoffInitial",
     .form = FieldForm::kDuration,
     .id = 3,
     .max = kBackoffMaxUs,
     .absent = "\"1s\"",
     .option = "--backoff",
     .text = "Delay before the second attempt, like 10s"},
    {.name = "retry.backoff.factor",
     .stored = "backoffFactorMilli",
     .form = FieldForm::kThousandths,
     .id = 5,
     .min = 1000,
     .max = kBackoffFactorMaxMilli,
     .absent = "2",
     .text = "How much longer each delay is than the one before"},
    {.name = "retry.backoff.max",
     .stored = "backoffMax",
     .form = FieldForm::kDuration,
     .id = 4,
     .max = kBackoffMaxUs,
     .absent = "\"1h\"",
     .option = "--backoff-max",
     .text = "Longest delay between attempts"},
    {.name = "retry.backoff.jitter",
     .stored = "backoffJitterMilli",
     .form = FieldForm::kThousandths,
     .id = 6,
     .max = 1000,
     .absent = "0.1",
     .text = "By which part a delay is spread, at most"},
    {.name = "timeout",
     .stored = "timeout",
     .form = FieldForm::kDuration,
     .id = 7,
     .min = kShortestUs,
     .max = kTimeoutMaxUs,
     .absent = "\"0s\"",
     .none_when_zero = true,
     .option = "--timeout",
     .text = "Longest run of an attempt, like 90s or 1.5h"},
    {.name = "leaseDuration",
     .stored = "leaseDuration",
     .form = FieldForm::kDuration,
     .id = 8,
     .min = kLeaseMinUs,
     .max = kLeaseMaxUs,
     .absent = "\"0s\"",
     .none_when_zero = true,
     .option = "--lease",
     .text = "How long a worker holds a job without a heartbeat"},
    {.name = "concurrency",
     .stored = "concurrency",
     .form = FieldForm::kCount,
     .id = 9,
     .min = 1,
     .max = kConcurrencyMax,
     .absent = "0",
     .none_when_zero = true,
     .option = "--concurrency",
     .text = "Jobs that run at once"},
    {.name = "rateLimit.count",
     .stored = "rateCount",
     .form = FieldForm::kCount,
     .id = 10,
     .min = 1,
     .max = kConcurrencyMax,
     .none_when_zero = true,
     .option = "--rate-count",
     .text = "Starts in each span of --rate-per"},
    {.name = "rateLimit.per",
     .stored = "ratePer",
     .form = FieldForm::kDuration,
     .id = 11,
     .min = kShortestUs,
     .max = kRatePerMaxUs,
     .none_when_zero = true,
     .option = "--rate-per",
     .text = "The span of --rate-count, like 1m"},
    {.name = "priority",
     .stored = "priority",
     .form = FieldForm::kSigned,
     .id = 12,
     .min = kPriorityMin,
     .max = kPriorityMax,
     .absent = "0",
     .option = "--priority",
     .text = "Higher starts first"},
    {.name = "retention",
     .stored = "retention",
     .form = FieldForm::kDuration,
     .id = 13,
     .max = kRetentionMaxUs,
     .absent = "\"14d\"",
     .option = "--retention",
     .text = "How long an ended job stays in the lists"},
    {.name = "paused",
     .stored = "paused",
     .form = FieldForm::kFlag,
     .id = 14,
     .absent = "false",
     .option = "--paused",
     .text = "Start no jobs"},
    {.name = "onFailure",
     .stored = "onFailure",
     .form = FieldForm::kEffects,
     .id = 15,
     .since = 3,
     .max = kOnFailureBytesMax,
     .absent = "[]",
     .text = "What is done when a job fails for good"},
}};

// each_stored() walks over the ids: each once, from 0 on.
constexpr bool ids_are_dense() {
  for (std::size_t id = 0; id < kDefinitionFields.size(); ++id) {
    std::size_t found = 0;
    for (const Field& field : kDefinitionFields) {
      found += field.id == id ? 1 : 0;
    }
    if (found != 1) {
      return false;
    }
  }
  return true;
}
static_assert(ids_are_dense());

// Chars: a text, owned or borrowed; Document: one that is a JSON document. Zero means "none" for
// timeout, lease, concurrency and rate_count.
template <typename Chars, typename Document>
struct DefinitionSettings {
  static constexpr const auto& kFields = kDefinitionFields;

  Chars component{};
  Chars display_name{};
  RetryPolicy retry;
  Duration timeout;
  Duration lease;
  std::uint32_t concurrency = 0;
  std::uint32_t rate_count = 0;
  Duration rate_per;
  std::int32_t priority = 0;
  Duration retention{kRetentionDefaultUs};
  bool paused = false;
  Document on_failure{};

  template <typename Self>
  static constexpr auto members(Self& s) {
    return std::tie(s.component, s.display_name, s.retry.max_attempts, s.retry.initial,
                    s.retry.factor_milli, s.retry.max, s.retry.jitter_milli, s.timeout, s.lease,
                    s.concurrency, s.rate_count, s.rate_per, s.priority, s.retention, s.paused,
                    s.on_failure);
  }
};

using BorrowedDefinition = DefinitionSettings<Text, Json>;
using OwnedDefinition = DefinitionSettings<std::string, std::string>;

// Which of its settings somebody named, by their place in kDefinitionFields.
using NamedSettings = std::array<bool, kDefinitionFields.size()>;

// The place of the setting with that name; there is one.
constexpr std::size_t place_of_definition_field(std::string_view name) {
  for (std::size_t i = 0; i < kDefinitionFields.size(); ++i) {
    if (kDefinitionFields[i].name == name) {
      return i;
    }
  }
  return kDefinitionFields.size();
}

}  // namespace daybook::events
