#include "scheduler/on_failure.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/json_check.h"
#include "base/json_text.h"
#include "base/json_value.h"
#include "base/json_writer.h"
#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "base/time_text.h"
#include "scheduler/decide_parts.h"
#include "scheduler/text_fill.h"

namespace daybook::scheduler {
namespace {

using Kind = JsonValue::Kind;

constexpr std::string_view kParametersPath = "parameters.";

// What "parameters.a.b" leads to.
std::string_view part_of(std::string_view parameters, std::string_view path) {
  JsonValue at(parameters);
  while (true) {
    if (at.kind() != Kind::kObject) {
      return "null";
    }
    const auto dot = path.find('.');
    const auto members = at.members();
    const auto found = std::find_if(members.begin(), members.end(), [&](const auto& member) {
      return member.first == path.substr(0, dot);
    });
    if (found == members.end()) {
      return "null";
    }
    at = found->second;
    if (dot == std::string_view::npos) {
      return at.text();
    }
    path.remove_prefix(dot + 1);
  }
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// As JSON.
std::string value_of(std::string_view name, const FailedJob& job) {
  if (name == "jobId") {
    return quoted(job.job.text());
  }
  if (name == "jobDefinitionId") {
    return quoted(job.definition);
  }
  if (name == "attempt") {
    return std::to_string(job.attempt.value);
  }
  if (name == "runAt" || name == "dueAt" || name == "failedAt") {
    const Micros time = name == "runAt" ? job.planned : name == "dueAt" ? job.due : job.failed_at;
    return quoted(format_time(time));
  }
  if (name == "error.code") {
    return quoted(job.failure.code);
  }
  if (name == "error.message") {
    return quoted(job.failure.message);
  }
  if (name == "error.details") {
    const std::string_view details = job.failure.details.text;
    return std::string(details.empty() ? "null" : details);
  }
  if (name == "parameters") {
    return std::string(job.parameters);
  }
  return std::string(part_of(job.parameters, name.substr(kParametersPath.size())));
}

// One effect of the list, filled in.
class Filler {
 public:
  Filler(const FailedJob& job, std::uint32_t place)
      : place_(place), fill_([&job](std::string_view name) { return value_of(name, job); }) {}

  Result<Effect> effect(const JsonValue& value, const Token& token) {
    const auto members = value.members();
    const std::string kind = text(members, "effect");
    if (kind == "scheduleJob") {
      DAYBOOK_ASSIGN(ScheduleEffect job, schedule(members));
      return Effect(std::move(job));
    }
    NewSending out;
    out.id = derive_sending_id(token, place_);
    out.transport = kind == "sendEmail" ? Transport::kEmail : Transport::kHttp;
    out.recipient = text(members, kind == "sendEmail" ? "to" : "url");
    out.category = text(members, "category");
    if (out.category.empty()) {
      out.category = "reactor";
    }
    write_content(members, kind == "sendEmail", out.content);
    if (fill_.is_over() || out.content.size() > kSendingContentBytesMax) {
      return fail(Code::kTooLarge, "TOO_LARGE", "filled in, the content is over its limit");
    }
    DAYBOOK_TRY(check_json_depth(out.content, "body"));
    return Effect(std::move(out));
  }

 private:
  using Members = std::vector<JsonValue::Member>;

  static const JsonValue* find(const Members& members, std::string_view name) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const auto& member) { return member.first == name; });
    return found == members.end() ? nullptr : &found->second;
  }
  static std::string text(const Members& members, std::string_view name) {
    const JsonValue* value = find(members, name);
    return value != nullptr && value->kind() == Kind::kString ? value->string() : std::string();
  }

