#include "replay/skipped.h"

#include "base/json_check.h"
#include "base/json_value.h"

namespace daybook::replay {

std::set<std::uint32_t> skipped_places(std::string_view skipped) {
  using Kind = JsonValue::Kind;
  std::set<std::uint32_t> out;
  if (skipped.empty() || !check_json(skipped) || JsonValue(skipped).kind() != Kind::kArray) {
    return out;
  }
  for (const JsonValue& one : JsonValue(skipped).elements()) {
    if (one.kind() != Kind::kObject) {
      continue;
    }
    for (const auto& [name, value] : one.members()) {
      if (name == "effect" && value.kind() == Kind::kNumber) {
        out.insert(static_cast<std::uint32_t>(value.integer().value_or(0)));
      }
    }
  }
  return out;
}

}  // namespace daybook::replay
