// The log of a data directory whose server is stopped, for commands that work on it directly. The
// directory stays locked, so no server can start on it meanwhile. One thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"

namespace daybook::cli {

class StoppedLog {
 public:
  // To read: the directory stays byte for byte as it is. kConflict "DATA_DIR_IN_USE" while a server
  // runs on it; kNotFound "NO_LOG".
  static Result<std::unique_ptr<StoppedLog>> open(const std::filesystem::path& path);
  // To write. Before it does, it reads what a start reads of the log.
  static Result<std::unique_ptr<StoppedLog>> open_to_write(const std::filesystem::path& path);
  // To write an export into it: a new directory, one that ends before the export, or one in which
  // an import did not end. Marks it as unfinished; finished() takes the mark away.
  static Result<std::unique_ptr<StoppedLog>> open_to_import(const std::filesystem::path& path);

  Status finished();
  // What it holds is what an import that did not end left there.
  bool was_unfinished() const { return was_unfinished_; }

  const SystemClock& clock() const { return clock_; }
  const log::DataDir& data_dir() const { return *data_dir_; }
  log::RocksLog& log() { return *log_; }

 private:
  StoppedLog() = default;

  SystemClock clock_;
  std::unique_ptr<log::DataDir> data_dir_;
  std::unique_ptr<log::RocksLog> log_;
  bool was_unfinished_ = false;
};

// What a start reads of the log before it writes, in a fraction of a second; `daybook log verify`
// reads it all.
inline constexpr std::uint64_t kStartReadRecords = 1'000'000;

// Where snapshots of the decision state are.
inline std::filesystem::path snapshots_path(const std::filesystem::path& data_dir) {
  return data_dir / "snapshots";
}

}  // namespace daybook::cli
