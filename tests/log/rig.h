// What the tests of the log share: temporary directories, groups of real events, logs opened in one
// line.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "events/group.h"
#include "log/archive.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"

namespace daybook::log::rig {

inline const SystemClock kClock;

// A directory of its own that goes away with the object.
class TempDir {
 public:
  // Under `parent`; else in memory when there is room, or in the directory for temporary files.
  explicit TempDir(const std::filesystem::path& parent = {});
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// A group of `batches` batches of `per_batch` JobCreated events each, continuing a log at (last,
// chain).
events::Group make_group(Seq last, const Hash& chain, int batches, int per_batch = 1,
                         std::size_t parameter_bytes = 20);
events::Group next_group(const Log& log, int batches, int per_batch = 1,
                         std::size_t parameter_bytes = 20);

// Small reserve and no watermark, so that a test needs no large disk.
DataDirOptions small_options();

// An open data directory and its log.
struct Opened {
  std::unique_ptr<DataDir> dir;
  std::unique_ptr<RocksLog> log;

  void close() {
    log.reset();
    dir.reset();
  }
};
Result<Opened> try_open(const std::filesystem::path& path, const RocksLogOptions& options = {});
// Fails the test when it cannot be opened.
Opened must_open(const std::filesystem::path& path, const RocksLogOptions& options = {});

// The stored bytes of every record, until the end or the first error (then `error` says which).
struct ReadAll {
  std::vector<std::vector<std::uint8_t>> records;
  std::string error;
};
ReadAll read_all(Log& log);

void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to);
std::string slurp(const std::filesystem::path& path);
void spill(const std::filesystem::path& path, std::string_view bytes);
// The files in the directory with that extension, by name.
std::vector<std::filesystem::path> files_with(const std::filesystem::path& directory,
                                              std::string_view extension);

// Writes the archive, then trims the log, as `daybook log compact` does.
inline Result<ArchiveInfo> archive_prefix(RocksLog& log, Seq through,
                                          const std::filesystem::path& file) {
  DAYBOOK_ASSIGN(const ArchiveInfo info, write_archive(log, through, file));
  DAYBOOK_TRY(log.trim(through));
  return info;
}

}  // namespace daybook::log::rig
