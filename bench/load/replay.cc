#include "bench/load/replay.h"

#include <chrono>

#include "base/hex.h"
#include "bench/load/engine.h"
#include "bench/store/facts.h"
#include "events/codec.h"
#include "projections/queue.h"

namespace daybook::bench {
namespace {

constexpr std::chrono::minutes kReplayViewsWait{60};

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - from_).count();
  }

 private:
  std::chrono::steady_clock::time_point from_ = std::chrono::steady_clock::now();
};

Status read_all(log::Log& log, const std::function<Status(const events::RecordView&)>& visit) {
  DAYBOOK_ASSIGN(const auto cursor, log.read(log.first()));
  events::RecordView record;
  for (;;) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      return {};
    }
    DAYBOOK_TRY(visit(record));
  }
}

Result<Numbers> run_once(log::RocksLog& log, bool views, const std::filesystem::path& scratch,
                         Hash& hash) {
  const auto events = static_cast<double>(log.last().value - log.first().value + 1);
  Numbers out;
  const Stopwatch reading;
  DAYBOOK_TRY(read_all(log, [](const events::RecordView&) { return Status{}; }));
  out.push_back({"read_events_per_second", events / reading.seconds()});

  scheduler::State state;
  const Stopwatch folding;
  DAYBOOK_TRY(scheduler::fold(state, log, log.last()));
  out.push_back({"state_events_per_second", events / folding.seconds()});
  hash = state.hash();

  projections::Queue queue;
  const Stopwatch queueing;
  DAYBOOK_TRY(read_all(log, [&](const events::RecordView& record) -> Status {
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    queue.apply(recorded);
    return {};
  }));
  out.push_back({"queue_events_per_second", events / queueing.seconds()});

  if (views) {
    projections::ViewsOptions view_options;
    view_options.directory = scratch / "views";
    const Stopwatch viewing;
    DAYBOOK_ASSIGN(const auto built, projections::Views::open(view_options, log));
    built->start();
    DAYBOOK_TRY(built->wait_for(log.last(), kReplayViewsWait));
    out.push_back({"views_events_per_second", events / viewing.seconds()});
    built->stop();
    out.push_back({"views_disk_mib", mib(disk_bytes(scratch))});
  }
  out.push_back({"events", events});
  return out;
}

}  // namespace

Status bench_replay(const ReplayOptions& options, std::ostream& out) {
  DAYBOOK_ASSIGN(const StoreFacts facts, facts_of(options.data));
  const SystemClock clock;
  log::DataDirOptions existing;
  existing.create = false;
  DAYBOOK_ASSIGN(const auto data, log::DataDir::open(options.data, clock, existing));
  DAYBOOK_ASSIGN(const auto log, log::RocksLog::open_to_read(*data));
  if (log->first() != Seq{1} || log->last() == Seq{}) {
    return fail(Code::kInvalid, "LOG_NOT_WHOLE", "the log is empty or was trimmed", "--store");
  }
  Report report("replay", options.run.directory);
  add_store(report, options.data, facts);
  report.parameter("views", options.views ? "on" : "off");
  Hash hash{};
  DAYBOOK_TRY(report.probe());
  for (std::size_t i = 0; i < options.run.repeat; ++i) {
    DAYBOOK_ASSIGN(const ScratchDirectory scratch, ScratchDirectory::make(options.run.directory));
    DAYBOOK_ASSIGN(Numbers numbers, run_once(*log, options.views, scratch.path(), hash));
    report.add_run(std::move(numbers));
  }
  report.note("state hash " + to_hex(hash));
  return publish(options.run, report, out);
}

}  // namespace daybook::bench
