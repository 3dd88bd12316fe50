// Rules as JSON: what a PUT says, and how one is shown.
#pragma once

#include <string>

#include "api/field_reader.h"
#include "base/json_writer.h"
#include "events/types.h"
#include "projections/rows.h"
#include "scheduler/commands.h"

namespace daybook::api {

// Reads {displayName, components: [{componentId, parameters}]}, or the short form {displayName,
// componentId, parameters} of a rule with one component; a ruleId must be `id`.
scheduler::PutRule read_rule(const JsonValue& value, const std::string& id, FieldErrors& errors);

// The members of a rule, without the braces; a createdAt that is zero is null.
void write_rule_members(JsonWriter& json, const projections::RuleRow& row);

}  // namespace daybook::api
