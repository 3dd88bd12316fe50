#include "events/cut_answers.h"

#include <algorithm>
#include <vector>

#include "base/json_check.h"
#include "base/json_text.h"
#include "base/json_value.h"
#include "base/limits/json.h"

namespace daybook::events {
namespace {

const JsonValue* find(const std::vector<JsonValue::Member>& members, std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const auto& member) { return member.first == name; });
  return found == members.end() ? nullptr : &found->second;
}

std::vector<JsonValue::Member> members_of(const JsonValue* value) {
  return value != nullptr && value->kind() == JsonValue::Kind::kObject
             ? value->members()
             : std::vector<JsonValue::Member>();
}

// What an answer to a query says; a call may answer anything.
std::vector<JsonValue> cut_in(const JsonValue& exchange) {
  const auto members = members_of(&exchange);
  const auto question = members_of(find(members, "question"));
  const auto answer = members_of(find(members, "answer"));
  const JsonValue* more = find(answer, "more");
  return find(question, "query") != nullptr && more != nullptr &&
                 more->kind() == JsonValue::Kind::kArray
             ? more->elements()
             : std::vector<JsonValue>();
}

}  // namespace

std::string cut_answers(std::string_view answers) {
  // Nearly always there is none, and answers are long.
  if (answers.find("\"more\":[") == std::string_view::npos ||
      !check_json(answers, kJsonDocumentDepthMax) ||
      JsonValue(answers).kind() != JsonValue::Kind::kArray) {
    return {};
  }
  std::vector<std::string> paths;
  for (const JsonValue& exchange : JsonValue(answers).elements()) {
    for (const JsonValue& path : cut_in(exchange)) {
      if (path.kind() == JsonValue::Kind::kString &&
          std::find(paths.begin(), paths.end(), path.string()) == paths.end()) {
        paths.push_back(path.string());
      }
    }
  }
  std::string out;
  for (const std::string& path : paths) {
    out += out.empty() ? '[' : ',';
    append_json_string(out, path);
  }
  return out.empty() ? out : out + ']';
}

}  // namespace daybook::events
