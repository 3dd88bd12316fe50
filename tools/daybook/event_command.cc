#include <CLI/CLI.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/positive.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

struct EventListOptions {
  std::size_t limit = 50;
  std::string after;
  std::string before;
  bool oldest = false;
  std::string job;
  std::string definition;
  std::string component;
  std::string actor;
  std::string request;
  std::string type;
  std::string since;
  std::string until;
};

// Newest first, as who looks wants to know what happened last; what follows a place is read on from
// there.
Status list_events(const Session& session, const EventListOptions& options) {
  const bool newest = !options.oldest && options.after.empty();
  ListRequest request{.path = "/resources/events",
                      .collection = "events",
                      .query = {{"order", newest ? "newest" : "oldest"},
                                {"jobId", options.job},
                                {"jobDefinitionId", options.definition},
                                {"componentId", options.component},
                                {"actor", options.actor},
                                {"requestId", options.request},
                                {"type", options.type},
                                {"from", options.since},
                                {"to", options.until}},
                      .limit = options.limit,
                      .after = newest ? options.before : options.after,
                      .cursor = newest ? "before" : "after"};
  return print_list(session, request,
                    {{number_column("SEQ"), "seq"},
                     {time_column("TIME"), "time"},
                     {{"EVENT"}, "type"},
                     {text_column("BY", 8, 1), "actor"},
                     {text_column("DATA", 30), "data"}});
}

void add_filters(CLI::App& verb, EventListOptions& options) {
  verb.add_option("--job", options.job, "Only events of this job");
  verb.add_option("--definition", options.definition, "Only events of this job definition");
  verb.add_option("--component", options.component, "Only events of this component");
  verb.add_option("--type", options.type,
                  "Only events of this type, like JobCreated; several with commas");
  verb.add_option("--actor", options.actor, "Only what this one caused");
  verb.add_option("--request", options.request, "Only what the request with this id caused");
  verb.add_option("--since", options.since, "A time, inclusive");
  verb.add_option("--until", options.until, "A time, exclusive");
}

}  // namespace

void add_event_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "event", "The events of the log");
  auto options = std::make_shared<EventListOptions>();
  auto& verb =
      add_verb(noun, "list", "List events, the newest first",
               {"event list --definition hourly-sync --since 2025-11-15T00:00Z",
                "event list --type JobFailed,JobCancelled", "event list --after 1200 --limit 100",
                "event list --job 019a8a3c-6c00-7000-8000-000000000017 --oldest -o json"});
  add_filters(verb, *options);
  auto* after = verb.add_option("--after", options->after,
                                "Those behind this sequence number, the oldest first");
  auto* before = verb.add_option("--before", options->before, "Those before this sequence number")
                     ->excludes(after);
  verb.add_flag("--oldest", options->oldest, "The oldest first")->excludes(before);
  verb.add_option("--limit", options->limit, "Rows at most")->check(positive());
  verb.callback([&session, options] {
    session.action = [&session, options] { return list_events(session, *options); };
  });
}

}  // namespace daybook::cli
