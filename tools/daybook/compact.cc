#include "tools/daybook/compact.h"

#include <algorithm>

#include "base/limits/disk.h"
#include "log/archive.h"
#include "projections/views.h"
#include "replay/as_of.h"
#include "scheduler/decide.h"
#include "scheduler/recover.h"
#include "tools/daybook/archive_command.h"
#include "tools/daybook/engine.h"
#include "tools/daybook/start_look.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {

namespace {

constexpr std::chrono::minutes kViewsWait{60};

// The last event that ends a batch and is not after `at`.
Result<Seq> batch_end(log::Log& log, Seq at) {
  DAYBOOK_ASSIGN(const auto cursor, log.read(at));
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool found, cursor->next(record));
  if (!found) {
    return fail(Code::kInvalid, "BEYOND_END", "the log does not reach that far", "--through");
  }
  const auto& header = record.header;
  return header.batch_index + 1 == header.batch_count ? at : Seq{at.value - header.batch_index - 1};
}

Result<Seq> find_cut(log::Log& log, const CompactOptions& options) {
  DAYBOOK_ASSIGN(const auto point, replay::parse_point(options.through, "--through"));
  DAYBOOK_ASSIGN(const Seq at, replay::find_seq(log, point));
  if (at < log.first()) {
    return fail(Code::kInvalid, "NOTHING_TO_ARCHIVE", "no event of the log is that old",
                "--through");
  }
  DAYBOOK_ASSIGN(const Seq through, batch_end(log, at));
  if (through < log.first()) {
    return fail(Code::kInvalid, "NOTHING_TO_ARCHIVE", "no whole batch is that old", "--through");
  }
  return through;
}

// What the sequencer would refuse, before anything is written.
Status check_trim(StoppedLog& stopped, Seq through, bool accept_clock_jump) {
  DAYBOOK_ASSIGN(const scheduler::Recovered recovered,
                 scheduler::recover(stopped.log(), snapshots_path(stopped.data_dir().path())));
  const scheduler::State& state = recovered.state;
  DAYBOOK_TRY(check_clock(stopped.clock(), state, accept_clock_jump));
  const scheduler::Context context{
      state, std::max(state.time(), state.offsets().at_wall(stopped.clock().wall())),
      next(state.applied()), nullptr};
  scheduler::Decision decision;
  return scheduler::decide(context, scheduler::RecordTrim{through, {}, {}}, decision);
}

// Starts the engine without its edges: it recovers, records the trim, and writes views and a
// snapshot when it stops.
Status record_trim(const CompactOptions& options, const log::ArchiveInfo& archive) {
  EngineOptions wanted;
  wanted.data_dir = options.data_dir;
  wanted.create = false;
  wanted.listen = false;
  wanted.run_jobs = false;
  wanted.accept_clock_jump = options.accept_clock_jump;
  // It takes no work, and what it does makes room.
  wanted.disk_floor = kDiskFloorBytesMin;
  DAYBOOK_ASSIGN(const auto engine, Engine::start(std::move(wanted)));
  DAYBOOK_ASSIGN(const scheduler::Reply reply, engine->sequencer().call(scheduler::RecordTrim{
                                                   archive.last, archive.chain, options.archive}));
  DAYBOOK_TRY(engine->views().wait_for(reply.last, kViewsWait));
  engine->stop();
  return {};
}

// Without a sound snapshot beyond the cut the state could not be recovered from what is left.
Status check_snapshot(StoppedLog& stopped, Seq through) {
  const auto snapshots = snapshots_path(stopped.data_dir().path());
  DAYBOOK_ASSIGN(const scheduler::Recovered recovered,
                 scheduler::recover(stopped.log(), snapshots));
  if (recovered.snapshot < through) {
    return fail(Code::kUnavailable, "NO_SNAPSHOT",
                "no snapshot of the state reaches beyond " + std::to_string(through.value) +
                    "; nothing was removed");
  }
  return {};
}

// Nor could views that do not reach beyond it go on (I16).
Status check_views(StoppedLog& stopped, Seq through) {
  const auto directory = stopped.data_dir().views_path();
  DAYBOOK_ASSIGN(const auto views,
                 projections::Views::open({.directory = directory}, stopped.log()));
  if (views->durable() < through) {
    return fail(Code::kUnavailable, "VIEWS_LAG",
                "the views on disk do not reach beyond " + std::to_string(through.value) +
                    "; nothing was removed");
  }
  return {};
}

}  // namespace

Status compact(const Session& session, const CompactOptions& options) {
  log::ArchiveInfo info;
  {
    DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(options.data_dir));
    DAYBOOK_ASSIGN(const Seq through, find_cut(stopped->log(), options));
    DAYBOOK_TRY(check_trim(*stopped, through, options.accept_clock_jump));
    DAYBOOK_ASSIGN(info, log::write_archive(stopped->log(), through, options.archive));
  }
  DAYBOOK_TRY(record_trim(options, info));
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open_to_write(options.data_dir));
  DAYBOOK_TRY(check_snapshot(*stopped, info.last));
  DAYBOOK_TRY(check_views(*stopped, info.last));
  DAYBOOK_TRY(stopped->log().trim(info.last));
  print_archive(session, options.archive, info);
  return {};
}

}  // namespace daybook::cli
