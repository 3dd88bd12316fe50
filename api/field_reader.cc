#include "api/field_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json_check.h"
#include "base/limits/durations.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace daybook::api {

namespace {

using Kind = JsonValue::Kind;

// A name that a client made up, short enough to be shown.
std::string shown(std::string_view name) {
  constexpr std::size_t kShownBytes = 100;
  if (name.size() <= kShownBytes) {
    return std::string(name);
  }
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) {
    --end;
  }
  return std::string(name.substr(0, end)) + "…";
}

// "0.5", "1000".
std::string short_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

// Longer than any may be is longer than this one may.
bool is_too_long(const Result<Duration>& parsed) {
  return !parsed && parsed.error().reason == kReasonDurationTooLong;
}

}  // namespace

void FieldErrors::add(std::string_view message, std::string_view field, std::string_view reason,
                      Code code) {
  add(make_error(code, reason, message, field));
}

void FieldErrors::add(Error error) {
  if (errors_.size() < kMax) {
    errors_.push_back(std::move(error));
  }
}

FieldReader::FieldReader(const JsonValue& object, std::string path, FieldErrors& errors)
    : errors_(errors), path_(std::move(path)) {
  if (object.kind() != Kind::kObject) {
    errors_.add("must be an object", path_.empty() ? "body" : path_.substr(0, path_.size() - 1));
    return;
  }
  members_ = object.members();
  taken_.resize(members_.size());
}

const JsonValue* FieldReader::take(std::string_view name) {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].first == name) {
      taken_[i] = true;
      return members_[i].second.is_null() ? nullptr : &members_[i].second;
    }
  }
  return nullptr;
}

bool FieldReader::holds(Status status, std::string_view name) {
  if (!status) {
    Error error = std::move(status).error();
    error.field = path_of(name);
    errors_.add(std::move(error));
    return false;
  }
  return true;
}

std::optional<JsonValue> FieldReader::find(std::string_view name, Kind kind,
                                           std::string_view kind_name, Need need) {
  const JsonValue* value = take(name);
  if (value == nullptr) {
    if (need == Need::kRequired) {
      errors_.add("is required", path_of(name));
    }
    return std::nullopt;
  }
  if (value->kind() != kind) {
    errors_.add("must be " + std::string(kind_name), path_of(name));
    return std::nullopt;
  }
  return *value;
}

void FieldReader::resource_id(std::string_view name, std::string& out, Need need) {
  if (const auto value = find(name, Kind::kString, "text", need)) {
    out = value->string();
    holds(check_resource_id(out, {}), name);
  }
}

void FieldReader::id(IdKind kind, std::string_view name, std::string& out, Need need) {
  if (const auto value = find(name, Kind::kString, "text", need)) {
    out = value->string();
    holds(check_id(kind, out, {}), name);
  }
}

void FieldReader::text(std::string_view name, std::string& out, std::size_t bytes_max, Need need) {
  if (const auto value = find(name, Kind::kString, "text", need)) {
    out = value->string();
    holds(check_text(out, bytes_max, {}), name);
  }
}

void FieldReader::line(std::string_view name, std::string& out, std::size_t bytes_max) {
  if (const auto value = find(name, Kind::kString, "text")) {
    out = value->string();
    holds(check_line(out, bytes_max, {}), name);
  }
}

void FieldReader::boolean(std::string_view name, bool& out) {
  if (const auto value = find(name, Kind::kBool, "true or false")) {
    out = value->boolean();
  }
}

void FieldReader::integer(std::string_view name, std::int64_t& out, IntegerRange range, Need need) {
  const auto value = find(name, Kind::kNumber, "a whole number", need);
  if (!value) {
    return;
  }
  const auto number = value->integer();
  if (!number || *number < range.min || *number > range.max) {
    errors_.add("must be a whole number from " + std::to_string(range.min) + " to " +
                    std::to_string(range.max),
                path_of(name));
    return;
  }
  out = *number;
}

