// What is said of an effect that cannot be.
#include "base/json_text.h"
#include "scheduler/effects.h"

namespace daybook::scheduler {

std::string refusal_details(const Error& error, const EffectPlaces& places, std::size_t effect) {
  std::string out = "{\"field\":";
  append_json_string(out, error.field);
  if (effect < places.size()) {
    out += ',';
    out += places[effect];
  }
  out += ",\"message\":";
  append_json_string(out, error.message);
  return out + '}';
}

}  // namespace daybook::scheduler
