#include "components/order_document.h"

#include "base/json_text.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace daybook::components {

std::string json_text(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string clean;
  clean.reserve(text.size() + 2);
  while (const auto bad = find_bad_utf8(text)) {
    clean.append(text.substr(0, *bad)).append(kReplacement);
    text.remove_prefix(*bad + 1);
  }
  clean.append(text);
  std::string out;
  append_json_string(out, clean);
  return out;
}

std::string order_document(const Order& order) {
  std::string out = "{\"jobId\":\"" + order.job.text() + "\",\"jobDefinitionId\":";
  out += json_text(order.definition);
  out += ",\"attempt\":" + std::to_string(order.attempt.value) + ",\"token\":";
  out += json_text(order.token);
  out += ",\"runAt\":" + json_text(format_time(order.planned));
  out += ",\"dueAt\":" + json_text(format_time(order.due));
  out += ",\"parameters\":" + (order.parameters.empty() ? "{}" : order.parameters) + "}";
  return out;
}

RunOutcome failed(std::string_view code, std::string message, bool retryable, std::string details) {
  RunOutcome outcome;
  outcome.failure = Failure{std::string(code), std::move(message), std::move(details), retryable};
  return outcome;
}

RunOutcome outcome_of(std::string_view output, Micros now) {
  auto parsed = parse_output(output, now);
  if (parsed) {
    return std::move(*parsed);
  }
  const Error& error = parsed.error();
  const std::string place = error.field.empty() ? "" : " (" + error.field + ")";
  // The work is done: it is not done again because of how it was reported.
  return failed(error.reason, error.message + place, false);
}

}  // namespace daybook::components
