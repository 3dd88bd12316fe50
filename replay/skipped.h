// Which of the effects that were asked for an event says it left out. Private to this folder.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

namespace daybook::replay {

// Places in the list of effects, of the member "skipped" of JobCompleted, JobFailed or RuleApplied;
// nothing of what is not of that form.
std::set<std::uint32_t> skipped_places(std::string_view skipped);

}  // namespace daybook::replay
