#include "tools/daybook/manifest_spec.h"

#include <charconv>
#include <cmath>
#include <map>

#include <boost/json.hpp>
#include <yaml-cpp/yaml.h>

#include "base/ids.h"
#include "base/limits/durations.h"
#include "base/limits/json.h"
#include "base/limits/resources.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace daybook::cli {

namespace {

std::string joined(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

std::optional<std::int64_t> integer_of(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  return bad == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                : std::nullopt;
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  return bad == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                : std::nullopt;
}

// A scalar that is not quoted may be a truth value or a number; all else is text.
boost::json::value plain(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") {
    return boost::json::value(text);
  }
  if (text == "true" || text == "false") {
    return text == "true";
  }
  if (const auto whole = integer_of(text)) {
    return *whole;
  }
  const auto number = number_of(text);
  return number && std::isfinite(*number) ? boost::json::value(*number) : boost::json::value(text);
}

}  // namespace

SpecReader::SpecReader(std::string file, std::filesystem::path directory,
                       const ManifestOptions& options, std::vector<Error>& problems, Nulls nulls)
    : file_(std::move(file)),
      directory_(std::move(directory)),
      options_(options),
      problems_(problems),
      nulls_(nulls) {}

std::string SpecReader::place(const YAML::Mark& mark) const {
  return file_ + ":" + std::to_string(mark.line + 1);
}

void SpecReader::problem(const YAML::Mark& mark, Code code, std::string_view reason,
                         std::string_view message) {
  problems_.push_back(make_error(code, reason, message, place(mark)));
}

bool SpecReader::count_value(const YAML::Node& node) {
  if (++values_ == kManifestValuesMax + 1) {
    problem(node.Mark(), Code::kTooLarge, "TOO_MANY_VALUES",
            "the document has more than " + std::to_string(kManifestValuesMax) +
                " values, aliases counted as often as they are used");
  }
  return values_ <= kManifestValuesMax;
}

boost::json::object SpecReader::object(const YAML::Node& node, std::span<const Field> fields,
                                       const std::string& path) {
  boost::json::object out;
  std::map<std::string, int> seen;
  for (const auto& entry : node) {
    const YAML::Mark mark = entry.first.Mark();
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == key; });
    if (field == fields.end()) {
      problem(mark, Code::kInvalid, "UNKNOWN_KEY",
              "unknown key '" + joined(path, key) + "'; known are " + names_of(fields));
      continue;
    }
    if (const auto [first, fresh] = seen.emplace(key, mark.line + 1); !fresh) {
      problem(
          mark, Code::kInvalid, "REPEATED_KEY",
          "'" + joined(path, key) + "' stands already in line " + std::to_string(first->second));
      continue;
    }
    boost::json::value read = value(entry.second, *field, joined(path, key));
    if (!read.is_null() || (nulls_ == Nulls::kReset && entry.second.IsNull())) {
      out[field->type == FieldType::kCodeFile ? "code" : field->name] = std::move(read);
    }
  }
  for (const Field& field : fields) {
    if (field.required && !seen.contains(std::string(field.name))) {
      problem(node.Mark(), Code::kInvalid, "MISSING_KEY",
              "'" + joined(path, field.name) + "' is missing");
    }
  }
  if (seen.contains("code") && seen.contains("codeFile")) {
    problem(node.Mark(), Code::kInvalid, "CODE_TWICE", "'code' and 'codeFile' exclude each other");
  }
  return out;
}

boost::json::value SpecReader::value(const YAML::Node& node, const Field& field,
                                     const std::string& path) {
  if (!count_value(node) || node.IsNull()) {
    return nullptr;  // "key:" without a value
  }
  switch (field.type) {
    case FieldType::kObject:
      return node.IsMap() ? boost::json::value(object(node, field.members, path))
                          : wrong_type(node, "a map", path);
    case FieldType::kTexts:
      return texts(node, path);
    case FieldType::kTextMap:
      return text_map(node, path);
    case FieldType::kJson:
      return node.IsMap() ? any(node, path) : wrong_type(node, "a map", path);
    case FieldType::kJsonList:
      return node.IsSequence() ? any(node, path) : wrong_type(node, "a list of maps", path);
    case FieldType::kObjects:
      return objects(node, field, path);
    default:
      break;
  }
  if (!node.IsScalar()) {
    return wrong_type(node, "a single value", path);
  }
  if (find_bad_utf8(node.Scalar())) {
    return wrong_type(node, "UTF-8 text", path);
  }
  switch (field.type) {
    case FieldType::kCodeFile:
      return code_file(node, path);
    case FieldType::kDuration:
      return duration(node, path);
    case FieldType::kComponentId:
      return component_id(node, path);
    case FieldType::kInteger:
    case FieldType::kNumber:
      return number(node, field, path);
    case FieldType::kBoolean:
      if (node.Scalar() != "true" && node.Scalar() != "false") {
        return wrong_type(node, "true or false", path);
      }
      return node.Scalar() == "true";
    default:
      return boost::json::value(node.Scalar());
  }
}

