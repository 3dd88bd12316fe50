#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/limits/resources.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/component_check.h"
#include "tools/daybook/component_run.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/manifest.h"
#include "tools/daybook/named_resource.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

const NamedResource kComponent = {.noun = "component",
                                  .thing = "component",
                                  .path = "/resources/components",
                                  .collection = "components",
                                  .example = "word-count",
                                  .deleted = "",
                                  .columns = {{{"COMPONENT"}, "componentId"},
                                              {{"RUNTIME"}, "runtime"},
                                              {text_column("VERSION", 8, 2), "componentVersion"},
                                              {time_column("UPDATED", 1), "updatedAt"},
                                              {text_column("NAME", 8, 3), "displayName"}}};

struct ComponentPut {
  std::string id;
  std::string json_file;
  std::vector<std::string> reset;
  std::string runtime;
  std::string code_file;
  std::string url;
  std::string display_name;
  std::string description;
  std::string version;
  std::vector<std::string> command;
  CheckOptions options;
  bool check = false;
};

// The names that `component check` is given without a spec: files, or one stored component. A
// command is only a command when a runtime or an id that is no file's says so.
std::vector<std::string> names_to_check(const ComponentPut& put) {
  std::vector<std::string> out;
  const bool bare = put.json_file.empty() && put.code_file.empty() && put.runtime.empty() &&
                    put.url.empty() && (put.command.empty() || names_a_file(put.id));
  if (put.check && bare) {
    out.push_back(put.id);
    out.insert(out.end(), put.command.begin(), put.command.end());
  }
  return out;
}

const std::vector<std::string> kComponentResets = {"displayName", "description",
                                                   "componentVersion"};

// The members that the command line names, over the file's.
Result<boost::json::object> component_members(const Session& session, const ComponentPut& put) {
  DAYBOOK_ASSIGN(boost::json::object spec, read_spec(session.env, put.json_file));
  set_text(spec, "runtime", put.runtime);
  set_text(spec, "url", put.url);
  set_text(spec, "displayName", put.display_name);
  set_text(spec, "description", put.description);
  set_text(spec, "componentVersion", put.version);
  if (!put.code_file.empty()) {
    DAYBOOK_ASSIGN(std::string code,
                   read_code_file(".", put.code_file, true, kComponentCodeBytesMax));
    spec["code"] = std::move(code);
  }
  if (!put.command.empty()) {
    spec["command"] = boost::json::value_from(put.command);
  }
  DAYBOOK_TRY(reset_members(spec, put.reset));
  return spec;
}

// Of another runtime nothing but the texts for people has a meaning.
void leave_runtime(boost::json::object& stored) {
  boost::json::object kept;
  for (const std::string& name : kComponentResets) {
    if (const auto* value = stored.if_contains(name)) {
      kept[name] = *value;
    }
  }
  stored = std::move(kept);
}

// A file is the whole component; options change what is stored.
Result<boost::json::object> spec_of(const Session& session, const ComponentPut& put,
                                    Client& client) {
  DAYBOOK_ASSIGN(boost::json::object named, component_members(session, put));
  if (!put.json_file.empty()) {
    return named;
  }
  DAYBOOK_ASSIGN(boost::json::object spec, stored_at(client, kComponent.target_of(put.id)));
  const auto* runtime = named.if_contains("runtime");
  const auto* before = spec.if_contains("runtime");
  if (runtime != nullptr && before != nullptr && *runtime != *before) {
    leave_runtime(spec);
  }
  return merge_patch(std::move(spec), named);
}

Status put_component(const Session& session, const ComponentPut& put) {
  if (const auto names = names_to_check(put); !names.empty()) {
    return check_components(session, names, put.options);
  }
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(boost::json::object spec, spec_of(session, put, client));
  const std::string target = kComponent.target_of(put.id);
  DAYBOOK_ASSIGN(const boost::json::value answer,
                 put.check ? client.request("POST", target + "/check", std::move(spec))
                           : client.request("PUT", target, std::move(spec)));
  if (put.check && !session.wants_json()) {
    session.env.out << "no fault found\n";
    return {};
  }
  print_members(session, answer);
  return {};
}

void add_component_put(CLI::App& noun, Session& session, bool check) {
  auto put = std::make_shared<ComponentPut>();
  put->check = check;
  const std::string name = check ? "check" : "put";
  auto& verb =
      add_verb(noun, name,
               check ? "Check a component without storing it"
                     : "Create a component, or change what is named of one",
               {"component " + name + " word-count --runtime exec -- wc -w",
                "component " + name + " notify --runtime http --url https://example.com/hook",
                check ? "component check examples/page/process-orders.hreactor "
                        "examples/page/hourly-sync.hreactor --root examples/page"
                      : "component put notify --json notify.json"});
  verb.add_option(
          "id", put->id,
          check
              ? "A file in the reactor language, several, - for standard input, or a component's id"
              : "The component's id")
      ->required();
  if (check) {
    verb.add_option("--root", put->options.root,
                    "Folder that stands for all components; absent: the file's own");
    add_sets_option(verb, put->options.config);
    verb.add_flag("--ask-server", put->options.ask_server,
                  "Files are checked against the sets of the server, too");
  }
  auto* whole = verb.add_option("--json", put->json_file, kJsonHelp);
  verb.add_option("--reset", put->reset,
                  "Take this member away; repeatable. For others give the whole with --json")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(kComponentResets))
      ->excludes(whole);
  verb.add_option("--runtime", put->runtime,
                  "exec, http, worker or reactor; only for ids without an ending that says it");
  verb.add_option("--code-file", put->code_file, "File with the component's code");
  verb.add_option("--url", put->url, "Where an http component posts to");
  verb.add_option("--display-name", put->display_name, "Name for people");
  verb.add_option("--description", put->description, "What it does");
  verb.add_option("--component-version", put->version, "Version for people");
  verb.add_option("command", put->command, "Of an exec component: program and arguments, after --");
  verb.callback([&session, put] {
    session.action = [&session, put] { return put_component(session, *put); };
  });
}

}  // namespace

void add_component_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "component", "What a job runs");
  add_list_verb(noun, session, kComponent);
  add_get_verb(noun, session, kComponent);
  add_component_put(noun, session, false);
  add_component_put(noun, session, true);
  add_delete_verb(noun, session, kComponent);
  add_component_run_command(noun, session);
  add_component_repl_command(noun, session);
  add_component_test_command(noun, session);
}

}  // namespace daybook::cli
