#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/named_resource.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

const NamedResource kDefinition = {.noun = "definition",
                                   .thing = "job definition",
                                   .path = "/resources/job-definitions",
                                   .collection = "jobDefinitions",
                                   .example = "nightly-report",
                                   .deleted = "Its pending jobs fail when they come due.",
                                   .columns = {{{"DEFINITION"}, "jobDefinitionId"},
                                               {text_column("COMPONENT", 12), "componentId"},
                                               {number_column("ATTEMPTS", 2), "retry.maxAttempts"},
                                               {{"PAUSED"}, "paused"},
                                               {time_column("UPDATED", 1), "updatedAt"},
                                               {text_column("NAME", 8, 3), "displayName"}}};

struct DefinitionPut {
  std::string id;
  std::string json_file;
  std::vector<std::string> reset;
  std::string component;
  std::string display_name;
  std::string timeout;
  std::string lease;
  std::string retention;
  std::optional<std::int64_t> attempts;
  std::optional<std::int64_t> concurrency;
  std::optional<std::int64_t> priority;
  bool paused = false;
};

const std::vector<std::string> kDefinitionResets = {
    "displayName", "retry",     "retry.maxAttempts", "retry.backoff", "timeout", "leaseDuration",
    "concurrency", "rateLimit", "priority",          "retention",     "paused",  "onFailure"};

void put_options(boost::json::object& spec, const DefinitionPut& put) {
  set_text(spec, "componentId", put.component);
  set_text(spec, "displayName", put.display_name);
  set_text(spec, "timeout", put.timeout);
  set_text(spec, "leaseDuration", put.lease);
  set_text(spec, "retention", put.retention);
  if (put.attempts) {
    auto* retry = spec.if_contains("retry");
    if (retry == nullptr || !retry->is_object()) {
      spec["retry"] = boost::json::object();
    }
    spec["retry"].get_object()["maxAttempts"] = *put.attempts;
  }
  if (put.concurrency) {
    spec["concurrency"] = *put.concurrency;
  }
  if (put.priority) {
    spec["priority"] = *put.priority;
  }
  if (put.paused) {
    spec["paused"] = true;
  }
}

Status put_definition(const Session& session, const DefinitionPut& put) {
  DAYBOOK_ASSIGN(boost::json::object named, read_spec(session.env, put.json_file));
  put_options(named, put);
  DAYBOOK_TRY(reset_members(named, put.reset));
  DAYBOOK_ASSIGN(Client client, session.client());
  const std::string target = kDefinition.target_of(put.id);
  if (put.json_file.empty()) {
    auto changed = client.request("PATCH", target, named);
    if (changed || changed.error().code != Code::kNotFound) {
      DAYBOOK_ASSIGN(const boost::json::value answer, std::move(changed));
      print_members(session, answer);
      return {};
    }
    named = merge_patch({}, named);
  }
  DAYBOOK_ASSIGN(const boost::json::value answer, client.request("PUT", target, named));
  print_members(session, answer);
  return {};
}

void add_definition_put(CLI::App& noun, Session& session) {
  auto put = std::make_shared<DefinitionPut>();
  auto& verb =
      add_verb(noun, "put", "Create a job definition, or change what is named of one",
               {"definition put nightly-report --component report",
                "definition put hourly-sync --component sync --max-attempts 5 --timeout 10m",
                "definition put hourly-sync --concurrency 2 --reset timeout",
                "definition put hourly-sync --json hourly-sync.json"});
  verb.add_option("id", put->id, "The definition's id")->required();
  auto* whole = verb.add_option("--json", put->json_file, kJsonHelp);
  verb.add_option("--reset", put->reset, "Give this member its default again; repeatable")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(kDefinitionResets))
      ->excludes(whole);
  verb.add_option("--component", put->component, "The component that it runs");
  verb.add_option("--display-name", put->display_name, "Name for people");
  verb.add_option("--max-attempts", put->attempts, "Attempts of a job, the first included");
  verb.add_option("--timeout", put->timeout, "Longest run of an attempt, like 90s or 1.5h");
  verb.add_option("--lease", put->lease, "How long a worker holds a job without a heartbeat");
  verb.add_option("--retention", put->retention, "How long an ended job stays in the lists");
  verb.add_option("--concurrency", put->concurrency, "Jobs that run at once");
  verb.add_option("--priority", put->priority, "Higher starts first");
  verb.add_flag("--paused", put->paused, "Start no jobs");
  verb.callback([&session, put] {
    session.action = [&session, put] { return put_definition(session, *put); };
  });
}

// Changes nothing but this, whatever else is being changed.
void add_pause(CLI::App& noun, Session& session, bool paused) {
  auto id = std::make_shared<std::string>();
  const std::string name = paused ? "pause" : "resume";
  auto& verb = add_verb(noun, name,
                        paused ? "Start no more jobs of a job definition until it is resumed"
                               : "Start jobs of a paused job definition again",
                        {"definition " + name + " nightly-report"});
  verb.add_option("id", *id, "The definition's id")->required();
  verb.callback([&session, id, paused] {
    session.action = [&session, id, paused]() -> Status {
      DAYBOOK_ASSIGN(Client client, session.client());
      DAYBOOK_ASSIGN(const boost::json::value answer,
                     client.request("PATCH", kDefinition.target_of(*id),
                                    boost::json::object{{"paused", paused}}));
      if (session.wants_json()) {
        session.print_json(answer);
      } else {
        session.env.out << (paused ? "paused " : "resumed ") << *id << '\n';
      }
      return {};
    };
  });
}

}  // namespace

void add_definition_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "definition", "Job definitions: which component, and how it is run");
  add_list_verb(noun, session, kDefinition);
  add_get_verb(noun, session, kDefinition);
  add_definition_put(noun, session);
  add_pause(noun, session, true);
  add_pause(noun, session, false);
  add_delete_verb(noun, session, kDefinition);
}

}  // namespace daybook::cli
