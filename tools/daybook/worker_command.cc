#include <CLI/CLI.hpp>

#include "base/limits/dispatch.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

void add_worker_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "worker", "Outside processes that lease jobs");
  auto& verb = add_verb(noun, "list", "List the workers that were seen lately", {"worker list"});
  verb.callback([&session] {
    session.action = [&session] {
      return print_list(session,
                        {.path = "/resources/workers",
                         .collection = "workers",
                         .query = {},
                         .limit = kWorkersMax,
                         .after = {}},
                        {{{"WORKER"}, "workerId"},
                         {time_column("LAST SEEN"), "lastSeen"},
                         {number_column("LEASED"), "leased"},
                         {text_column("DEFINITIONS", 20), "definitions"}});
    };
  });
}

}  // namespace daybook::cli