boost::json::value SpecReader::number(const YAML::Node& node, const Field& field,
                                      const std::string& path) {
  if (field.type == FieldType::kInteger) {
    const auto read = integer_of(node.Scalar());
    return read ? boost::json::value(*read) : wrong_type(node, "a whole number", path);
  }
  const auto read = number_of(node.Scalar());
  return read ? boost::json::value(*read) : wrong_type(node, "a number", path);
}

boost::json::value SpecReader::duration(const YAML::Node& node, const std::string& path) {
  // Of one that is too long the reader of the member knows how long it may be.
  const auto read = parse_duration(node.Scalar(), path);
  if (!read && read.error().reason != kReasonDurationTooLong) {
    problem(node.Mark(), Code::kInvalid, "BAD_VALUE", "'" + path + "': " + read.error().message);
    return nullptr;
  }
  return boost::json::value(node.Scalar());
}

boost::json::value SpecReader::component_id(const YAML::Node& node, const std::string& path) {
  if (const Status sound = check_id(IdKind::kComponent, node.Scalar(), path); !sound) {
    problem(node.Mark(), sound.error().code, sound.error().reason,
            "'" + path + "': " + sound.error().message);
    return nullptr;
  }
  return boost::json::value(node.Scalar());
}

boost::json::value SpecReader::texts(const YAML::Node& node, const std::string& path) {
  static constexpr Field kElement[] = {{.name = "codeFile", .required = true}};
  if (!node.IsSequence()) {
    return wrong_type(node, "a list of texts", path);
  }
  boost::json::array out;
  for (const YAML::Node& element : node) {
    if (!count_value(element)) {
      return nullptr;
    }
    if (element.IsScalar()) {
      out.emplace_back(element.Scalar());
    } else if (element.IsMap()) {
      boost::json::object file = object(element, kElement, path);
      if (file.contains("codeFile")) {
        out.push_back(code_file(element["codeFile"], path));
      }
    } else {
      return wrong_type(element, "a text or {codeFile: path}", path);
    }
  }
  return out;
}

boost::json::value SpecReader::text_map(const YAML::Node& node, const std::string& path) {
  if (!node.IsMap()) {
    return wrong_type(node, "a map of names to texts", path);
  }
  boost::json::object out;
  for (const auto& entry : node) {
    if (!count_value(entry.second)) {
      return nullptr;
    }
    if (!entry.first.IsScalar() || !entry.second.IsScalar()) {
      return wrong_type(entry.first, "a map of names to texts", path);
    }
    if (out.contains(entry.first.Scalar())) {
      problem(entry.first.Mark(), Code::kInvalid, "REPEATED_KEY",
              "'" + joined(path, entry.first.Scalar()) + "' stands there twice");
    }
    out[entry.first.Scalar()] = entry.second.Scalar();
  }
  return out;
}

boost::json::value SpecReader::objects(const YAML::Node& node, const Field& field,
                                       const std::string& path) {
  if (!node.IsSequence()) {
    return wrong_type(node, "a list of maps", path);
  }
  boost::json::array out;
  for (const YAML::Node& element : node) {
    if (!count_value(element)) {
      return nullptr;
    }
    if (!element.IsMap()) {
      return wrong_type(element, "a list of maps", path);
    }
    const std::string place = path + "[" + std::to_string(out.size()) + "]";
    out.emplace_back(object(element, field.members, place));
  }
  return out;
}

// An alias may stand for what holds it: then there is no end.
boost::json::value SpecReader::any(const YAML::Node& node, const std::string& path, int depth) {
  if (depth > kJsonDepthMax) {
    problem(node.Mark(), Code::kInvalid, "TOO_DEEP",
            "'" + path + "' is nested deeper than " + std::to_string(kJsonDepthMax));
    return nullptr;
  }
  if (node.IsMap()) {
    boost::json::object out;
    for (const auto& entry : node) {
      if (!count_value(entry.second)) {
        return nullptr;
      }
      if (!entry.first.IsScalar() || out.contains(entry.first.Scalar())) {
        return wrong_type(entry.first, "a map whose names are texts and stand there once", path);
      }
      const std::string& name = entry.first.Scalar();
      out[name] = any(entry.second, joined(path, name), depth + 1);
    }
    return out;
  }
  if (node.IsSequence()) {
    boost::json::array out;
    for (const YAML::Node& element : node) {
      if (!count_value(element)) {
        return nullptr;
      }
      out.push_back(any(element, path, depth + 1));
    }
    return out;
  }
  return node.IsScalar() ? plain(node) : boost::json::value(nullptr);
}

boost::json::value SpecReader::code_file(const YAML::Node& node, const std::string& path) {
  auto text =
      read_code_file(directory_, node.Scalar(), options_.allow_outside, kComponentCodeBytesMax);
  if (!text) {
    problem(node.Mark(), text.error().code, text.error().reason,
            "'" + path + "': " + text.error().message);
    return nullptr;
  }
  return boost::json::value(*text);
}

boost::json::value SpecReader::wrong_type(const YAML::Node& node, std::string_view wanted,
                                          const std::string& path) {
  problem(node.Mark(), Code::kInvalid, "BAD_VALUE",
          "'" + path + "' must be " + std::string(wanted));
  return nullptr;
}

}  // namespace daybook::cli
