// What a component is given, whatever its runtime. Private to components.
#pragma once

#include <string>

#include "components/runtime.h"

namespace daybook::components {

// {"jobId","jobDefinitionId","attempt","token","parameters"} as one JSON document.
std::string order_document(const Order& order);

// A failed outcome; `details` is JSON text or empty.
RunOutcome failed(std::string_view code, std::string message, bool retryable,
                  std::string details = {});

// What parse_output makes of the output, as an outcome.
RunOutcome outcome_of(std::string_view output, Micros now);

// `text` as a JSON string; bytes that are not UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

}  // namespace daybook::components
