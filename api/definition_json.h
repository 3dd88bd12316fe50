// Job definitions as JSON: what a PUT says, and how one is shown.
#pragma once

#include <string>

#include "api/field_reader.h"
#include "base/json_writer.h"
#include "events/types.h"
#include "projections/rows.h"
#include "scheduler/commands.h"

namespace daybook::api {

// Reads {componentId, displayName, retry {maxAttempts, backoff {initial, factor, max, jitter}},
// timeout, leaseDuration, concurrency, rateLimit {count, per}, priority, retention, paused,
// onFailure}; a jobDefinitionId must be `id`. What only a server says (createdAt, seq, …) is passed
// over, so that what it answered can be sent back.
scheduler::PutDefinition read_definition(const JsonValue& value, const std::string& id,
                                         FieldErrors& errors);

// The same as a change: what is not named stays as it is, null is the default.
scheduler::PatchDefinition read_definition_patch(const JsonValue& value, const std::string& id,
                                                 FieldErrors& errors);

// The members of a definition, without the braces; times that are zero are null.
void write_definition_members(JsonWriter& json, const projections::DefinitionRow& row);

}  // namespace daybook::api
