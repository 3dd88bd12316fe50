// Access tokens as JSON.
#pragma once

#include "api/field_reader.h"
#include "base/json_writer.h"
#include "projections/rows.h"
#include "scheduler/token_commands.h"

namespace daybook::api {

// The body of POST /resources/tokens, without an id and a secret where none is named. `now`: wall
// time, from which expiresIn counts.
scheduler::CreateToken read_token_body(const JsonValue& value, Micros now, FieldErrors& errors);

// All but "seq", of the object that is being written.
void write_token_members(JsonWriter& json, const projections::TokenRow& row);

}  // namespace daybook::api
