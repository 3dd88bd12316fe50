// scheduleJob: another job, made when the attempt completes.
#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "components/effect_parts.h"

namespace daybook::components::effects {
namespace {

constexpr std::string_view kTooFar = "Too far ahead: at most 3650 days.";
static_assert(kRunAtAheadMaxUs == 3650LL * 86'400 * 1'000'000);

Status set_after(ScheduleJobEffect& effect, Duration after, std::string_view field) {
  if (after.value > kRunAtAheadMaxUs) {
    return fail(Code::kInvalid, "INVALID_FIELD", kTooFar, field);
  }
  effect.after = after;
  return {};
}

// "now", "now + 90s", or an ISO 8601 time.
Status read_at_text(ScheduleJobEffect& effect, std::string_view text, Micros now,
                    std::string_view field) {
  constexpr std::string_view kNow = "now";
  text = trim(text);
  if (text == kNow) {
    return set_after(effect, Duration{}, field);
  }
  if (text.starts_with(kNow) && trim(text.substr(kNow.size())).starts_with('+')) {
    const auto rest = trim(trim(text.substr(kNow.size())).substr(1));
    DAYBOOK_ASSIGN(const Duration after, parse_duration(rest, field));
    return set_after(effect, after, field);
  }
  DAYBOOK_ASSIGN(const Micros at, parse_due_time(text, field));
  if (at > now && (at - now).value > kRunAtAheadMaxUs) {
    return fail(Code::kInvalid, "INVALID_FIELD", kTooFar, field);
  }
  effect.at = at;
  return {};
}

Status read_time(ScheduleJobEffect& effect, const Members& members, Micros now) {
  DAYBOOK_ASSIGN(const std::string after_text, members.text("after", kTagBytesMax));
  const auto* at = members.find("at");
  const std::string field = members.path_of("at");
  if (!after_text.empty()) {
    if (at != nullptr) {
      return fail(Code::kInvalid, "INVALID_FIELD", "Give either at or after.", field);
    }
    DAYBOOK_ASSIGN(const Duration after, parse_duration(after_text, members.path_of("after")));
    return set_after(effect, after, members.path_of("after"));
  }
  if (at == nullptr) {
    return set_after(effect, Duration{}, field);
  }
  if (const auto text = text_of(*at)) {
    return read_at_text(effect, *text, now, field);
  }
  DAYBOOK_ASSIGN(const Members relative, Members::of(*at, field));
  DAYBOOK_TRY(relative.only({"after"}));
  DAYBOOK_ASSIGN(const std::string text, relative.text("after", kTagBytesMax));
  DAYBOOK_ASSIGN(const Duration after, parse_duration(text, relative.path_of("after")));
  return set_after(effect, after, relative.path_of("after"));
}

Status read_tags(ScheduleJobEffect& effect, const Members& members) {
  const auto* value = members.find("tags");
  if (value == nullptr) {
    return {};
  }
  const auto tags = elements_of(value);
  if (!tags || tags->size() > kTagsMax) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be an array of at most " + std::to_string(kTagsMax) + " texts.",
                members.path_of("tags"));
  }
  for (const auto& tag : *tags) {
    auto text = text_of(tag);
    if (!text || text->empty()) {
      return fail(Code::kInvalid, "INVALID_FIELD", "A tag is a text.", members.path_of("tags"));
    }
    DAYBOOK_TRY(check_line(*text, kTagBytesMax, members.path_of("tags")));
    effect.tags.push_back(std::move(*text));
  }
  return {};
}

Status read_parameters(ScheduleJobEffect& effect, const Members& members) {
  effect.parameters = "{}";
  const auto* value = members.find("parameters");
  if (value == nullptr) {
    return {};
  }
  if (value->kind() != JsonValue::Kind::kObject) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be a JSON object.",
                members.path_of("parameters"));
  }
  effect.parameters = value->text();
  if (effect.parameters.size() > kParametersBytesMax) {
    return fail(Code::kTooLarge, "INVALID_FIELD",
                "Over " + std::to_string(kParametersBytesMax) + " bytes.",
                members.path_of("parameters"));
  }
  return {};
}

}  // namespace

Result<Effect> read_schedule_job(const Members& members, Micros now) {
  DAYBOOK_TRY(members.only(
      {"effect", "definition", "at", "after", "parameters", "priority", "tags", "uniqueKey"}));
  ScheduleJobEffect effect;
  DAYBOOK_ASSIGN(effect.definition, members.text("definition", kIdBytesMax));
  DAYBOOK_TRY(check_id(IdKind::kDefinition, effect.definition, members.path_of("definition")));
  DAYBOOK_TRY(read_time(effect, members, now));
  DAYBOOK_TRY(read_parameters(effect, members));
  DAYBOOK_TRY(read_tags(effect, members));
  DAYBOOK_ASSIGN(effect.unique_key, line(members, "uniqueKey", kUniqueKeyBytesMax, false));
  if (members.find("priority") != nullptr) {
    DAYBOOK_ASSIGN(const std::int64_t priority,
                   members.number("priority", 0, kPriorityMin, kPriorityMax));
    effect.priority = static_cast<std::int32_t>(priority);
  }
  return effect;
}

}  // namespace daybook::components::effects
