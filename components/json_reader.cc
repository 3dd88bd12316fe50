#include "components/json_reader.h"

#include <algorithm>

#include "base/json_check.h"
#include "base/limits/durations.h"
#include "base/limits/resources.h"
#include "base/time_text.h"

namespace daybook::components {

Result<JsonValue> parse_json(std::string_view text, std::string_view reason,
                             std::string_view field) {
  if (auto sound = check_json(text, kJsonDocumentDepthMax); !sound) {
    const Error& error = sound.error();
    const std::string where = error.field.empty() ? "" : " (" + error.field + ")";
    return fail(Code::kMalformed, reason, "Not a JSON document: " + error.message + where + ".",
                field);
  }
  return JsonValue(text);
}

std::optional<std::vector<JsonValue>> elements_of(const JsonValue* value) {
  const bool list = value != nullptr && value->kind() == JsonValue::Kind::kArray;
  return list ? std::optional(value->elements()) : std::nullopt;
}

std::optional<std::string> text_of(const JsonValue& value) {
  const bool text = value.kind() == JsonValue::Kind::kString;
  return text ? std::optional(value.string()) : std::nullopt;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

void Faults::add(Error fault) {
  if (errors_.size() < kMax) {
    errors_.push_back(std::move(fault));
  }
}

bool Faults::check(Status status) {
  if (!status) {
    add(std::move(status).error());
  }
  return status.has_value();
}

Status Faults::first() const {
  return errors_.empty() ? Status() : Status(tl::unexpect, errors_.front());
}

Result<Members> Members::of(const JsonValue& value, std::string_view path) {
  if (value.kind() != JsonValue::Kind::kObject) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be a JSON object.", path);
  }
  return Members(value, path);
}

std::optional<Members> Members::of_spec(std::string_view json, Faults& faults) {
  const auto value = parse_json(json, "BAD_SPEC");
  auto members = value ? of(*value, "") : tl::unexpected(value.error());
  if (!members) {
    faults.add(std::move(members).error());
    return std::nullopt;
  }
  return std::move(*members);
}

Status Members::only(std::initializer_list<std::string_view> names) const {
  Faults faults;
  only(names, faults);
  return faults.first();
}

void Members::only(std::initializer_list<std::string_view> names, Faults& faults) const {
  for (const auto& [name, value] : members_) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      faults.add(make_error(Code::kInvalid, "UNKNOWN_FIELD",
                            "There is no such member here: '" + name + "'.", path_of(name)));
    }
  }
}

const JsonValue* Members::member(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const JsonValue::Member& m) { return m.first == name; });
  return found == members_.end() ? nullptr : &found->second;
}

const JsonValue* Members::find(std::string_view name) const {
  const JsonValue* value = member(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::string> Members::text(std::string_view name, std::size_t bytes_max) const {
  const auto* value = find(name);
  if (value == nullptr) {
    return std::string();
  }
  if (value->kind() != JsonValue::Kind::kString) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be a text.", path_of(name));
  }
  std::string text = value->string();
  if (text.size() > bytes_max || text.find('\0') != std::string::npos) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be at most " + std::to_string(bytes_max) + " bytes, without NUL.",
                path_of(name));
  }
  return text;
}

Result<std::int64_t> Members::number(std::string_view name, std::int64_t absent, std::int64_t min,
                                     std::int64_t max) const {
  const auto* value = find(name);
  if (value == nullptr) {
    return absent;
  }
  const auto number = value->kind() == JsonValue::Kind::kNumber ? value->integer() : std::nullopt;
  if (!number || *number < min || *number > max) {
    return fail(
        Code::kInvalid, "INVALID_FIELD",
        "Must be a whole number from " + std::to_string(min) + " to " + std::to_string(max) + ".",
        path_of(name));
  }
  return *number;
}

Result<Duration> Members::duration(std::string_view name, Duration max) const {
  DAYBOOK_ASSIGN(const std::string given, text(name, kTagBytesMax));
  if (given.empty()) {
    return Duration{};
  }
  const auto duration = parse_duration(given, path_of(name));
  const bool too_long = !duration && duration.error().reason == kReasonDurationTooLong;
  if (!duration && !too_long) {
    return duration;
  }
  if (too_long || *duration > max) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be at most " + format_duration(max) + ".",
                path_of(name));
  }
  return duration;
}

std::string Members::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

}  // namespace daybook::components
