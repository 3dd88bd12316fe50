#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/resource_list.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

const std::string kPath = "/resources/rules";

std::string target_of(const std::string& id) {
  return kPath + "/" + escape_segment(id, true);
}

struct Put {
  std::string id;
  std::string json_file;
  std::string display_name;
  std::string parameters;
  std::vector<std::string> components;
};

Result<boost::json::object> spec_of(const Session& session, const Put& put) {
  DAYBOOK_ASSIGN(boost::json::object spec, read_spec(session.env, put.json_file));
  set_text(spec, "displayName", put.display_name);
  if (put.components.empty()) {
    return spec;
  }
  DAYBOOK_ASSIGN(const boost::json::value parameters,
                 parse_json(put.parameters.empty() ? "{}" : put.parameters, "--parameters"));
  if (!parameters.is_object()) {
    return fail(Code::kInvalid, "BAD_JSON", "is not a JSON object", "--parameters");
  }
  boost::json::array components;
  for (const std::string& component : put.components) {
    components.push_back(
        boost::json::object{{"componentId", component}, {"parameters", parameters}});
  }
  spec["components"] = std::move(components);
  return spec;
}

Status put_rule(const Session& session, const Put& put) {
  DAYBOOK_ASSIGN(boost::json::object spec, spec_of(session, put));
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value answer,
                 client.request("PUT", target_of(put.id), std::move(spec)));
  print_members(session, answer);
  return {};
}

void add_put(CLI::App& noun, Session& session) {
  auto put = std::make_shared<Put>();
  auto& verb = add_verb(noun, "put", "Create or change a rule",
                        {"rule put after-pick --component pack.hrule",
                         "rule put after-pick --component pack.hrule --parameters "
                         "'{\"delay\": \"15 seconds\"}'",
                         "rule put after-pick --json after-pick.json"});
  verb.add_option("id", put->id, "The rule's id")->required();
  verb.add_option("--json", put->json_file,
                  "File with the whole spec as JSON, - for standard input");
  verb.add_option("--component", put->components, "What it runs; several run in this order");
  verb.add_option("--parameters", put->parameters, "JSON object that each --component is given");
  verb.add_option("--display-name", put->display_name, "Name for people");
  verb.callback(
      [&session, put] { session.action = [&session, put] { return put_rule(session, *put); }; });
}

void add_list(CLI::App& noun, Session& session) {
  auto request = std::make_shared<ListRequest>();
  request->path = kPath;
  request->collection = "rules";
  auto& verb = add_verb(noun, "list", "List rules", {"rule list", "rule list -o json"});
  verb.add_option("--limit", request->limit, "Rows at most")->check(CLI::PositiveNumber);
  verb.add_option("--after", request->after, "Cursor of an earlier page");
  verb.callback([&session, request] {
    session.action = [&session, request] {
      return print_list(session, *request,
                        {{{"RULE"}, "ruleId"},
                         {{"COMPONENTS"}, "components"},
                         {{"UPDATED"}, "updatedAt"},
                         {{"NAME"}, "displayName"}});
    };
  });
}

void add_by_id(CLI::App& noun, Session& session, bool remove) {
  auto id = std::make_shared<std::string>();
  const std::string name = remove ? "delete" : "get";
  auto& verb =
      add_verb(noun, name, remove ? "Delete a rule: it runs for nothing any more" : "Show a rule",
               {"rule " + name + " after-pick"});
  verb.add_option("id", *id, "The rule's id")->required();
  verb.callback([&session, id, remove] {
    session.action = [&session, id, remove] {
      return remove ? delete_resource(session, target_of(*id), "rule " + *id)
                    : print_resource(session, target_of(*id));
    };
  });
}

}  // namespace

void add_rule_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "rule", "Rules: components that run when something happens");
  add_list(noun, session);
  add_by_id(noun, session, false);
  add_put(noun, session);
  add_by_id(noun, session, true);
}

}  // namespace daybook::cli
