#include <algorithm>
#include <optional>
#include <string>

#include "base/json_check.h"
#include "base/limits/resources.h"
#include "components/effects.h"
#include "components/json_reader.h"
#include "components/runtime.h"

namespace daybook::components {
namespace {

Status read_effects(RunOutcome& outcome, const JsonValue& value, Micros now) {
  if (value.is_null()) {
    return {};
  }
  const auto effects = elements_of(&value);
  if (!effects || effects->size() > kEffectsMax) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be an array of at most " + std::to_string(kEffectsMax) + " effects.",
                "effects");
  }
  for (std::size_t i = 0; i < effects->size(); ++i) {
    DAYBOOK_ASSIGN(Effect effect,
                   read_effect((*effects)[i], "effects[" + std::to_string(i) + "]", now));
    outcome.effects.push_back(std::move(effect));
  }
  return {};
}

Status check_depth(std::string_view result, std::string_view field) {
  if (const Status deep = check_json_depth(result, field); !deep) {
    return fail(Code::kInvalid, "BAD_OUTPUT", "The result " + deep.error().message + ".", field);
  }
  return {};
}

// An effect, or lists that lead to one.
bool holds_effects(const JsonValue& value) {
  const auto elements = elements_of(&value);
  return elements ? std::any_of(elements->begin(), elements->end(), holds_effects)
                  : is_effect(value);
}

// The first member `effect` or `effects`, at any depth, that holds effects: its path from `value`
// on, like ".a[0].effect", or nothing. Effects below other names are data: a definition's
// `onFailure`, say.
std::optional<std::string> find_effects(const JsonValue& value) {
  if (const auto elements = elements_of(&value)) {
    for (std::size_t i = 0; i < elements->size(); ++i) {
      if (const auto found = find_effects((*elements)[i])) {
        return "[" + std::to_string(i) + "]" + *found;
      }
    }
  } else if (value.kind() == JsonValue::Kind::kObject) {
    for (const auto& [name, member] : value.members()) {
      if ((name == "effect" || name == "effects") && holds_effects(member)) {
        return "." + name;
      }
      if (const auto found = find_effects(member)) {
        return "." + name + *found;
      }
    }
  }
  return std::nullopt;
}

tl::unexpected<Error> misplaced(std::string_view member) {
  return fail(Code::kInvalid, "BAD_OUTPUT",
              "Effects stand in the list 'effects', beside nothing but 'result'.", member);
}

// Whether the document names its result and its effects. Effects are never dropped: what has them
// beside other members, or in another place, is no result.
Result<bool> names_result_and_effects(const JsonValue& value) {
  if (holds_effects(value)) {
    return misplaced("");
  }
  const auto members = Members::of(value, "");
  if (!members) {
    return false;
  }
  const bool named = members->member("effects") != nullptr;
  std::string_view other;
  for (const auto& [name, member] : members->all()) {
    if (name == "effects") {
      continue;
    }
    if ((named && name != "result") || holds_effects(member)) {
      return misplaced(name);
    }
    other = name == "result" ? other : name;
  }
  return !members->all().empty() && other.empty();
}

}  // namespace

Result<RunOutcome> parse_output(std::string_view json, Micros now) {
  RunOutcome outcome;
  const auto text = trim(json);
  if (text.empty()) {
    outcome.result = "null";
    return outcome;
  }
  if (text.size() > kResultBytesMax) {
    return fail(Code::kTooLarge, "OUTPUT_TOO_LARGE",
                "The output is over " + std::to_string(kResultBytesMax) + " bytes.");
  }
  DAYBOOK_ASSIGN(const auto value, parse_json(text, "BAD_OUTPUT"));
  DAYBOOK_ASSIGN(const bool named, names_result_and_effects(value));
  if (!named) {
    DAYBOOK_TRY(check_depth(text, ""));
    if (const auto place = find_effects(value)) {
      return misplaced(place->substr(place->starts_with('.') ? 1 : 0));
    }
    outcome.result = std::string(text);
    return outcome;
  }
  const auto members = Members::of(value, "");
  const JsonValue* result = members->member("result");
  DAYBOOK_TRY(check_depth(result == nullptr ? "" : result->text(), "result"));
  if (const auto place = result == nullptr ? std::nullopt : find_effects(*result)) {
    return misplaced("result" + *place);
  }
  outcome.result = result == nullptr ? "null" : result->text();
  if (const JsonValue* effects = members->member("effects")) {
    if (auto read = read_effects(outcome, *effects, now); !read) {
      Error error = std::move(read).error();
      if (error.reason != "EFFECT_NOT_SUPPORTED") {
        error.reason = "BAD_OUTPUT";
      }
      return fail(std::move(error));
    }
  }
  return outcome;
}

}  // namespace daybook::components
