// Values and JSON. Private to components/reactor.
#pragma once

#include <string>

#include "components/reactor/evaluator.h"
#include "components/reactor/nominal.h"

namespace daybook::reactor {

// Objects become records, arrays lists, numbers exact; each counts a step. False when the text is
// no JSON.
bool read_value(Evaluator& evaluator, std::string_view json, Value& out, const Program* program,
                std::uint32_t at);

// Appends a value: instants, uuids and dates as texts, durations as ISO 8601, bytes as base64.
// Computes sequences on the way. Stops the run at a function, and beyond `bytes_max`.
void append_json(Evaluator& evaluator, const Value& value, std::string& out, std::size_t bytes_max,
                 const Program* program, std::uint32_t at);

// The value as one of that type: texts become instants and uuids where the field says so; what does
// not fit stays as it is. `nominal`: the name that its record gets.
Value typed(Evaluator& evaluator, const Value& value, const FieldType& type,
            std::string_view nominal = {});
// A type as an answer gives it: "instant", ["text"], {"createdAt": "instant"}.
FieldType read_field_type(const Value& description);

}  // namespace daybook::reactor
