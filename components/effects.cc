#include "components/effects.h"

#include <algorithm>
#include <iterator>

#include "base/json_check.h"
#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "base/utf8.h"
#include "components/effect_parts.h"

namespace daybook::components {
namespace {

struct Kind {
  std::string_view name;
  Result<Effect> (*read)(const Members& members, Micros now);
};

constexpr Kind kKinds[] = {
    {"scheduleJob", effects::read_schedule_job},
    {"sendEmail", [](const Members& members, Micros) { return effects::read_send_email(members); }},
    {"httpPost", [](const Members& members, Micros) { return effects::read_http_post(members); }},
    {"messageActor",
     [](const Members& members, Micros) { return effects::read_message_actor(members); }},
};

// Null when it is not offered.
const Kind* find_kind(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                         [&](const Kind& kind) { return kind.name == name; });
  return found == std::end(kKinds) ? nullptr : found;
}

}  // namespace

namespace effects {

Result<std::string> line(const Members& members, std::string_view name, std::size_t bytes_max,
                         bool required) {
  DAYBOOK_ASSIGN(std::string text, members.text(name, bytes_max));
  if (required && text.empty()) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Is required.", members.path_of(name));
  }
  if (Status fits = check_line(text, bytes_max, members.path_of(name)); !fits) {
    Error error = std::move(fits).error();
    error.reason = "INVALID_FIELD";
    return fail(std::move(error));
  }
  return text;
}

Status check_content(std::string_view content, std::string_view field) {
  if (content.size() > kSendingContentBytesMax) {
    return fail(Code::kTooLarge, "INVALID_FIELD",
                "Over " + std::to_string(kSendingContentBytesMax) + " bytes.", field);
  }
  return {};
}

}  // namespace effects

Result<Effect> read_effect(const JsonValue& value, const std::string& path, Micros now) {
  DAYBOOK_ASSIGN(const Members members, Members::of(value, path));
  for (const auto& [name, member] : members.all()) {
    DAYBOOK_TRY(check_json_depth(member.text(), members.path_of(name)));
  }
  DAYBOOK_ASSIGN(const std::string kind, members.text("effect", kIdBytesMax));
  if (const Kind* const offered = find_kind(kind)) {
    return offered->read(members, now);
  }
  return fail(Code::kUnsupported, "EFFECT_NOT_SUPPORTED",
              kind.empty() ? "An effect names its kind in the member 'effect'."
                           : "The effect '" + kind + "' is not supported here.",
              members.path_of("effect"));
}

bool is_effect(const JsonValue& value) {
  const auto members = Members::of(value, "");
  const auto kind = members ? members->text("effect", kIdBytesMax) : Result<std::string>("");
  return kind && find_kind(*kind) != nullptr;
}

Result<SendEffect> parse_email(std::string_view json) {
  DAYBOOK_ASSIGN(const auto value, parse_json(json, "BAD_JSON"));
  DAYBOOK_ASSIGN(const Members members, Members::of(value, ""));
  DAYBOOK_TRY(members.only({"to", "subject", "body", "cc", "bcc", "from", "fromName", "replyTo",
                            "category", "dynamic"}));
  return effects::read_email(members);
}

}  // namespace daybook::components
