// The effects that a component can ask for: one reader per kind, the same for every runtime.
//
// An effect is a JSON object that names its kind in "effect" (docs/components.md). Errors name the
// member with the path before it, e.g. "effects[2].body.html". Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/json_value.h"
#include "base/result.h"
#include "components/runtime.h"

namespace daybook::components {

// `path` stands before the names of members. kUnsupported "EFFECT_NOT_SUPPORTED" for a kind that is
// not offered, else kInvalid or kTooLarge.
Result<Effect> read_effect(const JsonValue& value, const std::string& path, Micros now);

// Whether the value is an object that names a kind of effect which is offered, right or wrong in
// the rest.
bool is_effect(const JsonValue& value);

// The members of sendEmail as a document of its own, without "effect".
Result<SendEffect> parse_email(std::string_view json);

}  // namespace daybook::components
