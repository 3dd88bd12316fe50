#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/time_text.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/job_run.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/positive.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

const std::string kJobsPath = "/resources/jobs";
constexpr const char* kExampleJob = "019a8a3c-6c00-7000-8000-000000000017";

std::string target_of(const std::string& id) {
  return kJobsPath + "/" + escape_segment(id);
}

void add_run(CLI::App& noun, Session& session) {
  auto options = std::make_shared<RunOptions>();
  auto& verb = add_verb(
      noun, "run", "Schedule a job",
      {"job run nightly-report --param day=2025-11-15",
       "job run hourly-sync --param full:=true --run-at 2025-11-16T02:00:00Z",
       "job run hourly-sync --params-json '{\"shops\": [1, 2]}' --run-at +15m --tag manual",
       "job run nightly-report --wait --timeout 5m"});
  verb.add_option("definition", options->definition, "The job definition's id")->required();
  // Each option takes one value, so that what follows is never mistaken for another.
  verb.add_option("--param", options->parameters, "name=text, or name:=json; repeatable")
      ->allow_extra_args(false);
  verb.add_option("--params-json", options->parameters_json, "All parameters as JSON, or @file");
  verb.add_option("--run-at", options->run_at,
                  "A time, UTC unless it ends in an offset, or +duration; absent: now");
  verb.add_option("--priority", options->priority, "Higher starts first");
  verb.add_option("--tag", options->tags, "A word to find the job by; repeatable")
      ->allow_extra_args(false);
  verb.add_option("--unique-key", options->unique_key,
                  "Refuse when a live job of the definition has the same key");
  verb.add_option("--idempotency-key", options->idempotency_key,
                  "Repeating with the same key gives the first outcome");
  verb.add_flag("--wait", options->wait, "Wait for the end; exit code 9 unless it completed");
  verb.add_option("--timeout", options->timeout, "How long --wait waits");
  verb.callback([&session, options] {
    session.action = [&session, options] { return run_job(session, *options); };
  });
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    out += (out.empty() ? "" : ",") + word;
  }
  return out;
}

struct JobListOptions {
  ListRequest request;
  std::string definition;
  std::vector<std::string> statuses;
  std::string tag;
  std::string error_code;
  std::string parent;
  std::string order;
  std::string created_after;
  std::string created_before;
  std::string run_after;
  std::string run_before;
  std::string finished_after;
  std::string finished_before;
};

Status list_jobs(const Session& session, JobListOptions options) {
  options.request.path = kJobsPath;
  options.request.collection = "jobs";
  options.request.fields = true;
  options.request.query = {
      {"jobDefinitionId", options.definition},
      {"status", joined(options.statuses)},
      {"tag", options.tag},
      {"errorCode", options.error_code},
      {"parentJobId", options.parent},
      {"createdAfter", options.created_after},
      {"createdBefore", options.created_before},
      {"runAfter", options.run_after},
      {"runBefore", options.run_before},
      {"finishedAfter", options.finished_after},
      {"finishedBefore", options.finished_before},
      {"order", options.order},
  };
  return print_list(session, options.request,
                    {{{"JOB"}, "jobId"},
                     {text_column("DEFINITION", 8, 3), "jobDefinitionId"},
                     {{"STATUS"}, "status"},
                     {number_column("ATTEMPT", 1), "attempt"},
                     {time_column("RUN AT", 2), "runAt"},
                     {time_column("FINISHED"), "finishedAt"},
                     {text_column("ERROR", 12), "error.message"}});
}

