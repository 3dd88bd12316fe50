#include "tools/daybook/archive_command.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/hex.h"
#include "log/data_dir.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/compact.h"
#include "tools/daybook/resource_list.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {

namespace {

void add_compact(CLI::App& noun, Session& session) {
  auto options = std::make_shared<CompactOptions>();
  auto& verb = add_verb(noun, "compact",
                        "Move the oldest events of a stopped server's log into an archive file",
                        {"log compact --data-dir /var/lib/daybook --through 2025-10-01T00:00:00Z "
                         "--archive 2025-09.archive"});
  verb.add_option("--data-dir", options->data_dir, "Data directory of a stopped server")
      ->required();
  verb.add_option("--through", options->through, "Last event to go: a sequence number or a time")
      ->required();
  verb.add_option("--archive", options->archive, "New file that keeps them")->required();
  verb.add_flag("--accept-clock-jump", options->accept_clock_jump,
                "The last event is more than 90 days old, and the clock is right");
  verb.callback([&session, options] {
    session.action = [&session, options] { return compact(session, *options); };
  });
}

struct RestoreChoice {
  std::string data_dir;
  std::string file;
};

Status restore_archive(const Session& session, const RestoreChoice& choice) {
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open_to_write(choice.data_dir));
  DAYBOOK_ASSIGN(const log::ArchiveInfo info, log::restore_archive(stopped->log(), choice.file));
  print_archive(session, choice.file, info);
  return {};
}

void add_restore(CLI::App& noun, Session& session) {
  auto choice = std::make_shared<RestoreChoice>();
  auto& verb = add_verb(noun, "restore-archive",
                        "Put the events of an archive back into a stopped server's log; of several "
                        "archives the newest first",
                        {"log restore-archive 2025-09.archive --data-dir /var/lib/daybook"});
  verb.add_option("file", choice->file, "The archive that ends right before the log begins")
      ->required();
  verb.add_option("--data-dir", choice->data_dir, "Data directory of a stopped server")->required();
  verb.callback([&session, choice] {
    session.action = [&session, choice] { return restore_archive(session, *choice); };
  });
}

}  // namespace

void print_archive(const Session& session, const std::string& file, const log::ArchiveInfo& info) {
  print_members(session, boost::json::object{{"archive", file},
                                             {"logId", log::to_text(info.id)},
                                             {"firstSeq", info.first.value},
                                             {"lastSeq", info.last.value},
                                             {"hash", to_hex(info.chain)},
                                             {"bytes", info.bytes},
                                             {"storedBytes", info.stored_bytes}});
}

void add_archive_commands(CLI::App& noun, Session& session) {
  add_compact(noun, session);
  add_restore(noun, session);
}

}  // namespace daybook::cli