  Result<ScheduleEffect> schedule(const Members& members) {
    ScheduleEffect out;
    out.job.definition = text(members, "definition");
    out.after = Duration{};
    if (const std::string after = text(members, "after"); !after.empty()) {
      DAYBOOK_ASSIGN(out.after, parse_duration(after, "after"));
    }
    if (const JsonValue* parameters = find(members, "parameters")) {
      fill_.json(*parameters, out.job.parameters);
      if (!fill_.is_over() && JsonValue(out.job.parameters).kind() != Kind::kObject) {
        return fail(Code::kInvalid, "INVALID_FIELD", "filled in, the parameters are no object",
                    "parameters");
      }
      DAYBOOK_TRY(check_json_depth(out.job.parameters, "parameters"));
    }
    if (const JsonValue* priority = find(members, "priority")) {
      out.job.priority = static_cast<std::int32_t>(priority->integer().value_or(0));
    }
    if (const JsonValue* tags = find(members, "tags"); tags && tags->kind() == Kind::kArray) {
      for (const JsonValue& tag : tags->elements()) {
        out.job.tags.push_back(tag.kind() == Kind::kString ? tag.string() : "");
      }
    }
    out.job.unique_key = fill_.text(text(members, "uniqueKey"), TextFill::As::kLine);
    if (out.job.unique_key.size() > kUniqueKeyBytesMax) {
      return fail(Code::kInvalid, "TOO_LONG", "filled in, the unique key is over its limit",
                  "uniqueKey");
    }
    if (fill_.is_over()) {
      return fail(Code::kTooLarge, "TOO_LARGE", "filled in, the parameters are over their limit");
    }
    return out;
  }

  void write_body(JsonWriter& json, const JsonValue& body) {
    json.begin_object();
    for (const auto& [name, value] : body.members()) {
      const auto as = name == "html" ? TextFill::As::kHtml : TextFill::As::kText;
      json.key(name);
      json.value(fill_.text(value.kind() == Kind::kString ? value.string() : "", as));
    }
    json.end_object();
  }

  void write_content(const Members& members, bool mail, std::string& out) {
    constexpr std::array<std::string_view, 4> kApart{"effect", "to", "url", "category"};
    JsonWriter json(out);
    json.begin_object();
    for (const auto& [name, value] : members) {
      if (std::find(kApart.begin(), kApart.end(), name) != kApart.end()) {
        continue;
      }
      json.key(name);
      if (mail && name == "subject") {
        const std::string subject = value.kind() == Kind::kString ? value.string() : "";
        json.value(cut_text(fill_.text(subject, TextFill::As::kLine), kMailSubjectBytesMax));
      } else if (mail && name == "body" && value.kind() == Kind::kObject) {
        write_body(json, value);
      } else if (name == (mail ? "dynamic" : "body")) {
        std::string filled;
        fill_.json(value, filled);
        json.raw(filled);
      } else {
        json.raw(value.text());
      }
    }
    json.end_object();
  }

  const std::uint32_t place_;
  TextFill fill_;
};

}  // namespace

bool is_placeholder(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames{
      "jobId",    "jobDefinitionId", "attempt",       "runAt",         "dueAt",
      "failedAt", "error.code",      "error.message", "error.details", "parameters"};
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) {
    return true;
  }
  return name.starts_with(kParametersPath) && !name.ends_with('.') &&
         name.find("..") == std::string_view::npos;
}

std::string_view unknown_placeholder(std::string_view text) {
  std::string_view unknown;
  each_placeholder(text, [&](std::string_view whole, std::string_view name) {
    if (unknown.empty() && !is_placeholder(name)) {
      unknown = whole;
    }
  });
  return unknown;
}

bool may_become_object(std::string_view text) {
  bool out = false;
  each_placeholder(text, [&](std::string_view whole, std::string_view name) {
    const bool object =
        name == "parameters" || name.starts_with(kParametersPath) || name == "error.details";
    out = object && whole.size() == text.size() && is_placeholder(name);
  });
  return out;
}

Asked fill_in(std::string_view on_failure, const FailedJob& job) {
  Asked out;
  // Whoever wrote the log, what stands there may be anything.
  if (on_failure.empty() || !check_json(on_failure, kJsonDocumentDepthMax) ||
      JsonValue(on_failure).kind() != Kind::kArray) {
    return out;
  }
  std::uint32_t place = 0;
  for (const JsonValue& value : JsonValue(on_failure).elements()) {
    if (value.kind() == Kind::kObject) {
      auto effect = Filler(job, place).effect(value, Token{job.failed, {}});
      if (effect) {
        out.effects.push_back(std::move(*effect));
        out.places.push_back(place);
      } else {
        out.skipped.push_back({place, effect.error().reason, effect.error().message});
      }
    }
    ++place;
  }
  return out;
}

}  // namespace daybook::scheduler
