#include "tools/daybook/stopped_log.h"

namespace daybook::cli {

Result<std::unique_ptr<StoppedLog>> StoppedLog::open(const std::filesystem::path& path,
                                                     bool create) {
  std::unique_ptr<StoppedLog> out(new StoppedLog);
  if (!create) {
    // Opening would make a log where none is, and reading an empty log looks like success.
    DAYBOOK_ASSIGN(const auto identity, log::read_identity(path));
    if (!identity) {
      return fail(Code::kNotFound, "NO_LOG", "no log in " + path.string(), "--data-dir");
    }
  }
  DAYBOOK_ASSIGN(out->data_dir_, log::DataDir::open(path, out->clock_, {.create = create}));
  DAYBOOK_ASSIGN(out->log_, log::RocksLog::open(*out->data_dir_));
  return out;
}

}  // namespace daybook::cli
