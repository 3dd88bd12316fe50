#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/limits.h"
#include "components/effects.h"
#include "components/json_reader.h"
#include "components/runtime.h"

namespace daybook::components {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Status read_effects(RunOutcome& outcome, const boost::json::value& value, Micros now) {
  if (value.is_null()) {
    return {};
  }
  const auto* effects = value.if_array();
  if (effects == nullptr || effects->size() > kEffectsMax) {
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

bool names_result_and_effects(const boost::json::object& object) {
  const std::size_t named = object.count("result") + object.count("effects");
  return named > 0 && object.size() == named;
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
  const auto* object = value.if_object();
  if (object == nullptr || !names_result_and_effects(*object)) {
    outcome.result = std::string(text);
    return outcome;
  }
  const auto* result = object->if_contains("result");
  outcome.result = result == nullptr ? "null" : boost::json::serialize(*result);
  if (const auto* effects = object->if_contains("effects")) {
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
