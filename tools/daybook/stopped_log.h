// The log of a data directory whose server is stopped, for commands that read it directly. The
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
  // kConflict "DATA_DIR_IN_USE" while a server runs on it; kNotFound unless `create`.
  static Result<std::unique_ptr<StoppedLog>> open(const std::filesystem::path& path,
                                                  bool create = false);

  const SystemClock& clock() const { return clock_; }
  const log::DataDir& data_dir() const { return *data_dir_; }
  log::RocksLog& log() { return *log_; }

 private:
  StoppedLog() = default;

  SystemClock clock_;
  std::unique_ptr<log::DataDir> data_dir_;
  std::unique_ptr<log::RocksLog> log_;
};

// Where snapshots of the decision state are.
inline std::filesystem::path snapshots_path(const std::filesystem::path& data_dir) {
  return data_dir / "snapshots";
}

}  // namespace daybook::cli
