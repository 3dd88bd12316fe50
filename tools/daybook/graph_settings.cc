#include "tools/daybook/graph_settings.h"

#include <algorithm>
#include <array>
#include <optional>

#include "graph/limits.h"
#include "tools/daybook/settings_file.h"

namespace daybook::cli {

namespace {

using graph::Kind;
using graph::SetConfig;
using graph::SourceKind;
using graph::Type;

constexpr std::array kPlainKinds = {Kind::kText, Kind::kNumber,  Kind::kBool,
                                    Kind::kUuid, Kind::kInstant, Kind::kValue};

class SetReader {
 public:
  explicit SetReader(std::string file) : file_(std::move(file)) {}

  Result<SetConfig> read(const std::string& name, const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return refuse(node, "graph." + name + " must be a table");
    }
    SetConfig out;
    out.schema.name = name;
    DAYBOOK_TRY(read_source(*table, out));
    const toml::node* fields = table->get("fields");
    if (fields == nullptr || !fields->is_table()) {
      return refuse(fields == nullptr ? node : *fields,
                    "'fields' must be a table like { orderNumber = \"text\" }");
    }
    DAYBOOK_ASSIGN(out.schema.record, read_type(*fields, 1));
    DAYBOOK_TRY(read_rest(*table, out));
    if (const Status sound = graph::check_config(out); !sound) {
      return refuse(node, sound.error().field + ": " + sound.error().message);
    }
    return out;
  }

 private:
  tl::unexpected<Error> refuse(const toml::node& node, const std::string& why) const {
    return fail(Code::kInvalid, "BAD_SETTING", why,
                file_ + ":" + std::to_string(node.source().begin.line));
  }

  Result<std::string> text(const toml::node& node, std::string_view name) const {
    const auto* value = node.as_string();
    if (value == nullptr) {
      return refuse(node, "'" + std::string(name) + "' must be a text");
    }
    return value->get();
  }

  // The names that each kind of source has beside those of all sets.
  static std::vector<std::string_view> names_of(SourceKind kind) {
    switch (kind) {
      case SourceKind::kHttp:
        return {"url", "headers"};
      case SourceKind::kPostgres:
        return {"connection", "table"};
      default:
        return {"file"};
    }
  }

  Status read_source(const toml::table& table, SetConfig& out) const {
    const toml::node* source = table.get("source");
    const auto kind = source == nullptr ? std::nullopt : source->value<std::string>();
    if (kind == "http") {
      out.source = SourceKind::kHttp;
    } else if (kind == "postgres") {
      out.source = SourceKind::kPostgres;
    } else if (kind == "ndjson") {
      out.source = SourceKind::kNdjson;
    } else {
      return refuse(source == nullptr ? static_cast<const toml::node&>(table) : *source,
                    "'source' must be \"http\", \"postgres\" or \"ndjson\"");
    }
    return {};
  }

  Status read_rest(const toml::table& table, SetConfig& out) const {
    const auto own = names_of(out.source);
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (name == "source" || name == "fields") {
        continue;
      }
      const bool common =
          name == "key" || name == "navigate" || name == "orderBy" || name == "description";
      if (!common && std::find(own.begin(), own.end(), name) == own.end()) {
        return refuse(node, "unknown setting '" + name + "' of a set");
      }
      DAYBOOK_TRY(read_member(name, node, out));
    }
    return {};
  }

  Status read_member(const std::string& name, const toml::node& node, SetConfig& out) const {
    if (name == "key") {
      return read_key(node, out);
    }
    if (name == "navigate") {
      return read_navigations(node, out);
    }
    if (name == "headers") {
      return read_pairs(node, name, out.headers);
    }
    DAYBOOK_ASSIGN(std::string value, text(node, name));
    if (name == "file") {
      out.file = std::filesystem::path(file_).parent_path() / value;
    } else if (name == "url") {
      out.url = std::move(value);
    } else if (name == "connection") {
      out.connection = std::move(value);
    } else if (name == "table") {
      out.table = std::move(value);
    } else {
      (name == "orderBy" ? out.schema.order : out.schema.what) = std::move(value);
    }
    return {};
  }

  // "orderNumber" or ["orderNumber", "line"].
  Status read_key(const toml::node& node, SetConfig& out) const {
    const toml::array* list = node.as_array();
    if (list == nullptr) {
      DAYBOOK_ASSIGN(std::string path, text(node, "key"));
      out.schema.key.push_back(std::move(path));
      return {};
    }
    for (const toml::node& element : *list) {
      DAYBOOK_ASSIGN(std::string path, text(element, "key"));
      out.schema.key.push_back(std::move(path));
    }
    return {};
  }

