#include "tools/daybook/start_files.h"

#include <string>
#include <system_error>

#include "log/files.h"
#include "projections/views.h"
#include "scheduler/recover.h"
#include "scheduler/snapshot.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {

namespace {

namespace fs = std::filesystem;

fs::path views_path(const fs::path& data) {
  return data / "views";
}

tl::unexpected<Error> copy_failed(const fs::path& to, const std::error_code& error) {
  return fail(Code::kIo, "COPY_FAILED", to.string() + ": " + error.message());
}

// The files of the views' store: no links, nothing that RocksDB writes for people.
Status copy_views(const fs::path& data, const fs::path& to) {
  DAYBOOK_TRY(log::make_private_directory(views_path(to)));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(views_path(data), error)) {
    const std::string name = entry.path().filename().string();
    if (name != "LOCK" && !name.starts_with("LOG")) {
      DAYBOOK_TRY(log::copy_regular(entry.path(), views_path(to) / name));
    }
  }
  return error ? Status(copy_failed(views_path(data), error)) : Status();
}

// Only what recovers is worth a place: an unsound snapshot is passed over, as a start does.
Status copy_snapshot(log::Log& log, const fs::path& data, const fs::path& to) {
  std::error_code error;
  const fs::path folder = snapshots_path(to);
  DAYBOOK_TRY(log::make_private_directory(folder));
  for (const fs::path& file : scheduler::list_snapshots(snapshots_path(data))) {
    const fs::path copy = folder / file.filename();
    DAYBOOK_TRY(log::copy_regular(file, copy));
    const auto recovered = scheduler::recover(log, folder);
    if (recovered && recovered->snapshot.value != 0) {
      return {};
    }
    fs::remove(copy, error);
  }
  return {};
}

}  // namespace

Status check_start(log::Log& log, const fs::path& data) {
  DAYBOOK_TRY(scheduler::recover(log, snapshots_path(data)));
  return check_views(log, data);
}

Status check_views(log::Log& log, const fs::path& data) {
  return projections::Views::check({.directory = views_path(data)}, log);
}

Status copy_start_files(log::Log& log, const fs::path& data, const fs::path& to) {
  if (log.first() == Seq{1}) {
    return {};
  }
  DAYBOOK_TRY(copy_snapshot(log, data, to));
  DAYBOOK_TRY(copy_views(data, to));
  return check_start(log, to);
}

}  // namespace daybook::cli
