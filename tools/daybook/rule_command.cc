#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/named_resource.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

const NamedResource kRule = {.noun = "rule",
                             .thing = "rule",
                             .path = "/resources/rules",
                             .collection = "rules",
                             .example = "after-pick",
                             .deleted = "It runs for nothing any more.",
                             .columns = {{{"RULE"}, "ruleId"},
                                         {text_column("COMPONENTS", 20), "components"},
                                         {time_column("UPDATED", 1), "updatedAt"},
                                         {text_column("NAME", 8, 2), "displayName"}}};

struct RulePut {
  std::string id;
  std::string json_file;
  std::vector<std::string> reset;
  std::string display_name;
  std::string parameters;
  std::vector<std::string> components;
};

// The members that the command line names, over the file's.
Result<boost::json::object> rule_members(const Session& session, const RulePut& put) {
  DAYBOOK_ASSIGN(boost::json::object spec, read_spec(session.env, put.json_file));
  set_text(spec, "displayName", put.display_name);
  DAYBOOK_TRY(reset_members(spec, put.reset));
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

Status put_rule(const Session& session, const RulePut& put) {
  DAYBOOK_ASSIGN(boost::json::object spec, rule_members(session, put));
  DAYBOOK_ASSIGN(Client client, session.client());
  const std::string target = kRule.target_of(put.id);
  if (put.json_file.empty()) {
    DAYBOOK_ASSIGN(boost::json::object stored, stored_at(client, target));
    spec = merge_patch(std::move(stored), spec);
  }
  DAYBOOK_ASSIGN(const boost::json::value answer, client.request("PUT", target, std::move(spec)));
  print_members(session, answer);
  return {};
}

void add_rule_put(CLI::App& noun, Session& session) {
  auto put = std::make_shared<RulePut>();
  auto& verb = add_verb(noun, "put", "Create a rule, or change what is named of one",
                        {"rule put after-pick --component pack.hrule",
                         "rule put after-pick --component pack.hrule --parameters "
                         "'{\"delay\": \"15 seconds\"}'",
                         "rule put after-pick --json after-pick.json"});
  verb.add_option("id", put->id, "The rule's id")->required();
  auto* whole = verb.add_option("--json", put->json_file, kJsonHelp);
  verb.add_option("--reset", put->reset, "Take this member away")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"displayName"}))
      ->excludes(whole);
  auto* components =
      verb.add_option("--component", put->components,
                      "What it runs; several run in this order, and instead of those it had");
  verb.add_option("--parameters", put->parameters, "JSON object that each --component is given")
      ->needs(components);
  verb.add_option("--display-name", put->display_name, "Name for people");
  verb.callback(
      [&session, put] { session.action = [&session, put] { return put_rule(session, *put); }; });
}

}  // namespace

void add_rule_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "rule", "Rules: components that run when something happens");
  add_list_verb(noun, session, kRule);
  add_get_verb(noun, session, kRule);
  add_rule_put(noun, session);
  add_delete_verb(noun, session, kRule);
}

}  // namespace daybook::cli
