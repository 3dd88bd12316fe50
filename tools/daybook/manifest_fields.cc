#include "tools/daybook/manifest_fields.h"

#include <array>
#include <deque>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "base/time_text.h"
#include "components/reactor_id.h"
#include "events/definition_settings.h"

namespace daybook::cli {

namespace {

FieldType type_of(events::FieldForm form) {
  switch (form) {
    case events::FieldForm::kComponentId:
      return FieldType::kComponentId;
    case events::FieldForm::kLine:
      return FieldType::kText;
    case events::FieldForm::kCount:
    case events::FieldForm::kSigned:
      return FieldType::kInteger;
    case events::FieldForm::kThousandths:
      return FieldType::kNumber;
    case events::FieldForm::kDuration:
      return FieldType::kDuration;
    case events::FieldForm::kFlag:
      return FieldType::kBoolean;
    case events::FieldForm::kEffects:
      return FieldType::kJsonList;
  }
  return FieldType::kText;
}

// Tables that are made of descriptions of settings, one for each object; they stay where they are.
using Tables = std::deque<std::vector<Field>>;

// The members of that object of settings, with the objects in it.
std::span<const Field> members_of(std::span<const events::Field> table, std::string_view object,
                                  Tables& tables) {
  std::vector<Field>& out = tables.emplace_back();
  for (const events::Field& field : table) {
    if (events::object_of(field.name) == object) {
      out.push_back({.name = events::leaf_of(field.name),
                     .type = type_of(field.form),
                     .absent = field.absent,
                     .required = field.required()});
      continue;
    }
    const auto dot = field.name.find('.', object.empty() ? 0 : object.size() + 1);
    const std::string_view inner = field.name.substr(0, dot);
    const bool inside = object.empty() || field.name.starts_with(std::string(object) + ".");
    if (inside && (out.empty() || out.back().name != events::leaf_of(inner))) {
      out.push_back({.name = events::leaf_of(inner),
                     .type = FieldType::kObject,
                     .absent = "{}",
                     .members = members_of(table, inner, tables)});
    }
  }
  return out;
}

constexpr std::array kRuleComponentFields = {
    Field{.name = "componentId", .type = FieldType::kComponentId, .required = true},
    Field{"parameters", FieldType::kJson, "{}"},
};

constexpr std::array kRuleFields = {
    Field{"displayName", FieldType::kText, "\"\""},
    Field{.name = "components", .type = FieldType::kObjects, .members = kRuleComponentFields},
    Field{"componentId", FieldType::kComponentId},
    Field{"parameters", FieldType::kJson, "{}"},
};

constexpr std::array kLimits = {
    Field{"memoryMb", FieldType::kInteger},
    Field{"cpuSeconds", FieldType::kInteger},
    Field{"openFiles", FieldType::kInteger},
    Field{"processes", FieldType::kInteger},
};

constexpr std::array kComponentFields = {
    Field{"runtime", FieldType::kRuntime},
    Field{"code", FieldType::kText},
    Field{"codeFile", FieldType::kCodeFile},
    Field{"command", FieldType::kTexts},
    Field{"env", FieldType::kTextMap, "{}"},
    Field{"workingDirectory", FieldType::kText, "\"\""},
    Field{"output", FieldType::kText, "\"json\""},
    Field{"user", FieldType::kText, "\"\""},
    Field{"writable", FieldType::kTexts, "[]"},
    Field{.name = "limits", .type = FieldType::kObject, .absent = "{}", .members = kLimits},
    Field{"timeout", FieldType::kDuration, "\"0s\""},
    Field{"url", FieldType::kText},
    Field{"headers", FieldType::kTextMap, "{}"},
    Field{"displayName", FieldType::kText, "\"\""},
    Field{"description", FieldType::kText, "\"\""},
    Field{"componentVersion", FieldType::kText, "\"\""},
};

std::span<const Field> definition_fields() {
  static Tables tables;
  static const std::span<const Field> kFields = members_of(events::kDefinitionFields, "", tables);
  return kFields;
}

boost::json::value normalized_value(const boost::json::value& value, const Field& field) {
  if (field.type == FieldType::kObject && value.is_object()) {
    return normalized(value.get_object(), field.members);
  }
  if (field.type == FieldType::kObjects && value.is_array()) {
    boost::json::array out;
    for (const auto& element : value.get_array()) {
      out.push_back(element.is_object() ? normalized(element.get_object(), field.members)
                                        : element);
    }
    return out;
  }
  if (field.type == FieldType::kDuration && value.is_string()) {
    if (const auto duration = parse_duration(value.get_string(), field.name)) {
      return duration->value;
    }
  }
  if (field.type == FieldType::kRuntime && value.is_string() &&
      components::names_reactor(value.get_string())) {
    return "reactor";
  }
  if (field.type == FieldType::kNumber && value.is_number()) {
    return value.to_number<double>();
  }
  return value;
}

}  // namespace

std::span<const Field> fields_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kComponent:
      return kComponentFields;
    case ResourceKind::kDefinition:
      return definition_fields();
    case ResourceKind::kRule:
      break;
  }
  return kRuleFields;
}

std::string_view class_of(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kComponent:
      return "components";
    case ResourceKind::kDefinition:
      return "job-definitions";
    case ResourceKind::kRule:
      break;
  }
  return "rules";
}

boost::json::object long_form(boost::json::object rule) {
  const auto* id = rule.if_contains("componentId");
  if (id == nullptr) {
    return rule;
  }
  boost::json::object only{{"componentId", *id}};
  if (const auto* parameters = rule.if_contains("parameters")) {
    only["parameters"] = *parameters;
  }
  rule.erase("componentId");
  rule.erase("parameters");
  rule["components"] = boost::json::array{std::move(only)};
  return rule;
}

boost::json::object normalized(const boost::json::object& spec, std::span<const Field> fields) {
  boost::json::object out;
  for (const Field& field : fields) {
    const auto* value = spec.if_contains(field.name);
    if (value == nullptr || value->is_null()) {
      continue;
    }
    boost::json::value form = normalized_value(*value, field);
    if (field.absent.empty() || form != normalized_value(boost::json::parse(field.absent), field)) {
      out[field.name] = std::move(form);
    }
  }
  return out;
}

boost::json::object restricted(const boost::json::object& stored, const boost::json::object& named,
                               std::span<const Field> fields) {
  boost::json::object out;
  for (const Field& field : fields) {
    const auto* value = stored.if_contains(field.name);
    const auto* wanted = named.if_contains(field.name);
    if (value == nullptr || wanted == nullptr) {
      continue;
    }
    if (field.type == FieldType::kObject && value->is_object() && wanted->is_object()) {
      out[field.name] = restricted(value->get_object(), wanted->get_object(), field.members);
    } else {
      out[field.name] = *value;
    }
  }
  return out;
}

std::string names_of(std::span<const Field> fields) {
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    out += i == 0 ? "" : i + 1 == fields.size() ? " and " : ", ";
    out += fields[i].name;
  }
  return out;
}

}  // namespace daybook::cli
