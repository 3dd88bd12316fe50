#include "scheduler/definition_rules.h"

#include "base/time_text.h"

namespace daybook::scheduler {

std::vector<Error> check_together(const PutDefinition& settings) {
  std::vector<Error> out;
  const auto add = [&](std::string_view message, std::string_view field) {
    out.push_back(make_error(Code::kInvalid, "INVALID_FIELD", message, field));
  };
  if (settings.retry.max < settings.retry.initial) {
    add("is below initial, " + format_duration(settings.retry.initial), "retry.backoff.max");
  }
  if ((settings.rate_count == 0) != (settings.rate_per.value == 0)) {
    add("is required", settings.rate_count == 0 ? "rateLimit.count" : "rateLimit.per");
  }
  return out;
}

}  // namespace daybook::scheduler
