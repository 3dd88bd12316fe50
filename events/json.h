// Events as JSON, for people, exports and the event feed.
#pragma once

#include <string>

#include "base/json_text.h"
#include "events/types.h"

namespace daybook::events {

using daybook::append_json_string;

// {"seq":…,"time":…,"type":"JobCreated","actor":…,"requestId":…,"causeSeq":…,"data":{…}}; empty
// members are left out.
std::string to_json(const Recorded& recorded);

// The "data" object alone.
std::string data_json(const Event& event);

std::string_view runtime_name(Runtime runtime);
std::string_view cause_name(ExpiryCause cause);
std::string_view transport_name(Transport transport);
std::string_view reason_name(RemovalReason reason);
std::string_view step_name(ClockStep step);

}  // namespace daybook::events
