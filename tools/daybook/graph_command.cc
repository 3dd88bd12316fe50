#include <algorithm>
#include <iterator>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "graph/limits.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/graph_page.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/positive.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

struct QueryOptions {
  std::string edge;
  std::string filter;
  std::string order_by;
  std::string after;
  std::vector<std::string> fields;
  std::vector<std::string> navigate;
  std::size_t limit = graph::kGraphRowsMax;
  bool count = false;
};

boost::json::array texts(const std::vector<std::string>& list) {
  return boost::json::array(list.begin(), list.end());
}

// "definition:componentId,paused" is a navigation with its fields.
boost::json::value navigation(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  boost::json::object out{{"edge", text.substr(0, colon)}};
  if (colon < text.size()) {
    const std::vector<std::string> fields = CLI::detail::split(text.substr(colon + 1), ',');
    out["node"] = {{"fields", texts(fields)}};
  }
  return out;
}

// One page of it.
boost::json::value question(const QueryOptions& options, std::size_t limit,
                            const std::string& after) {
  boost::json::object node{{"fields", texts(options.fields)}};
  boost::json::array steps;
  for (const std::string& text : options.navigate) {
    steps.push_back(navigation(text));
  }
  node["navigate"] = std::move(steps);
  boost::json::object out{{"edge", options.edge}, {"node", std::move(node)}};
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) {
      out[name] = value;
    }
  };
  put("filter", options.filter);
  put("orderBy", options.order_by);
  put("after", after);
  out["limit"] = limit;
  if (options.count) {
    out["count"] = true;
  }
  return boost::json::array{std::move(out)};
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
  return text;
}

// Columns as they were asked for, else the members of the first node.
std::vector<ListColumn> columns_of(const QueryOptions& options, const boost::json::array& nodes) {
  std::vector<std::string> paths = options.fields;
  if (!nodes.empty() && nodes.front().is_object()) {
    for (const auto& member : nodes.front().get_object()) {
      const std::string name(member.key());
      const bool navigated = std::any_of(
          options.navigate.begin(), options.navigate.end(),
          [&](const std::string& text) { return text.substr(0, text.find(':')) == name; });
      if (options.fields.empty() || navigated) {
        paths.push_back(name);
      }
    }
  }
  std::vector<ListColumn> out;
  out.reserve(paths.size());
  for (const std::string& path : paths) {
    out.push_back({{upper(path)}, path});
  }
  return out;
}

// As many pages as the limit takes.
Result<boost::json::value> fetch_nodes(Client& client, const QueryOptions& options) {
  boost::json::object out;
  boost::json::array nodes;
  for (std::string after = options.after, last; nodes.size() < options.limit; after = last) {
    const std::size_t wanted = std::min(options.limit - nodes.size(), graph::kGraphRowsMax);
    DAYBOOK_ASSIGN(boost::json::object page, fetch_page(client, question(options, wanted, after)));
    auto got = std::move(page.at("nodes").get_array());
    std::move(got.begin(), got.end(), std::back_inserter(nodes));
    if (const auto* begin = out.if_contains("firstCursor")) {
      page["firstCursor"] = *begin;
    }
    out = std::move(page);
    last = cell(out, "lastCursor");
    if (cell(out, "more") != "true" || last.empty() || last == after) {
      break;
    }
  }
  out["nodes"] = std::move(nodes);
  return boost::json::value(std::move(out));
}

Status query_graph(const Session& session, const QueryOptions& options) {
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value list, fetch_nodes(client, options));
  if (session.wants_json()) {
    session.print_json(list);
    return {};
  }
  const auto& nodes = list.get_object().at("nodes").get_array();
  session.print_table(table_of(nodes, columns_of(options, nodes)));
  ListRequest request;
  request.limit = nodes.size();
  print_more(session.env.out, request, list, nodes.size());
  return {};
}

// "record" and "list" say what is inside.
std::string type_text(const boost::json::object& type) {
  std::string name(type.at("type").as_string());
  if (name == "list") {
    return "[" + type_text(type.at("element").as_object()) + "]";
  }
  if (name != "record") {
    return name;
  }
  std::string out;
  for (const auto& field : type.at("fields").as_array()) {
    out += out.empty() ? "{" : ", ";
    out +=
        std::string(field.as_object().at("name").as_string()) + ": " + type_text(field.as_object());
  }
  return out + "}";
}

void add_rows(Table& table, const boost::json::object& set) {
  const std::string edge(set.at("edge").as_string());
  for (const auto& field : set.at("fields").as_array()) {
    table.add({edge, std::string(field.as_object().at("name").as_string()),
               type_text(field.as_object())});
  }
  for (const auto& step : set.at("navigations").as_array()) {
    const auto& object = step.as_object();
    const std::string target(object.at("edge").as_string());
    table.add({edge, std::string(object.at("name").as_string()),
               object.at("many").as_bool() ? "-> many " + target : "-> " + target});
  }
}

Status print_meta(const Session& session) {
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value answer, client.get("/resources/graph/meta"));
  if (session.wants_json()) {
    session.print_json(answer);
    return {};
  }
  Table table({{"EDGE"}, {"NAME"}, {"TYPE"}});
  try {
    for (const auto& set : answer.as_object().at("sets").as_array()) {
      add_rows(table, set.as_object());
    }
  } catch (const std::exception&) {
    return fail(Code::kInternal, "BAD_ANSWER", "the answer is not a list of sets");
  }
  session.print_table(table);
  return {};
}

}  // namespace

void add_graph_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "graph", "Ask over jobs, definitions, components and your own sets");
  auto options = std::make_shared<QueryOptions>();
  auto& query = add_verb(
      noun, "query", "Show the rows of a set",
      {"graph query jobs --filter 'status == failed and createdAt >= now - 1 days'",
       "graph query jobs --fields jobId,error.message --order-by 'createdAt desc'",
       "graph query jobDefinitions --fields jobDefinitionId --navigate jobs:jobId,status"});
  query.add_option("edge", options->edge, "The set, like jobs")->required();
  query.add_option("--filter", options->filter, "Which rows; docs/graph.md has the language");
  query.add_option("--fields", options->fields, "Dotted paths, with commas; absent: all fields")
      ->delimiter(',');
  query.add_option("--order-by", options->order_by, "FIELD [asc|desc], several with commas");
  query.add_option("--navigate", options->navigate, "NAME or NAME:FIELD,FIELD; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  query
      .add_option("--limit", options->limit,
                  "Rows at most; of what is navigated to, the first 100 of each")
      ->check(positive());
  query.add_option("--after", options->after, "lastCursor of an earlier answer");
  query.add_flag("--count", options->count, "Say how many rows there are");
  query.callback([&session, options] {
    session.action = [&session, options] { return query_graph(session, *options); };
  });
  auto& meta = add_verb(noun, "meta", "Show the sets with their fields and navigations",
                        {"graph meta", "graph meta -o json"});
  meta.callback([&session] { session.action = [&session] { return print_meta(session); }; });
}

}  // namespace daybook::cli