void add_job_list(CLI::App& noun, Session& session) {
  auto options = std::make_shared<JobListOptions>();
  auto& verb = add_verb(
      noun, "list", "List jobs",
      {"job list --status pending,running", "job list --definition hourly-sync --limit 200",
       "job list --error-code LEASE_EXPIRED --order=-finishedAt", "job list --tag manual -o json"});
  verb.add_option("--status", options->statuses,
                  "Only jobs in this state: pending, running, completed, failed or cancelled; "
                  "several with commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"pending", "running", "completed", "failed", "cancelled"}));
  verb.add_option("--definition", options->definition, "Only jobs of this definition");
  verb.add_option("--tag", options->tag, "Only jobs with this tag");
  verb.add_option("--error-code", options->error_code, "Only jobs that failed with this error");
  verb.add_option("--parent", options->parent, "Only jobs that this job made");
  verb.add_option("--created-after", options->created_after, "A time, inclusive");
  verb.add_option("--created-before", options->created_before, "A time, exclusive");
  verb.add_option("--run-after", options->run_after, "Due at that time or later");
  verb.add_option("--run-before", options->run_before, "Due before that time");
  verb.add_option("--finished-after", options->finished_after, "Ended at that time or later");
  verb.add_option("--finished-before", options->finished_before, "Ended before that time");
  verb.add_option(
          "--order", options->order,
          "createdAt, runAt or finishedAt; with - before it (--order=-runAt) the last first")
      ->check(CLI::IsMember(
          {"createdAt", "-createdAt", "runAt", "-runAt", "finishedAt", "-finishedAt"}));
  verb.add_option("--limit", options->request.limit, "Rows at most")->check(positive());
  verb.add_option("--after", options->request.after, "Cursor of an earlier page");
  verb.callback([&session, options] {
    session.action = [&session, options] { return list_jobs(session, *options); };
  });
}

using ByJob = std::function<Status(const Session&, const std::string&)>;

void add_by_id(CLI::App& noun, Session& session, const std::string& name, const std::string& what,
               ByJob act) {
  auto id = std::make_shared<std::string>();
  auto& verb = add_verb(noun, name, what, {"job " + name + " " + kExampleJob});
  verb.add_option("id", *id, "The job's id")->required();
  verb.callback([&session, id, act = std::move(act)] {
    session.action = [&session, id, act] { return act(session, *id); };
  });
}

Status cancel_job(const Session& session, const std::string& id, bool force) {
  DAYBOOK_ASSIGN(Client client, session.client());
  std::optional<boost::json::value> body;
  if (force) {
    body = boost::json::object{{"force", true}};
  }
  DAYBOOK_ASSIGN(const boost::json::value answer,
                 client.request("POST", target_of(id) + "/cancel", body));
  if (session.wants_json()) {
    print_members(session, answer);
  } else {
    session.env.out << (cell(answer, "status") == "cancelled" ? "cancelled: " : "asked to stop: ")
                    << id << '\n';
  }
  return {};
}

void add_cancel(CLI::App& noun, Session& session) {
  struct Cancel {
    std::string id;
    bool force = false;
  };
  auto cancel = std::make_shared<Cancel>();
  auto& verb = add_verb(noun, "cancel", "Cancel a pending job, ask a running one to stop",
                        {std::string("job cancel ") + kExampleJob + " --force"});
  verb.add_option("id", cancel->id, "The job's id")->required();
  verb.add_flag("--force", cancel->force,
                "Cancel a running one too: its attempt is over at once, whoever runs it");
  verb.callback([&session, cancel] {
    session.action = [&session, cancel] { return cancel_job(session, cancel->id, cancel->force); };
  });
}

Status retry_job(const Session& session, const std::string& id) {
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value job, client.request("POST", target_of(id) + "/retry"));
  if (session.wants_json()) {
    session.print_json(job);
  } else {
    session.env.out << cell(job, "jobId") << '\n';
  }
  return {};
}

Status job_events(const Session& session, const std::string& id) {
  return print_list(session,
                    {.path = target_of(id) + "/events",
                     .collection = "events",
                     .query = {},
                     .limit = 10'000,
                     .after = {},
                     .go_on = "event list --job " + id + " --after"},
                    {{number_column("SEQ"), "seq"},
                     {time_column("TIME"), "time"},
                     {{"EVENT"}, "type"},
                     {text_column("BY", 8, 2), "actor"},
                     {number_column("ATTEMPT", 1), "data.attempt"},
                     {text_column("DATA", 30), "data"}});
}

void add_wait(CLI::App& noun, Session& session) {
  struct Wait {
    std::string id;
    std::string timeout = "1h";
  };
  auto wait = std::make_shared<Wait>();
  auto& verb = add_verb(noun, "wait", "Wait for the end of a job; exit code 9 unless it completed",
                        {std::string("job wait ") + kExampleJob + " --timeout 5m"});
  verb.add_option("id", wait->id, "The job's id")->required();
  verb.add_option("--timeout", wait->timeout, "How long to wait");
  verb.callback([&session, wait] {
    session.action = [&session, wait]() -> Status {
      DAYBOOK_ASSIGN(const Duration timeout, parse_duration(wait->timeout, "--timeout"));
      DAYBOOK_ASSIGN(Client client, session.client());
      DAYBOOK_ASSIGN(const boost::json::value job,
                     wait_for_end(client, wait->id, std::chrono::microseconds(timeout.value)));
      print_members(session, job);
      return check_completed(job);
    };
  });
}

void add_delete(CLI::App& noun, Session& session) {
  struct Delete {
    std::string id;
    bool remove = false;
  };
  auto options = std::make_shared<Delete>();
  auto& verb =
      add_verb(noun, "delete", "Cancel a pending job, or remove an ended one from the lists",
               {std::string("job delete ") + kExampleJob,
                std::string("job delete ") + kExampleJob + " --remove"});
  verb.add_option("id", options->id, "The job's id")->required();
  verb.add_flag("--remove", options->remove,
                "Remove an ended job, a cancelled one too; never cancels one");
  verb.callback([&session, options] {
    session.action = [&session, options] {
      const std::string query = options->remove ? "?remove=true" : "";
      return delete_resource(session, target_of(options->id) + query, "job " + options->id);
    };
  });
}

}  // namespace

void add_job_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "job", "Jobs: schedule, follow, cancel");
  add_run(noun, session);
  add_job_list(noun, session);
  add_by_id(noun, session, "get", "Show a job", [](const Session& s, const std::string& id) {
    return print_resource(s, target_of(id));
  });
  add_by_id(noun, session, "events", "The full history of a job", job_events);
  add_wait(noun, session);
  add_cancel(noun, session);
  add_by_id(noun, session, "retry", "Schedule an ended job again, as a new one", retry_job);
  add_delete(noun, session);
}

}  // namespace daybook::cli
