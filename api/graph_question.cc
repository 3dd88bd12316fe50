#include "api/graph_question.h"

#include "base/limits/json.h"
#include "graph/limits.h"

namespace daybook::api {
namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t kPathBytesMax = 512;
constexpr std::size_t kOrderBytesMax = 4096;
constexpr std::size_t kCursorBytesMax = 4096;

enum class Where { kOutermost, kInside };

graph::Query read_question(const JsonValue& value, const std::string& path, Where where,
                           FieldErrors& errors);

void read_navigate(FieldReader& node, graph::Query& out) {
  const auto list = node.find("navigate", Kind::kArray, "an array of questions");
  if (!list) {
    return;
  }
  const auto elements = list->elements();
  if (elements.size() > graph::kGraphNavigationsMax) {
    node.errors().add("has more than " + std::to_string(graph::kGraphNavigationsMax) + " elements",
                      node.path_of("navigate"));
    return;
  }
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::string place = node.path_of("navigate") + "[" + std::to_string(i) + "].";
    out.navigate.push_back(read_question(elements[i], place, Where::kInside, node.errors()));
  }
}

// JSON is at most kJsonDocumentDepthMax deep, so this ends.
graph::Query read_question(const JsonValue& value, const std::string& path, Where where,
                           FieldErrors& errors) {
  graph::Query out;
  FieldReader fields(value, path, errors);
  if (value.kind() != Kind::kObject) {
    return out;
  }
  fields.text("edge", out.set, kPathBytesMax, Need::kRequired);
  fields.text("filter", out.filter, graph::kFilterBytesMax);
  fields.text("orderBy", out.order_by, kOrderBytesMax);
  std::int64_t limit = graph::kGraphRowsMax;
  fields.integer("limit", limit, {1, graph::kGraphRowsMax});
  out.limit = static_cast<std::size_t>(limit);
  if (where == Where::kOutermost) {
    fields.boolean("count", out.count);
    fields.text("after", out.after, kCursorBytesMax);
  }
  if (fields.find("phrase", Kind::kString, "text")) {
    errors.add("there is no search in free text here: use filter", fields.path_of("phrase"),
               "GRAPH_PHRASE");
  }
  if (const auto object = fields.object("node")) {
    FieldReader node(*object, path + "node.", errors);
    node.texts("fields", out.fields, graph::kGraphFieldsMax, kPathBytesMax);
    read_navigate(node, out);
    node.finish();
  }
  fields.finish();
  return out;
}

}  // namespace

std::vector<graph::Query> read_questions(const JsonValue& body, FieldErrors& errors) {
  std::vector<graph::Query> out;
  if (body.kind() != Kind::kArray) {
    errors.add("must be an array of questions", "body");
    return out;
  }
  const auto elements = body.elements();
  if (elements.empty() || elements.size() > graph::kGraphEdgesMax) {
    errors.add("must have 1 to " + std::to_string(graph::kGraphEdgesMax) + " questions", "body");
    return out;
  }
  for (std::size_t i = 0; i < elements.size(); ++i) {
    out.push_back(
        read_question(elements[i], "[" + std::to_string(i) + "].", Where::kOutermost, errors));
  }
  return out;
}

std::string place_in_body(std::size_t question, std::string_view field) {
  std::string out = "[" + std::to_string(question) + "]";
  out += field.empty() ? "" : ".";
  while (field.starts_with("navigate[")) {
    const std::size_t end = std::min(field.find("].") + 2, field.size());
    out += "node.";
    out += field.substr(0, end);
    field.remove_prefix(end);
  }
  out += field.starts_with("fields") || field.starts_with("navigate") ? "node." : "";
  out += field;
  return out;
}

}  // namespace daybook::api
