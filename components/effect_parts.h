// What the readers of effects share: effect_*.cc, one file per kind. Private to components.
#pragma once

#include <string>
#include <string_view>

#include "components/json_reader.h"
#include "components/runtime.h"

namespace daybook::components::effects {

Result<Effect> read_schedule_job(const Members& members, Micros now);
Result<Effect> read_send_email(const Members& members);
Result<Effect> read_http_post(const Members& members);
Result<Effect> read_message_actor(const Members& members);

// Lists members that every mail may have, beside those that are given.
Result<SendEffect> read_email(const Members& members);

// A text that must be there and must stand on one line: no control characters.
Result<std::string> line(const Members& members, std::string_view name, std::size_t bytes_max,
                         bool required);

// Refuses a content that is over its limit, and names `field`.
Status check_content(std::string_view content, std::string_view field);

}  // namespace daybook::components::effects
