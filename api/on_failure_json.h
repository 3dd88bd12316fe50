// What a definition asks for when a job fails, as it is put: checked like the effects of a run, and
// written in the one form that scheduler/on_failure.h fills in.
#pragma once

#include <string>

#include "api/field_reader.h"

namespace daybook::api {

// A list of at most kOnFailureEffectsMax effects: scheduleJob (with `after`, for a definition knows
// no date), sendEmail, httpPost. "" for an empty one. Errors name the member and its place.
std::string read_on_failure(const JsonValue& list, FieldErrors& errors);

}  // namespace daybook::api
