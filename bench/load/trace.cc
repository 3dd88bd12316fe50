#include "bench/load/trace.h"

#include <chrono>
#include <ostream>
#include <utility>

#include "base/hex.h"
#include "bench/load/elapsed.h"
#include "bench/load/swf.h"
#include "bench/load/trace_run.h"

namespace daybook::bench {
namespace {

using Digests = std::vector<std::pair<std::string, Hash>>;

constexpr std::chrono::minutes kTraceViewsWait{10};
// Of traces that do not say when they began.
constexpr std::int64_t kStartDefault = 749'458'803;

struct Live {
  Hash state{};
  Digests views;
  TraceResult trace;
  Seq last;
  std::uint64_t completed = 0;
  double seconds = 0;
};

Result<Live> run_live(const TraceOptions& options, const SwfTrace& trace,
                      const std::filesystem::path& directory) {
  Live out;
  FakeClock clock(Micros{(trace.unix_start != 0 ? trace.unix_start : kStartDefault) * 1'000'000});
  EngineOptions engine_options{directory, true, true, true, {}};
  engine_options.snapshot = [&out](const scheduler::State& state, Seq, const Hash&) -> Status {
    out.state = state.hash();
    return {};
  };
  DAYBOOK_ASSIGN(const auto engine, Engine::open(engine_options, clock));
  const auto began = std::chrono::steady_clock::now();
  TraceRun run(*engine, clock, trace);
  DAYBOOK_ASSIGN(out.trace, run.run(options.run.progress));
  out.seconds = seconds_since(began);
  out.last = engine->log().last();
  DAYBOOK_TRY(engine->views()->wait_for(out.last, kTraceViewsWait));
  DAYBOOK_ASSIGN(const auto counts, engine->views()->counts({}));
  out.completed = counts.completed;
  DAYBOOK_ASSIGN(out.views, engine->views()->digests());
  engine->stop();
  return out;
}

// Opens the closed log again and folds it from the first event.
Status compare_replay(const Live& live, const std::filesystem::path& directory,
                      const std::filesystem::path& scratch) {
  const SystemClock clock;
  DAYBOOK_ASSIGN(const auto data, log::DataDir::open(directory, clock));
  DAYBOOK_ASSIGN(const auto log, log::RocksLog::open(*data));
  const auto differs = [](const std::string& what) {
    return fail(Code::kCorrupt, "REPLAY_DIFFERS", what + " is not what it was when it ran");
  };
  if (log->last() != live.last) {
    return differs("the end of the log");
  }
  scheduler::State state;
  DAYBOOK_TRY(scheduler::fold(state, *log, log->last()));
  if (state.hash() != live.state) {
    return differs("the decision state");
  }
  projections::ViewsOptions options;
  options.directory = scratch;
  DAYBOOK_ASSIGN(const auto views, projections::Views::open(options, *log));
  views->start();
  DAYBOOK_TRY(views->wait_for(log->last(), kTraceViewsWait));
  DAYBOOK_ASSIGN(const Digests digests, views->digests());
  for (std::size_t i = 0; i < digests.size(); ++i) {
    if (digests[i] != live.views.at(i)) {
      return differs("the view " + digests[i].first);
    }
  }
  return {};
}

Result<Numbers> run_once(const TraceOptions& options, const SwfTrace& trace,
                         const std::filesystem::path& directory, std::string& identical) {
  DAYBOOK_ASSIGN(const Live live, run_live(options, trace, directory / "data"));
  const auto began = std::chrono::steady_clock::now();
  DAYBOOK_TRY(compare_replay(live, directory / "data", directory / "replayed"));
  identical = "replay: identical (state " + to_hex(live.state) + ", " +
              std::to_string(live.views.size()) + " views)";
  Numbers out;
  out.push_back({"jobs", static_cast<double>(trace.jobs.size())});
  out.push_back({"jobs_completed", static_cast<double>(live.completed)});
  out.push_back({"definitions", static_cast<double>(live.trace.definitions)});
  out.push_back({"running_at_once_max", static_cast<double>(live.trace.running_max)});
  out.push_back({"events", static_cast<double>(live.last.value)});
  out.push_back({"virtual_days", live.trace.virtual_days});
  out.push_back({"wall_seconds", live.seconds});
  out.push_back({"virtual_time_to_wall", live.trace.virtual_days * 86'400 / live.seconds});
  out.push_back({"replay_seconds", seconds_since(began)});
  return out;
}

// The archive asks that who gave a log is named with what was made of it.
void credit(const SwfTrace& trace, Report& report) {
  std::string line = "trace: Parallel Workloads Archive";
  const auto add = [&](std::string_view what, std::string_view header) {
    if (const std::string_view value = trace.header_value(header); !value.empty()) {
      line += std::string("; ") + std::string(what) + std::string(value);
    }
  };
  add("", "Computer");
  add("", "Installation");
  add("log provided by ", "Acknowledge");
  add("converted by ", "Conversion");
  report.note(line);
}

}  // namespace

Status bench_trace(const TraceOptions& options, std::ostream& out) {
  DAYBOOK_ASSIGN(SwfTrace trace, read_swf(options.file));
  if (options.jobs_max > 0 && trace.jobs.size() > options.jobs_max) {
    trace.jobs.resize(options.jobs_max);
  }
  if (trace.jobs.empty()) {
    return fail(Code::kInvalid, "EMPTY_TRACE", "there is no job in the trace", "FILE");
  }
  Report report("trace", options.run.directory);
  report.parameter("file", options.file.filename().string());
  std::string identical;
  DAYBOOK_TRY(report.probe());
  for (std::size_t i = 0; i < options.run.repeat; ++i) {
    DAYBOOK_ASSIGN(const ScratchDirectory scratch, ScratchDirectory::make(options.run.directory));
    DAYBOOK_ASSIGN(Numbers numbers, run_once(options, trace, scratch.path(), identical));
    report.add_run(std::move(numbers));
  }
  credit(trace, report);
  report.note(identical);
  return publish(options.run, report, out);
}

}  // namespace daybook::bench
