#include "components/json_reader.h"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "base/limits.h"
#include "base/time_text.h"

namespace daybook::components {

Result<boost::json::value> parse_json(std::string_view text, std::string_view reason,
                                      std::string_view field) {
  boost::json::parse_options options;
  options.max_depth = kJsonDepthMax;
  boost::json::error_code error;
  auto value = boost::json::parse(text, error, {}, options);
  if (error) {
    return fail(Code::kMalformed, reason, "Not a JSON document: " + error.message() + ".", field);
  }
  return value;
}

Result<Members> Members::of(const boost::json::value& value, std::string_view path) {
  const auto* object = value.if_object();
  if (object == nullptr) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be a JSON object.", path);
  }
  return Members(*object, path);
}

Status Members::only(std::initializer_list<std::string_view> names) const {
  for (const auto& member : *object_) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return fail(Code::kInvalid, "UNKNOWN_FIELD",
                  "There is no such member here: '" + std::string(name) + "'.", path_of(name));
    }
  }
  return {};
}

const boost::json::value* Members::find(std::string_view name) const {
  const auto* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::string> Members::text(std::string_view name, std::size_t bytes_max) const {
  const auto* value = find(name);
  if (value == nullptr) {
    return std::string();
  }
  const auto* text = value->if_string();
  if (text == nullptr) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be a text.", path_of(name));
  }
  if (text->size() > bytes_max || std::string_view(*text).find('\0') != std::string_view::npos) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be at most " + std::to_string(bytes_max) + " bytes, without NUL.",
                path_of(name));
  }
  return std::string(*text);
}

Result<std::int64_t> Members::number(std::string_view name, std::int64_t absent, std::int64_t min,
                                     std::int64_t max) const {
  const auto* value = find(name);
  if (value == nullptr) {
    return absent;
  }
  const auto* number = value->if_int64();
  if (number == nullptr || *number < min || *number > max) {
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
  DAYBOOK_ASSIGN(const Duration duration, parse_duration(given, path_of(name)));
  if (duration > max) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be at most " + format_duration(max) + ".",
                path_of(name));
  }
  return duration;
}

std::string Members::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

}  // namespace daybook::components
