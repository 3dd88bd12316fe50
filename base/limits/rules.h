// Rules: every bound with the reason for its number (I14). A test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits/resources.h"

namespace daybook {

// Rules. Components of one rule, each compiled and run for every event that it asks for, and their
// parameters together.
inline constexpr std::size_t kRulesMax = 10'000;
inline constexpr std::size_t kRuleComponentsMax = 16;
inline constexpr std::size_t kRuleParametersBytesMax = kParametersBytesMax;
// A job that a rule schedules within this time is one rule deeper than what led to it, and so deep
// rules may go: enough for any chain that somebody thought of, soon for one that feeds itself.
inline constexpr std::int64_t kRuleLoopWindowUs = 60LL * 1'000'000;
inline constexpr std::uint32_t kRuleDepthMax = 16;
// Rules say how far they ran after so many events: what a restart looks at again, in about 0.1 s.
inline constexpr std::uint64_t kRulesAdvanceEvents = 10'000;
// Applications in one request: enough for one sync to serve many, few enough to be soon done.
inline constexpr std::size_t kRuleRoundMax = 64;
// One evaluation, its questions included.
inline constexpr std::int64_t kRuleTimeoutUs = 10LL * 1'000'000;
// Changes of a rule that are kept until rules have run for the events before them.
inline constexpr std::size_t kRuleVersionsMax = 16;

}  // namespace daybook
