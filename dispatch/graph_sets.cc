#include "dispatch/graph_sets.h"

#include <algorithm>
#include <memory>
#include <utility>

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

bool has_field(const graph::SetSchema& set, const std::string& name) {
  return std::any_of(set.record.fields.begin(), set.record.fields.end(),
                     [&](const graph::Field& field) { return field.name == name; });
}

// `from`: the set that is navigated from, if there is one.
graph::Query read_level(const JsonValue& asked, const graph::Graph& graph,
                        const graph::SetSchema* from) {
  graph::Query out;
  const graph::SetSchema* set = nullptr;
  for (const auto& [name, value] : asked.members()) {
    if (name == "edge") {
      out.set = value.string();
      const graph::Navigation* edge = from != nullptr ? from->navigation(out.set) : nullptr;
      set = graph.find(edge != nullptr ? edge->set : out.set);
    } else if (name == "fields") {
      for (const JsonValue& field : value.elements()) {
        if (set != nullptr && has_field(*set, field.string())) {
          out.fields.push_back(field.string());
        }
      }
    } else if (name == "filter") {
      out.filter = value.string();
    } else if (name == "orderBy") {
      out.order_by = value.string();
    } else if (name == "navigate") {
      for (const JsonValue& edge : value.elements()) {
        out.navigate.push_back(read_level(edge, graph, set));
      }
    }
  }
  return out;
}

}  // namespace

GraphSets::GraphSets(const graph::Graph& graph) : graph_(graph) {
  for (const graph::SetSchema* schema : graph.sets()) {
    reactor::SetType type;
    type.fields = field_type(schema->record).fields;
    for (const graph::Navigation& n : schema->navigations) {
      type.navigations.push_back({n.name, {n.set, n.many}});
    }
    sets_.emplace(schema->name, std::move(type));
  }
}

const reactor::SetType* GraphSets::find(std::string_view name) const {
  const auto found = sets_.find(name);
  return found == sets_.end() ? nullptr : &found->second;
}

std::vector<std::string> GraphSets::names() const {
  std::vector<std::string> out;
  for (const auto& [name, type] : sets_) {
    out.push_back(name);
  }
  return out;
}

Status GraphSets::check(std::string_view set, std::string_view filter,
                        std::string_view order_by) const {
  graph::Query query;
  query.set = set;
  query.filter = filter;
  query.order_by = order_by;
  return graph_.check(query);
}

graph::Query read_query(const JsonValue& asked, const graph::Graph& graph) {
  return read_level(asked, graph, nullptr);
}

std::string type_text(const graph::Type& type) {
  std::string out;
  append_type(out, type);
  return out;
}

}  // namespace daybook::dispatch
