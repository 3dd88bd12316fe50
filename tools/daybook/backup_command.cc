#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/hex.h"
#include "log/backup.h"
#include "log/data_dir.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/resource_list.h"
#include "tools/daybook/start_files.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {

namespace {

struct BackupOptions {
  std::string data_dir;
  std::string directory;
};

void print_backup(const Session& session, const log::BackupInfo& info,
                  const std::string& directory) {
  boost::json::object out{{"directory", directory},          {"logId", log::to_text(info.id)},
                          {"firstSeq", info.first.value},    {"lastSeq", info.head.seq.value},
                          {"hash", to_hex(info.head.chain)}, {"filesBeside", info.beside.size()}};
  // Earlier releases made such backups.
  if (info.first > Seq{1} && info.beside.empty()) {
    out["needs"] = "its archives, before it starts: see log restore-archive";
  }
  print_members(session, out);
}

Status back_up(const Session& session, const BackupOptions& options) {
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(options.data_dir));
  const auto beside = [&](const std::filesystem::path& to) {
    return copy_start_files(stopped->log(), stopped->data_dir().path(), to);
  };
  DAYBOOK_ASSIGN(const log::BackupInfo info,
                 log::backup(stopped->log(), options.directory, beside));
  print_backup(session, info, options.directory);
  return {};
}

Status restore_backup(const Session& session, const BackupOptions& options) {
  DAYBOOK_ASSIGN(const log::BackupInfo info, log::restore(options.directory, options.data_dir));
  print_backup(session, info, options.data_dir);
  if (info.first > Seq{1}) {
    DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(options.data_dir));
    return check_start(stopped->log(), stopped->data_dir().path());
  }
  return {};
}

Status verify_backup(const Session& session, const BackupOptions& options) {
  DAYBOOK_ASSIGN(const log::BackupInfo info, log::verify_backup(options.directory));
  print_backup(session, info, options.directory);
  return {};
}

}  // namespace

void add_backup_commands(CLI::App& root, Session& session) {
  auto options = std::make_shared<BackupOptions>();
  auto& backup = add_verb(
      root, "backup",
      "Copy the log of a stopped server, with all that a start needs, into a new directory, and "
      "verify the copy",
      {"backup --data-dir /var/lib/daybook --to /backup/2025-11-16"});
  backup.add_option("--data-dir", options->data_dir, "Data directory")->required();
  backup.add_option("--to", options->directory, "New or empty directory")->required();
  backup.callback([&session, options] {
    session.action = [&session, options] { return back_up(session, *options); };
  });
  auto from = std::make_shared<BackupOptions>();
  auto verify_only = std::make_shared<bool>(false);
  auto& restore =
      add_verb(root, "restore", "Make a data directory from a backup, or only verify it",
               {"restore --from /backup/2025-11-16 --data-dir /var/lib/daybook",
                "restore --from /backup/2025-11-16 --verify-only"});
  restore.add_option("--from", from->directory, "Directory of the backup")->required();
  auto* target = restore.add_option("--data-dir", from->data_dir, "New or empty directory");
  restore.add_flag("--verify-only", *verify_only, "Read the backup from end to end, write nothing")
      ->excludes(target);
  restore.callback([&session, from, verify_only] {
    if (from->data_dir.empty() && !*verify_only) {
      throw CLI::RequiredError("--data-dir or --verify-only");
    }
    session.action = [&session, from, verify_only] {
      return *verify_only ? verify_backup(session, *from) : restore_backup(session, *from);
    };
  });
}

}  // namespace daybook::cli
