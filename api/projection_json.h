// How projections stand, as JSON.
#pragma once

#include <string_view>

#include "base/json_writer.h"
#include "projections/views.h"

namespace daybook::api {

std::string_view state_name(projections::ProjectionState state);
void write_projection(JsonWriter& json, const projections::ProjectionStatus& status, Seq head);

}  // namespace daybook::api
