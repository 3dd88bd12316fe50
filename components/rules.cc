#include "components/rules.h"

#include "base/derived_id.h"
#include "base/sha256.h"

namespace daybook::components {

std::string rule_identity(std::string_view rule, std::string_view component, Seq on) {
  return std::string(rule) + '\n' + std::string(component) + '\n' + std::to_string(on.value);
}

void settle_effects(std::string_view identity, Micros event_time, std::vector<Effect>& effects) {
  const Hash seed = sha256(identity);
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (auto* job = std::get_if<ScheduleJobEffect>(&effects[i])) {
      job->since = event_time;
    } else if (auto& send = std::get<SendEffect>(effects[i]); !send.id) {
      send.id = derive_id(seed, "effect", i).sending();
    }
  }
}

}  // namespace daybook::components
