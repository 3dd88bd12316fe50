#include <CLI/CLI.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

struct ListOptions {
  ListRequest request;
  std::string job;
  std::string type;
};

Status list_events(const Session& session, ListOptions options) {
  options.request.path = "/resources/events";
  options.request.collection = "events";
  options.request.query = {{"jobId", options.job}, {"type", options.type}};
  return print_list(session, options.request,
                    {{{"SEQ", Table::Align::kRight}, "seq"},
                     {{"TIME"}, "time"},
                     {{"EVENT"}, "type"},
                     {{"BY"}, "actor"},
                     {{"DATA"}, "data"}});
}

}  // namespace

void add_event_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "event", "The events of the log");
  auto options = std::make_shared<ListOptions>();
  auto& verb = add_verb(noun, "list", "List events in log order",
                        {"event list --after 1200 --limit 100", "event list --type JobFailed",
                         "event list --job 019a8a3c-6c00-7000-8000-000000000017 -o json"});
  verb.add_option("--after", options->request.after, "Sequence number to begin after");
  verb.add_option("--limit", options->request.limit, "Rows at most")->check(CLI::PositiveNumber);
  verb.add_option("--job", options->job, "Only events of this job");
  verb.add_option("--type", options->type, "Only events of this type, like JobCreated");
  verb.callback([&session, options] {
    session.action = [&session, options] { return list_events(session, *options); };
  });
}

}  // namespace daybook::cli
