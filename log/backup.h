// Copies of a whole log: a backup is a data directory with a marker, so it can be verified and
// opened like one.
//
// A backup without its marker file is not a backup: the marker is written last, after the copy was
// read from end to end. What did not end says so (log/unfinished.h), and is refused by whoever
// would open it; doing the same again begins anew. Directories and files are the owner's alone. The
// newest files are copied, the older ones are hard links where the file system allows, so copy a
// backup to another disk or machine before you rely on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "log/rocks_log.h"
#include "log/verify.h"

namespace daybook::log {

// A file in a backup that is not the log's: what a start needs besides where the log does not begin
// at 1. The log's folder does not know what is in it.
struct BackupFile {
  std::string path;  // from the backup's directory
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;  // CRC-32C of the whole file
};

struct BackupInfo {
  LogId id{};
  Seq first;
  Head head;                       // of the last record in it
  std::vector<BackupFile> beside;  // by path
};

// Adds files to a backup, in folders of their own beside `log`.
using AddBeside = std::function<Status(const std::filesystem::path& backup)>;

// Backs up a running log into `to`, which must be empty or absent. Any thread; appends go on
// meanwhile. `add` is called when the log's copy was read; what it adds is noted in the marker,
// byte for byte. kConflict "DIRECTORY_NOT_EMPTY"; kCorrupt "BACKUP_DAMAGED" when the copy does not
// verify.
Result<BackupInfo> backup(RocksLog& log, const std::filesystem::path& to,
                          const AddBeside& add = {});

// What the marker says. kNotFound "NO_BACKUP" without a marker, kCorrupt "BACKUP_DAMAGED" when it
// is unreadable.
Result<BackupInfo> read_backup(const std::filesystem::path& from);

// Reads a backup, with the files beside its log, from end to end and compares with its marker.
Result<BackupInfo> verify_backup(const std::filesystem::path& from);

// Verifies the backup, copies it into `to` (empty, absent, or left by a restore that did not end),
// verifies the copy. Only regular files that belong to a log, or that the marker names, are copied;
// others, and links, are kCorrupt "BACKUP_DAMAGED".
Result<BackupInfo> restore(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace daybook::log
