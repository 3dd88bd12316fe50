#include "tools/daybook/start_files.h"

#include <string>
#include <system_error>

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

Status copy_views(const fs::path& data, const fs::path& to) {
  std::error_code error;
  fs::copy(views_path(data), views_path(to), fs::copy_options::recursive, error);
  return error ? Status(copy_failed(views_path(to), error)) : Status();
}

// Only what recovers is worth a place: an unsound snapshot is passed over, as a start does.
Status copy_snapshot(log::Log& log, const fs::path& data, const fs::path& to) {
  std::error_code error;
  const fs::path folder = snapshots_path(to);
  fs::create_directories(folder, error);
  for (const fs::path& file : scheduler::list_snapshots(snapshots_path(data))) {
    const fs::path copy = folder / file.filename();
    if (!error) {
      fs::copy_file(file, copy, error);
    }
    if (error) {
      return copy_failed(copy, error);
    }
    const auto recovered = scheduler::recover(log, folder);
    if (recovered && recovered->snapshot.value != 0) {
      return {};
    }
    fs::remove(copy, error);
  }
  return error ? Status(copy_failed(folder, error)) : Status();
}

}  // namespace

Status check_start(log::Log& log, const fs::path& data) {
  DAYBOOK_TRY(scheduler::recover(log, snapshots_path(data)));
  DAYBOOK_TRY(projections::Views::open({.directory = views_path(data)}, log));
  return {};
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
