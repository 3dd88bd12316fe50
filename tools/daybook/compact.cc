#include "tools/daybook/compact.h"

#include <boost/json.hpp>

#include "base/hex.h"
#include "log/archive.h"
#include "replay/as_of.h"
#include "replay/prefix_log.h"
#include "scheduler/recover.h"
#include "tools/daybook/engine.h"
#include "tools/daybook/resource_list.h"
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

struct Cut {
  Seq through;
  Hash chain{};
};

Result<Cut> find_cut(log::Log& log, const CompactOptions& options) {
  DAYBOOK_ASSIGN(const auto point, replay::parse_point(options.through, "--through"));
  DAYBOOK_ASSIGN(const Seq at, replay::find_seq(log, point));
  if (at < log.first()) {
    return fail(Code::kInvalid, "NOTHING_TO_ARCHIVE", "no event of the log is that old",
                "--through");
  }
  Cut cut;
  DAYBOOK_ASSIGN(cut.through, batch_end(log, at));
  if (cut.through < log.first()) {
    return fail(Code::kInvalid, "NOTHING_TO_ARCHIVE", "no whole batch is that old", "--through");
  }
  DAYBOOK_ASSIGN(cut.chain, replay::chain_at(log, cut.through));
  return cut;
}

// Starts the engine without its edges: it recovers, records the trim, and writes views and a
// snapshot when it stops.
Result<Cut> record_trim(const CompactOptions& options) {
  EngineOptions wanted;
  wanted.data_dir = options.data_dir;
  wanted.create = false;
  wanted.listen = false;
  wanted.run_jobs = false;
  DAYBOOK_ASSIGN(const auto engine, Engine::start(std::move(wanted)));
  DAYBOOK_ASSIGN(const Cut cut, find_cut(engine->log(), options));
  DAYBOOK_ASSIGN(const scheduler::Reply reply, engine->sequencer().call(scheduler::RecordTrim{
                                                   cut.through, cut.chain, options.archive}));
  DAYBOOK_TRY(engine->views().wait_for(reply.last, kViewsWait));
  engine->stop();
  return cut;
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

}  // namespace

Status compact(const Session& session, const CompactOptions& options) {
  std::error_code bad;
  if (std::filesystem::exists(options.archive, bad)) {
    return fail(Code::kConflict, "FILE_EXISTS", options.archive + " exists; it is not overwritten");
  }
  {
    DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(options.data_dir));
    DAYBOOK_TRY(find_cut(stopped->log(), options));  // refuse before anything is recorded
  }
  DAYBOOK_ASSIGN(const Cut cut, record_trim(options));
  DAYBOOK_ASSIGN(const auto stopped, StoppedLog::open(options.data_dir));
  DAYBOOK_TRY(check_snapshot(*stopped, cut.through));
  DAYBOOK_ASSIGN(const log::ArchiveInfo info,
                 log::archive_prefix(stopped->log(), cut.through, options.archive));
  print_members(session, boost::json::object{{"archive", options.archive},
                                             {"firstSeq", info.first.value},
                                             {"lastSeq", info.last.value},
                                             {"hash", to_hex(info.chain)},
                                             {"bytes", info.bytes}});
  return {};
}

}  // namespace daybook::cli
