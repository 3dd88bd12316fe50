#include "tools/daybook/manifest_check.h"

#include <algorithm>

#include <yaml-cpp/yaml.h>

#include "api/definition_json.h"
#include "api/rule_json.h"
#include "tools/daybook/exact_json.h"

namespace daybook::cli {

namespace {

// Takes the first step of a path like "onFailure[0].after" off: "onFailure", then "[0]", "after".
std::string_view take_step(std::string_view& path) {
  path.remove_prefix(path.starts_with('.') ? 1 : 0);
  const std::size_t end = std::min(path.find_first_of(".[", 1), path.size());
  const std::string_view step = path.substr(0, end);
  path.remove_prefix(end);
  return step;
}

bool is_step(std::string_view step, const YAML::Node& key, std::size_t index) {
  if (step.starts_with('[')) {
    return step == "[" + std::to_string(index) + "]";
  }
  return key.IsDefined() && key.IsScalar() && key.Scalar() == step;
}

// Where a member stands; of one that does not, what should have it.
YAML::Mark mark_of(const YAML::Node& node, std::string_view path) {
  if (path.empty() || !(node.IsMap() || node.IsSequence())) {
    return node.Mark();
  }
  const std::string_view step = take_step(path);
  std::size_t index = 0;
  for (const auto& entry : node) {
    if (is_step(step, entry.first, index++)) {
      return mark_of(node.IsMap() ? entry.second : YAML::Node(entry), path);
    }
  }
  return node.Mark();
}

}  // namespace

void check_members(SpecReader& reader, const YAML::Node& spec, const Resource& resource) {
  const std::string text = to_text(resource.spec);
  api::FieldErrors errors;
  if (resource.kind == ResourceKind::kDefinition) {
    (void)api::read_definition_patch(JsonValue(text), resource.id, errors);
  } else if (resource.kind == ResourceKind::kRule) {
    (void)api::read_rule(JsonValue(text), resource.id, errors);
  }
  for (const Error& error : errors.take()) {
    reader.problem(mark_of(spec, error.field), error.code, error.reason,
                   "'" + error.field + "' " + error.message);
  }
}

}  // namespace daybook::cli