  Status read_pairs(const toml::node& node, const std::string& name,
                    std::vector<std::pair<std::string, std::string>>& out) const {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return refuse(node, "'" + name + "' must be a table of texts");
    }
    for (const auto& [key, value] : *table) {
      DAYBOOK_ASSIGN(std::string to, text(value, key.str()));
      out.emplace_back(std::string(key.str()), std::move(to));
    }
    return {};
  }

  // { lines = { set = "orderLines", on = { orderNumber = "orderNumber" }, many = true } }
  Status read_navigations(const toml::node& node, SetConfig& out) const {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return refuse(node, "'navigate' must be a table of navigations");
    }
    for (const auto& [key, value] : *table) {
      graph::Navigation navigation;
      navigation.name = key.str();
      DAYBOOK_TRY(read_navigation(value, navigation));
      out.schema.navigations.push_back(std::move(navigation));
    }
    return {};
  }

  Status read_navigation(const toml::node& node, graph::Navigation& out) const {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return refuse(node, "a navigation is a table like { set = \"lines\", on = { id = \"id\" } }");
    }
    for (const auto& [key, value] : *table) {
      if (key.str() == "set") {
        DAYBOOK_ASSIGN(out.set, text(value, "set"));
      } else if (key.str() == "on") {
        DAYBOOK_TRY(read_pairs(value, "on", out.on));
      } else if (key.str() == "many" && value.is_boolean()) {
        out.many = value.as_boolean()->get();
      } else {
        return refuse(value, "a navigation has 'set', 'on' and 'many' (true or false), not '" +
                                 std::string(key.str()) + "'");
      }
    }
    return {};
  }

  Result<Type> read_type(const toml::node& node, std::size_t depth) const {
    if (depth > graph::kTypeDepthMax) {
      return refuse(
          node, "more than " + std::to_string(graph::kTypeDepthMax) + " types inside one another");
    }
    if (const toml::table* table = node.as_table()) {
      return read_record(*table, depth);
    }
    if (const toml::array* list = node.as_array()) {
      if (list->size() != 1) {
        return refuse(node, "a list has one type inside: [\"text\"]");
      }
      DAYBOOK_ASSIGN(Type element, read_type(*list->get(0), depth + 1));
      return graph::list_of(std::move(element));
    }
    const auto name = node.value<std::string>();
    for (const Kind kind : kPlainKinds) {
      if (name == graph::kind_name(kind)) {
        return graph::type_of(kind);
      }
    }
    return refuse(node,
                  "a type is \"text\", \"number\", \"bool\", \"uuid\", \"instant\", "
                  "\"value\", a list like [\"text\"] or a table of types");
  }

  // The fields in the order of the file; the table has them in that of their names.
  Result<Type> read_record(const toml::table& table, std::size_t depth) const {
    std::vector<std::pair<std::pair<unsigned, unsigned>, graph::Field>> placed;
    for (const auto& [key, value] : table) {
      DAYBOOK_ASSIGN(Type type, read_type(value, depth + 1));
      const toml::source_position at = key.source().begin;
      placed.push_back({{at.line, at.column}, {std::string(key.str()), std::move(type)}});
    }
    std::sort(placed.begin(), placed.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    Type out = graph::type_of(Kind::kRecord);
    for (auto& [at, field] : placed) {
      out.fields.push_back(std::move(field));
    }
    return out;
  }

  std::string file_;
};

}  // namespace

Result<std::vector<SetConfig>> read_graph_sets(const toml::node& graph,
                                               const std::string& config_file) {
  std::vector<SetConfig> out;
  const toml::table* table = graph.as_table();
  if (table == nullptr) {
    return fail(Code::kInvalid, "BAD_SETTING", "'graph' holds tables like [graph.orders]",
                config_file + ":" + std::to_string(graph.source().begin.line));
  }
  SetReader reader(config_file);
  for (const auto& [key, node] : *table) {
    DAYBOOK_ASSIGN(SetConfig set, reader.read(std::string(key.str()), node));
    out.push_back(std::move(set));
  }
  return out;
}

Result<std::vector<SetConfig>> read_graph_file(const std::string& config_file) {
  DAYBOOK_ASSIGN(const toml::table table, read_settings_file(config_file));
  const toml::node* graph = table.get("graph");
  return graph == nullptr ? std::vector<SetConfig>() : read_graph_sets(*graph, config_file);
}

}  // namespace daybook::cli
