#include "tools/daybook/stopped_log.h"

#include <system_error>

#include "log/newest.h"
#include "log/unfinished.h"

namespace daybook::cli {

namespace {

// "data-dir" misspelt must not look like a damaged directory.
Status check_there(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) {
    return fail(Code::kNotFound, "NO_LOG", "no log in " + path.string(), "--data-dir");
  }
  return {};
}

// Nobody follows it.
log::RocksLogOptions without_tail() {
  log::RocksLogOptions out;
  out.tail_bytes = 0;
  return out;
}

}  // namespace

Result<std::unique_ptr<StoppedLog>> StoppedLog::open(const std::filesystem::path& path) {
  std::unique_ptr<StoppedLog> out(new StoppedLog);
  DAYBOOK_TRY(check_there(path));
  DAYBOOK_ASSIGN(out->data_dir_, log::DataDir::open(path, out->clock_, {.create = false}));
  DAYBOOK_ASSIGN(out->log_, log::RocksLog::open_to_read(*out->data_dir_, without_tail()));
  return out;
}

Result<std::unique_ptr<StoppedLog>> StoppedLog::open_to_write(const std::filesystem::path& path) {
  DAYBOOK_ASSIGN(auto out, open(path));
  DAYBOOK_TRY(log::NewestRead(*out->log_, kStartReadRecords).finish());
  DAYBOOK_ASSIGN(out->log_, log::RocksLog::open_to_write(std::move(out->log_)));
  return out;
}

Result<std::unique_ptr<StoppedLog>> StoppedLog::open_to_import(const std::filesystem::path& path) {
  std::unique_ptr<StoppedLog> out(new StoppedLog);
  DAYBOOK_ASSIGN(out->data_dir_,
                 log::DataDir::open(path, out->clock_, {.create = true, .unfinished = true}));
  DAYBOOK_ASSIGN(const std::string work, log::unfinished_work(path));
  out->was_unfinished_ = work == log::kWorkImport;
  if (!out->was_unfinished_) {
    DAYBOOK_TRY(log::check_finished(path));
    DAYBOOK_TRY(log::mark_unfinished(path, log::kWorkImport));
  }
  DAYBOOK_ASSIGN(out->log_, log::RocksLog::open(*out->data_dir_, without_tail()));
  return out;
}

Status StoppedLog::finished() {
  return log::mark_finished(data_dir_->path());
}

}  // namespace daybook::cli
