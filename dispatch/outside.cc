#include "dispatch/outside.h"

#include <map>

#include <boost/json/parse.hpp>

#include "base/json_text.h"

namespace daybook::dispatch {
namespace {

reactor::FieldType field_type(const graph::Type& type) {
  using Kind = reactor::FieldType::Kind;
  reactor::FieldType out;
  switch (type.kind) {
    case graph::Kind::kText:
      out.kind = Kind::kText;
      break;
    case graph::Kind::kNumber:
      out.kind = Kind::kNumber;
      break;
    case graph::Kind::kBool:
      out.kind = Kind::kBool;
      break;
    case graph::Kind::kUuid:
      out.kind = Kind::kUuid;
      break;
    case graph::Kind::kInstant:
      out.kind = Kind::kInstant;
      break;
    case graph::Kind::kValue:
      out.kind = Kind::kValue;
      break;
    case graph::Kind::kRecord:
      out.kind = Kind::kRecord;
      for (const graph::Field& field : type.fields) {
        out.fields.emplace_back(field.name, field_type(field.type));
      }
      break;
    case graph::Kind::kList:
      out.kind = Kind::kList;
      out.element = std::make_shared<const reactor::FieldType>(field_type(*type.element));
      break;
  }
  return out;
}

void append_type(std::string& out, const graph::Type& type) {
  if (type.kind == graph::Kind::kList) {
    out += '[';
    append_type(out, *type.element);
    out += ']';
  } else if (type.kind == graph::Kind::kRecord) {
    char before = '{';
    for (const graph::Field& field : type.fields) {
      out += before;
      before = ',';
      append_json_string(out, field.name);
      out += ':';
      append_type(out, field.type);
    }
    out += before == '{' ? "{}" : "}";
  } else {
    append_json_string(out, graph::kind_name(type.kind));
  }
}

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(std::string_view(*text));
}

// The form is the evaluator's own, so only what it writes is read.
graph::Query read_query(const boost::json::object& object) {
  graph::Query out;
  out.set = text_member(object, "edge");
  out.filter = text_member(object, "filter");
  out.order_by = text_member(object, "orderBy");
  const auto* inner = object.if_contains("navigate");
  if (inner != nullptr && inner->is_array()) {
    for (const boost::json::value& edge : inner->get_array()) {
      out.navigate.push_back(read_query(edge.as_object()));
    }
  }
  return out;
}

std::string error_answer(std::string_view message) {
  std::string out = "{\"error\":";
  append_json_string(out, message);
  return out + "}";
}

}  // namespace

class GraphOutside::Sets final : public reactor::Sets {
 public:
  explicit Sets(const graph::Graph& graph) {
    for (const graph::SetSchema* schema : graph.sets()) {
      reactor::SetType type;
      type.fields = field_type(schema->record).fields;
      for (const graph::Navigation& n : schema->navigations) {
        type.navigations.push_back({n.name, {n.set, n.many}});
      }
      sets_.emplace(schema->name, std::move(type));
    }
  }

  const reactor::SetType* find(std::string_view name) const override {
    const auto found = sets_.find(name);
    return found == sets_.end() ? nullptr : &found->second;
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> out;
    for (const auto& [name, type] : sets_) {
      out.push_back(name);
    }
    return out;
  }

 private:
  std::map<std::string, reactor::SetType, std::less<>> sets_;
};

GraphOutside::GraphOutside(const graph::Graph& graph)
    : graph_(graph), sets_(std::make_unique<Sets>(graph)) {}

GraphOutside::~GraphOutside() = default;

const reactor::Sets& GraphOutside::sets() const {
  return *sets_;
}

// What goes wrong with a question is an answer too: a program may match it.
Result<std::string> GraphOutside::ask(std::string_view question, Micros now, Micros deadline) {
  boost::json::error_code bad;
  const boost::json::value value = boost::json::parse(question, bad);
  if (bad || !value.is_object()) {  // navigations inside each other, deeper than is read
    return error_answer("the question cannot be read: " + bad.message());
  }
  const boost::json::object& object = value.get_object();
  if (const auto* asked = object.if_contains("query")) {
    const graph::Query query = read_query(asked->as_object());
    const auto type = graph_.type_of(query);
    if (!type) {
      return error_answer(type.error().text());
    }
    const auto answer = graph_.answer(query, now, deadline);
    if (!answer) {
      return error_answer(answer.error().text());
    }
    std::string out = "{\"type\":";
    append_type(out, *type);
    out += ",\"rows\":";
    out += answer->json;
    return out + "}";
  }
  return error_answer("this server makes no such calls");
}

}  // namespace daybook::dispatch
