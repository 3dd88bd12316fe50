// Which queries of a run were not answered in full, out of the answers that stand in the event that
// ended it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace daybook::events {

// Sets and navigations of which some list was cut, each once, as they were met: a JSON array such
// as ["orders","orders.lines"]. Empty: none.
std::string cut_answers(std::string_view answers);

}  // namespace daybook::events
