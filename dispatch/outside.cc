#include "dispatch/outside.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/json_check.h"
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

// The form is the evaluator's own, so only what it writes is read. Of the fields those are asked
// for that the set has. `from`: the set that is navigated from, if there is one.
graph::Query read_query(const JsonValue& asked, const graph::Graph& graph,
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
        out.navigate.push_back(read_query(edge, graph, set));
      }
    }
  }
  return out;
}

std::string error_answer(std::string_view message, std::string_view code) {
  std::string out = "{\"error\":";
  append_json_string(out, message);
  out += ",\"code\":";
  append_json_string(out, code);
  return out + "}";
}

std::string error_answer(const Error& error) {
  return error_answer(error.text(), error.reason);
}

// Of what not all rows are there.
void append_more(std::string& out, std::string_view set, const graph::Answer& answer) {
  std::string paths;
  const auto add = [&](const std::string& path) {
    paths += paths.empty() ? "" : ",";
    append_json_string(paths, path);
  };
  if (answer.more) {
    add(std::string(set));
  }
  for (const std::string& path : answer.cut) {
    add(std::string(set) + "." + path);
  }
  out += paths.empty() ? paths : ",\"more\":[" + paths + "]";
}

}  // namespace

class GraphOutside::Sets final : public reactor::Sets {
 public:
  explicit Sets(const graph::Graph& graph) : graph_(graph) {
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
  Status check(std::string_view set, std::string_view filter,
               std::string_view order_by) const override {
    graph::Query query;
    query.set = set;
    query.filter = filter;
    query.order_by = order_by;
    return graph_.check(query);
  }

 private:
  const graph::Graph& graph_;
  std::map<std::string, reactor::SetType, std::less<>> sets_;
};

GraphOutside::GraphOutside(const graph::Graph& graph, const components::Caller& caller,
                           Freshness fresh)
    : graph_(graph),
      caller_(caller),
      fresh_(std::move(fresh)),
      sets_(std::make_unique<Sets>(graph)) {}

GraphOutside::~GraphOutside() = default;

const reactor::Sets& GraphOutside::sets() const {
  return *sets_;
}

// What goes wrong with a question is an answer too: a program may match it.
Result<std::string> GraphOutside::ask(std::string_view question,
                                      const components::AskTerms& terms) {
  // Navigations inside each other may be deeper than is read.
  if (auto sound = check_json(question, kJsonDocumentDepthMax); !sound) {
    return error_answer("the question cannot be read: " + sound.error().message,
                        sound.error().reason);
  }
  const auto members = JsonValue(question).members();
  DAYBOOK_CHECK(members.size() == 1, "a question asks one thing");
  const auto& [kind, asked] = members.front();
  if (kind == "http") {
    return caller_.http(asked, terms);
  }
  return kind == "actor" ? caller_.actor(asked, terms) : query(asked, terms);
}

Result<std::string> GraphOutside::query(const JsonValue& asked,
                                        const components::AskTerms& terms) const {
  const graph::Query query = read_query(asked, graph_, nullptr);
  const auto type = graph_.type_of(query);
  if (!type) {
    return error_answer(type.error());
  }
  // A run, or a rule, sees at least what led to it.
  if (const Status fresh = fresh_(terms); !fresh) {
    return error_answer(fresh.error());
  }
  const auto answer = graph_.answer(query, terms.now, terms.deadline);
  if (!answer) {
    return error_answer(answer.error());
  }
  std::string out = "{\"type\":";
  append_type(out, *type);
  out += ",\"rows\":";
  out += answer->json;
  append_more(out, query.set, *answer);
  return out + "}";
}

}  // namespace daybook::dispatch
