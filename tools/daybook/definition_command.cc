#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/resource_list.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

const std::string kPath = "/resources/job-definitions";

std::string target_of(const std::string& id) {
  return kPath + "/" + escape_segment(id, true);
}

struct Put {
  std::string id;
  std::string json_file;
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

boost::json::object merged(boost::json::object spec, const Put& put) {
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
  return spec;
}

Status put_definition(const Session& session, const Put& put) {
  DAYBOOK_ASSIGN(boost::json::object spec, read_spec(session.env, put.json_file));
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value answer,
                 client.request("PUT", target_of(put.id), merged(std::move(spec), put)));
  print_members(session, answer);
  return {};
}

void add_put(CLI::App& noun, Session& session) {
  auto put = std::make_shared<Put>();
  auto& verb =
      add_verb(noun, "put", "Create or change a job definition",
               {"definition put nightly-report --component report",
                "definition put hourly-sync --component sync --max-attempts 5 --timeout 10m",
                "definition put hourly-sync --json hourly-sync.json"});
  verb.add_option("id", put->id, "The definition's id")->required();
  verb.add_option("--json", put->json_file,
                  "File with the whole spec as JSON, - for standard input");
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

void add_list(CLI::App& noun, Session& session) {
  auto request = std::make_shared<ListRequest>();
  request->path = kPath;
  request->collection = "jobDefinitions";
  auto& verb = add_verb(noun, "list", "List job definitions",
                        {"definition list", "definition list -o json"});
  verb.add_option("--limit", request->limit, "Rows at most")->check(CLI::PositiveNumber);
  verb.add_option("--after", request->after, "Cursor of an earlier page");
  verb.callback([&session, request] {
    session.action = [&session, request] {
      return print_list(session, *request,
                        {{{"DEFINITION"}, "jobDefinitionId"},
                         {{"COMPONENT"}, "componentId"},
                         {{"ATTEMPTS", Table::Align::kRight}, "retry.maxAttempts"},
                         {{"PAUSED"}, "paused"},
                         {{"UPDATED"}, "updatedAt"},
                         {{"NAME"}, "displayName"}});
    };
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
      DAYBOOK_ASSIGN(
          const boost::json::value answer,
          client.request("PATCH", target_of(*id), boost::json::object{{"paused", paused}}));
      if (session.wants_json()) {
        session.print_json(answer);
      } else {
        session.env.out << (paused ? "paused " : "resumed ") << *id << '\n';
      }
      return {};
    };
  });
}

void add_by_id(CLI::App& noun, Session& session, bool remove) {
  auto id = std::make_shared<std::string>();
  const std::string name = remove ? "delete" : "get";
  auto& verb = add_verb(noun, name,
                        remove ? "Delete a job definition; its pending jobs fail when they come due"
                               : "Show a job definition",
                        {"definition " + name + " nightly-report"});
  verb.add_option("id", *id, "The definition's id")->required();
  verb.callback([&session, id, remove] {
    session.action = [&session, id, remove] {
      return remove ? delete_resource(session, target_of(*id), "definition " + *id,
                                      " Its pending jobs fail when they come due.")
                    : print_resource(session, target_of(*id));
    };
  });
}

}  // namespace

void add_definition_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "definition", "Job definitions: which component, and how it is run");
  add_list(noun, session);
  add_by_id(noun, session, false);
  add_put(noun, session);
  add_pause(noun, session, true);
  add_pause(noun, session, false);
  add_by_id(noun, session, true);
}

}  // namespace daybook::cli
