#include "api/rule_json.h"

#include <algorithm>

#include "base/limits/resources.h"
#include "base/limits/rules.h"

namespace daybook::api {
namespace {

using Component = scheduler::RuleStep;

Component read_component(FieldReader& fields) {
  Component out;
  fields.id(IdKind::kComponent, "componentId", out.component, Need::kRequired);
  fields.object_text("parameters", out.parameters, kRuleParametersBytesMax);
  return out;
}

std::vector<Component> read_components(const JsonValue& list, FieldErrors& errors) {
  std::vector<Component> out;
  const auto elements = list.elements();
  if (elements.empty() || elements.size() > kRuleComponentsMax) {
    errors.add("must have 1 to 16 elements", "components");
    return out;
  }
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::string path = "components[" + std::to_string(i) + "]";
    if (elements[i].kind() != JsonValue::Kind::kObject) {
      errors.add("must be an object", path);
      continue;
    }
    FieldReader fields(elements[i], path + ".", errors);
    out.push_back(read_component(fields));
    fields.finish();
    const auto same = [&](const Component& c) { return c.component == out.back().component; };
    if (!out.back().component.empty() && std::count_if(out.begin(), out.end(), same) > 1) {
      errors.add("stands in this rule already", path + ".componentId", "REPEATED_COMPONENT");
    }
  }
  return out;
}

}  // namespace

scheduler::PutRule read_rule(const JsonValue& value, const std::string& id, FieldErrors& errors) {
  scheduler::PutRule out;
  out.rule = id;
  FieldReader fields(value, "", errors);
  if (value.kind() != JsonValue::Kind::kObject) {
    return out;
  }
  fields.path_id(IdKind::kRule, "ruleId", id);
  fields.line("displayName", out.display_name, kDisplayNameBytesMax);
  fields.pass_over_answered({});
  if (const auto list = fields.find("components", JsonValue::Kind::kArray, "a list of objects")) {
    out.components = read_components(*list, errors);
    for (const auto& [name, rest] : fields.take_rest()) {
      const bool short_form = name == "componentId" || name == "parameters";
      errors.add(
          short_form ? "and components exclude each other" : "is not a member of this object", name,
          short_form ? "INVALID_FIELD" : "UNKNOWN_MEMBER");
    }
  } else {
    out.components.push_back(read_component(fields));
    fields.finish();
  }
  std::size_t bytes = 0;
  for (const Component& component : out.components) {
    bytes += component.parameters.size();
  }
  if (bytes > kRuleParametersBytesMax) {
    errors.add("the parameters are together over the limit of 256 KiB", "components", "TOO_LARGE",
               Code::kTooLarge);
  }
  return out;
}

void write_rule_members(JsonWriter& json, const projections::RuleRow& row) {
  json.member("ruleId", row.rule);
  json.member_or_null("displayName", !row.display_name.empty(), row.display_name);
  json.key("components");
  json.raw(row.components);
  json.member_or_null("createdAt", row.created_at.value != 0, row.created_at);
  json.member("updatedAt", row.updated_at);
  json.member("updatedBy", row.updated_by);
}

}  // namespace daybook::api
