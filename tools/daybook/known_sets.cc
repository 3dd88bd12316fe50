#include "tools/daybook/known_sets.h"

#include <utility>

#include <boost/json.hpp>

#include "graph/own_sets.h"
#include "graph/set.h"
#include "tools/daybook/graph_settings.h"

namespace daybook::cli {

namespace {

class TypesOnly final : public graph::Set {
 public:
  using Set::Set;
  Result<std::unique_ptr<graph::Rows>> open(const graph::Ask&) const override {
    return fail(Code::kUnsupported, "NO_ROWS", "rows are not known here");
  }
};

using Object = boost::json::object;

std::string text_in(const Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

// The objects of a list; none when it is not there.
std::vector<const Object*> objects_in(const Object& object, std::string_view name) {
  std::vector<const Object*> out;
  const auto* value = object.if_contains(name);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (const auto* element = (*list)[i].if_object()) {
      out.push_back(element);
    }
  }
  return out;
}

std::vector<std::string> texts_in(const Object& object, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(name);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (const auto* text = (*list)[i].if_string()) {
      out.emplace_back(*text);
    }
  }
  return out;
}

// A type of a newer server may be any JSON here.
graph::Type read_type(const Object& from);

std::vector<graph::Field> read_fields(const Object& from) {
  std::vector<graph::Field> out;
  for (const Object* field : objects_in(from, "fields")) {
    out.push_back({text_in(*field, "name"), read_type(*field)});
  }
  return out;
}

// JSON is read to a depth that has an end, and so has this.
graph::Type read_type(const Object& from) {
  const std::string name = text_in(from, "type");
  for (const auto kind : {graph::Kind::kText, graph::Kind::kNumber, graph::Kind::kBool,
                          graph::Kind::kUuid, graph::Kind::kInstant}) {
    if (name == graph::kind_name(kind)) {
      graph::Type out = graph::type_of(kind);
      out.values = texts_in(from, "values");
      return out;
    }
  }
  if (name == graph::kind_name(graph::Kind::kRecord)) {
    return graph::record_of(read_fields(from));
  }
  const auto* element = from.if_contains("element");
  return element != nullptr && element->is_object()
             ? graph::list_of(read_type(element->get_object()))
             : graph::type_of(graph::Kind::kValue);
}

// As GET /resources/graph/meta says it.
graph::SetSchema read_schema(const Object& from) {
  graph::SetSchema out;
  out.name = text_in(from, "edge");
  out.record = graph::record_of(read_fields(from));
  out.key = texts_in(from, "key");
  out.indexed = texts_in(from, "indexed");
  out.order = text_in(from, "orderBy");
  for (const Object* navigation : objects_in(from, "navigations")) {
    graph::Navigation to;
    to.name = text_in(*navigation, "name");
    to.set = text_in(*navigation, "edge");
    const auto* many = navigation->if_contains("many");
    to.many = many != nullptr && many->is_bool() && many->get_bool();
    for (const Object* pair : objects_in(*navigation, "on")) {
      to.on.emplace_back(text_in(*pair, "from"), text_in(*pair, "to"));
    }
    out.navigations.push_back(std::move(to));
  }
  return out;
}

}  // namespace

Status KnownSets::add(graph::SetSchema schema) {
  return graph_.add(std::make_unique<TypesOnly>(std::move(schema)));
}

Status KnownSets::close(bool open) {
  open_ = open;
  DAYBOOK_TRY(graph_.check_navigations());
  types_ = std::make_unique<dispatch::GraphSets>(graph_);
  return {};
}

Result<std::unique_ptr<KnownSets>> KnownSets::of_file(const std::string& config_file) {
  std::unique_ptr<KnownSets> out(new KnownSets);
  for (graph::SetSchema& schema : graph::own_schemas()) {
    DAYBOOK_TRY(out->add(std::move(schema)));
  }
  if (!config_file.empty()) {
    DAYBOOK_ASSIGN(std::vector<graph::SetConfig> sets, read_graph_file(config_file));
    for (graph::SetConfig& set : sets) {
      DAYBOOK_TRY(out->add(std::move(set.schema)));
    }
  }
  DAYBOOK_TRY(out->close(config_file.empty()));
  return out;
}

Result<std::unique_ptr<KnownSets>> KnownSets::of_server(Client& client) {
  DAYBOOK_ASSIGN(const boost::json::value meta, client.get("/resources/graph/meta"));
  std::unique_ptr<KnownSets> out(new KnownSets);
  if (meta.is_object()) {
    for (const Object* set : objects_in(meta.get_object(), "sets")) {
      DAYBOOK_TRY(out->add(read_schema(*set)));
    }
  }
  DAYBOOK_TRY(out->close(false));
  return out;
}

const reactor::SetType* KnownSets::find(std::string_view name) const {
  const reactor::SetType* found = types_->find(name);
  if (found == nullptr) {
    unknown_.emplace(name);
  }
  return found;
}

graph::Query KnownSets::query_of(const JsonValue& asked) const {
  return dispatch::read_query(asked, graph_);
}

Result<std::string> KnownSets::type_of(const graph::Query& query) const {
  DAYBOOK_ASSIGN(const graph::Type type, graph_.type_of(query));
  return dispatch::type_text(type);
}

}  // namespace daybook::cli
