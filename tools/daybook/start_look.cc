#include "tools/daybook/start_look.h"

#include "base/limits/clock.h"
#include "base/time_text.h"
#include "graph/own_sets.h"
#include "log/memory_log.h"
#include "log/newest.h"
#include "tools/daybook/start_files.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {

Result<std::unique_ptr<log::DataDir>> open_data_dir(const EngineOptions& options,
                                                    const Clock& clock) {
  log::DataDirOptions wanted;
  wanted.create = options.create;
  wanted.watermark_bytes = options.disk_watermark;
  wanted.floor_bytes = options.disk_floor;
  wanted.reserve_bytes = 2 * log_write_buffer(options.disk_floor);
  return log::DataDir::open(options.data_dir, clock, wanted);
}

log::RocksLogOptions log_options(const EngineOptions& options) {
  log::RocksLogOptions out;
  out.write_buffer_bytes = log_write_buffer(options.disk_floor);
  out.tail_bytes = options.tail_bytes;
  return out;
}

Result<LookedAt> look_before_start(log::DataDir& dir, const EngineOptions& options,
                                   const Clock& clock) {
  LookedAt out;
  auto opened = log::RocksLog::open_to_read(dir, log_options(options));
  if (!opened && opened.error().reason == "NO_LOG") {
    return out;
  }
  DAYBOOK_ASSIGN(out.log, std::move(opened));
  // State and views may need none of it, and would not notice.
  log::NewestRead newest(*out.log, kStartReadRecords);
  auto recovered = scheduler::recover(*out.log, snapshots_path(dir.path()));
  DAYBOOK_TRY(newest.finish());
  DAYBOOK_ASSIGN(out.recovered, std::move(recovered));
  DAYBOOK_TRY(check_clock(clock, out.recovered->state, options.accept_clock_jump));
  DAYBOOK_TRY(check_views(*out.log, dir.path()));
  return out;
}

Status check_clock(const Clock& clock, const scheduler::State& state, bool accepted) {
  if (state.time().value == 0 || accepted) {
    return {};
  }
  const Micros last_event = state.offsets().wall(state.time());
  if ((clock.wall() - last_event).value <= kStartJumpMaxUs) {
    return {};
  }
  return fail(Code::kConflict, "CLOCK_JUMP",
              "the clock says " + format_time(clock.wall()) + ", at the last event it said " +
                  format_time(last_event) +
                  ": everything scheduled in between would start at once. If the clock is right, "
                  "repeat it with --accept-clock-jump");
}

// Sets are checked against each other, and Daybook's own ask views: here those of an empty log.
Status check_graph(const EngineOptions& options, const std::filesystem::path& scratch,
                   const Clock& clock) {
  if (options.graph_sets.empty()) {
    return {};
  }
  log::MemoryLog log;
  projections::ViewsOptions views_options;
  views_options.directory = scratch / "check-graph";
  DAYBOOK_ASSIGN(const auto views, projections::Views::open(views_options, log));
  graph::Graph graph(clock);
  DAYBOOK_TRY(graph::add_own_sets(graph, *views));
  for (const graph::SetConfig& config : options.graph_sets) {
    DAYBOOK_ASSIGN(std::unique_ptr<graph::Set> set, graph::make_configured_set(config));
    DAYBOOK_TRY(graph.add(std::move(set)));
  }
  return graph.check_navigations();
}

// A volume that is too small would never take a job, and nobody would see why.
Result<std::string> note_about_room(log::DataDir& dir, const EngineOptions& options) {
  DAYBOOK_ASSIGN(const log::FreeSpace free, dir.free_space());
  if (free.total_bytes < options.disk_watermark) {
    return "the file system of " + dir.path().string() + " has " +
           std::to_string(free.total_bytes) + " bytes, disk-watermark is " +
           std::to_string(options.disk_watermark) +
           ": no job will ever be taken; set disk-watermark lower, or use a larger volume";
  }
  const Status room = dir.check_space();
  return room ? std::string() : "no work is taken until there is space: " + room.error().message;
}

}  // namespace daybook::cli