void FieldReader::thousandths(std::string_view name, std::uint32_t& out, NumberRange range) {
  const auto value = find(name, Kind::kNumber, "a number");
  if (!value) {
    return;
  }
  const double number = value->number();
  if (!(number >= range.min && number <= range.max)) {
    errors_.add("must be a number from " + short_text(range.min) + " to " + short_text(range.max),
                path_of(name));
    return;
  }
  const double thousandths = std::round(number * 1000);
  if (std::abs(number * 1000 - thousandths) > 1e-6) {
    errors_.add("has more than three digits behind the point", path_of(name));
    return;
  }
  out = static_cast<std::uint32_t>(thousandths);
}

void FieldReader::time(std::string_view name, std::optional<Micros>& out) {
  if (const auto value = find(name, Kind::kString, "a time as text")) {
    auto parsed = parse_due_time(value->string(), path_of(name));
    if (parsed) {
      out = *parsed;
    } else {
      errors_.add(std::move(parsed).error());
    }
  }
}

void FieldReader::duration(std::string_view name, Duration& out, DurationRange range, Need need) {
  const auto value = find(name, Kind::kString, "a duration as text, e.g. \"90s\"", need);
  if (!value) {
    return;
  }
  auto parsed = parse_duration(value->string(), path_of(name));
  if (!parsed && !is_too_long(parsed)) {
    errors_.add(std::move(parsed).error());
  } else if (!parsed || *parsed < range.min || *parsed > range.max) {
    errors_.add("must be from " + format_duration(range.min) + " to " + format_duration(range.max),
                path_of(name));
  } else {
    out = *parsed;
  }
}

void FieldReader::object_text(std::string_view name, std::string& out, std::size_t bytes_max) {
  if (find(name, Kind::kObject, "an object")) {
    any_text(name, out, bytes_max);
  }
}

void FieldReader::any_text(std::string_view name, std::string& out, std::size_t bytes_max) {
  const JsonValue* value = take(name);
  if (value == nullptr) {
    return;
  }
  if (value->text().size() > bytes_max) {
    errors_.add("is over the limit of " + std::to_string(bytes_max) + " bytes", path_of(name),
                "TOO_LARGE", Code::kTooLarge);
    return;
  }
  if (holds(check_json_depth(value->text(), {}), name)) {
    out = value->text();
  }
}

void FieldReader::texts(std::string_view name, std::vector<std::string>& out, std::size_t count_max,
                        std::size_t bytes_max) {
  const auto value = find(name, Kind::kArray, "an array of texts");
  if (!value) {
    return;
  }
  const auto elements = value->elements();
  if (elements.size() > count_max) {
    errors_.add("has more than " + std::to_string(count_max) + " elements", path_of(name));
    return;
  }
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::string field = path_of(name) + "[" + std::to_string(i) + "]";
    if (elements[i].kind() != Kind::kString) {
      errors_.add("must be text", field);
      continue;
    }
    std::string text = elements[i].string();
    const Status ok = check_line(text, bytes_max, field);
    if (!ok) {
      errors_.add(ok.error());
    } else if (text.empty()) {
      errors_.add("must not be empty", field);
    }
    out.push_back(std::move(text));
  }
}

bool FieldReader::names(std::string_view name) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const JsonValue::Member& member) { return member.first == name; });
}

void FieldReader::path_id(IdKind kind, std::string_view name, std::string_view own) {
  std::string given(own);
  id(kind, name, given);
  if (given != own) {
    errors_.add("is not the id in the path", path_of(name));
  }
}

void FieldReader::pass_over_answered(std::initializer_list<std::string_view> names) {
  for (const std::string_view name :
       {"createdAt", "updatedAt", "updatedBy", "warnings", "seq", "hash"}) {
    take(name);
  }
  for (const std::string_view name : names) {
    take(name);
  }
}

std::optional<JsonValue> FieldReader::object(std::string_view name) {
  return find(name, Kind::kObject, "an object");
}

void FieldReader::finish() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (!taken_[i]) {
      errors_.add("is not a member of this object", path_of(shown(members_[i].first)),
                  "UNKNOWN_MEMBER");
    }
  }
}

std::vector<JsonValue::Member> FieldReader::take_rest() {
  std::vector<JsonValue::Member> out;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (!taken_[i]) {
      taken_[i] = true;
      out.push_back(members_[i]);
    }
  }
  return out;
}

}  // namespace daybook::api
