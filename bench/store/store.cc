#include "bench/store/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ostream>
#include <system_error>

#include "base/clock.h"
#include "bench/load/elapsed.h"
#include "bench/load/machine.h"
#include "bench/store/generator.h"
#include "log/data_dir.h"
#include "log/files.h"
#include "log/rocks_log.h"
#include "log/unfinished.h"
#include "projections/views.h"
#include "scheduler/snapshot.h"

namespace daybook::bench {
namespace {

constexpr std::string_view kMaking = "store";
constexpr std::chrono::milliseconds kViewsLook{200};
constexpr std::chrono::hours kFoldPatience{12};

using Steady = std::chrono::steady_clock;

Status begin(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::exists(directory, error) && !std::filesystem::is_empty(directory, error)) {
    return fail(Code::kConflict, "DIRECTORY_NOT_EMPTY",
                directory.string() + " is there and not empty: remove it, or name another");
  }
  DAYBOOK_TRY(log::make_private_directory(directory));
  return log::mark_unfinished(directory, kMaking);
}

// All that was written without a sync.
Status sync_all(const std::filesystem::path& directory) {
  DAYBOOK_ASSIGN(const log::Descriptor fd, log::open_file(directory, O_RDONLY | O_DIRECTORY));
  return syncfs(fd.get()) == 0 ? Status() : fail(log::file_error("cannot sync", directory, errno));
}

// The log and the snapshot of its state.
Status write_log(const MakeStore& what, log::RocksLog& log, Numbers& out) {
  SeededEntropy entropy(what.store.seed);
  Recorder recorder(log, entropy);
  DAYBOOK_TRY(recorder.start());
  const auto began = Steady::now();
  const double cpu_before = thread_cpu_seconds();
  Generator generator(what.store, recorder, entropy, what.progress);
  DAYBOOK_TRY(generator.run());
  DAYBOOK_TRY(recorder.finish());
  const double took = seconds_since(began);
  const double cpu = thread_cpu_seconds() - cpu_before;
  const auto events = static_cast<double>(log.last().value);
  out.push_back({"events", events});
  out.push_back({"jobs_ended", static_cast<double>(what.store.jobs)});
  out.push_back({"jobs_removed", static_cast<double>(generator.removed())});
  out.push_back({"jobs_pending", static_cast<double>(recorder.state().pending_count())});
  out.push_back({"log_seconds", took});
  out.push_back({"log_events_per_second", events / took});
  out.push_back({"decide_cpu_us_per_event", cpu * 1e6 / events});
  out.push_back({"append_cpu_us_per_event", recorder.append_cpu_seconds() * 1e6 / events});
  const auto metrics = log.metrics();
  out.push_back({"log_stall_seconds", static_cast<double>(metrics.stall_us) / 1e6});
  out.push_back({"raw_bytes_per_event", static_cast<double>(metrics.bytes) / events});

  const std::filesystem::path snapshots = what.directory / "snapshots";
  DAYBOOK_TRY(log::make_private_directory(snapshots));
  const auto snapshot_began = Steady::now();
  DAYBOOK_TRY(scheduler::write_snapshot(recorder.state(), log.last(), recorder.chain(), snapshots));
  out.push_back({"snapshot_seconds", seconds_since(snapshot_began)});
  out.push_back({"snapshot_mib", mib(disk_bytes(snapshots))});
  return {};
}

Status fold_views(const MakeStore& what, const std::filesystem::path& directory, log::Log& log,
                  Numbers& out) {
  const auto began = Steady::now();
  projections::ViewsOptions options;
  options.directory = directory;
  DAYBOOK_ASSIGN(const auto views, projections::Views::open(options, log));
  DAYBOOK_TRY(views->start());
  const Seq last = log.last();
  for (const auto patience = began + kFoldPatience; !views->wait_for(last, kViewsLook);) {
    for (const auto& one : views->status()) {
      if (one.state == projections::ProjectionState::kFailed || Steady::now() > patience) {
        return fail(Code::kUnavailable, "PROJECTION_FAILED", one.name + ": " + one.error);
      }
    }
    if (what.progress) {
      what.progress(views->applied().value, last.value);
    }
  }
  DAYBOOK_TRY(views->flush());
  views->stop();
  const double took = seconds_since(began);
  out.push_back({"views_seconds", took});
  out.push_back({"views_events_per_second", static_cast<double>(last.value) / took});
  return {};
}

}  // namespace

Result<Numbers> make_store(const MakeStore& what) {
  DAYBOOK_TRY(check(what.store));
  DAYBOOK_TRY(begin(what.directory));
  const SystemClock clock;
  log::DataDirOptions directory;
  directory.unfinished = true;
  DAYBOOK_ASSIGN(const auto data, log::DataDir::open(what.directory, clock, directory));
  Numbers out;
  std::uint64_t events = 0;
  {
    log::RocksLogOptions options;
    options.unsafe_no_sync = true;  // sync_all() does for all
    options.tail_bytes = 0;
    DAYBOOK_ASSIGN(const auto log, log::RocksLog::open(*data, options));
    DAYBOOK_TRY(write_log(what, *log, out));
    events = log->last().value;
    if (what.views) {
      DAYBOOK_TRY(fold_views(what, data->views_path(), *log, out));
    }
  }
  const auto syncing = Steady::now();
  DAYBOOK_TRY(sync_all(what.directory));
  out.push_back({"sync_seconds", seconds_since(syncing)});
  const auto per_event = [&](std::uint64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(events);
  };
  out.push_back({"log_disk_bytes_per_event", per_event(disk_bytes(data->log_path()))});
  if (what.views) {
    out.push_back({"views_disk_bytes_per_event", per_event(disk_bytes(data->views_path()))});
  }
  DAYBOOK_TRY(log::mark_finished(what.directory));
  DAYBOOK_ASSIGN(const std::uint64_t resident, resident_bytes(getpid()));
  out.push_back({"resident_mib", mib(resident)});
  return out;
}

Status bench_store(const StoreBenchOptions& options, std::ostream& out) {
  const StoreOptions& store = options.make.store;
  const std::filesystem::path beside =
      std::filesystem::absolute(options.make.directory).parent_path();
  Report report("store", beside);
  report.parameter("store", store_key(store));
  report.parameter("views", options.make.views ? "on" : "off");
  DAYBOOK_TRY(check(store));
  DAYBOOK_TRY(log::make_private_directory(beside));
  DAYBOOK_TRY(report.probe());
  DAYBOOK_ASSIGN(Numbers numbers, make_store(options.make));
  report.add_run(std::move(numbers));
  const Micros now = SystemClock().wall();
  out << report.json(now) << "\n";
  return options.json.empty() ? Status() : report.append_to(options.json, now);
}

}  // namespace daybook::bench
