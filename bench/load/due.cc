#include "bench/load/due.h"

#include <charconv>
#include <chrono>
#include <memory>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/entropy.h"
#include "bench/load/engine.h"
#include "bench/load/jobs.h"
#include "bench/load/noop_runtime.h"
#include "components/exec_runtime.h"
#include "dispatch/dispatcher.h"
#include "events/codec.h"

namespace daybook::bench {
namespace {

// Jobs are scheduled one every kEvery, each 20 to 100 ms ahead: hardly ever are two due together.
constexpr std::chrono::milliseconds kEvery{10};
constexpr std::int64_t kAheadMinUs = 20'000;
constexpr std::uint64_t kAheadSpreadUs = 80'000;
constexpr Duration kEndWait = seconds(60);

struct Times {
  Micros due;
  Micros decided;             // time of the JobStarted event
  std::int64_t child_ns = 0;  // what the child's clock said
};

Status schedule(Engine& engine, const DueOptions& options, const Clock& clock) {
  SeededEntropy random(1);
  auto next = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < options.jobs; ++i) {
    next += kEvery;
    std::this_thread::sleep_until(next);
    const auto more = static_cast<std::int64_t>(random.next() % kAheadSpreadUs);
    scheduler::CreateJobs command;
    scheduler::NewJob& job = command.jobs.emplace_back();
    job.definition = definition_name(0);
    job.run_at = clock.wall() + Duration{kAheadMinUs + more};
    DAYBOOK_TRY(engine.sequencer().call(std::move(command)));
    if (options.run.progress) {
      options.run.progress(i + 1, options.jobs);
    }
  }
  return {};
}

Result<std::unordered_map<JobId, Times>> read_times(log::Log& log) {
  std::unordered_map<JobId, Times> out;
  DAYBOOK_ASSIGN(const auto cursor, log.read(log.first()));
  events::RecordView record;
  for (;;) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      return out;
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    if (const auto* started = std::get_if<events::JobStarted>(&recorded.event)) {
      out[started->job] = {started->due, recorded.meta.time, 0};
    } else if (const auto* done = std::get_if<events::JobCompleted>(&recorded.event)) {
      const std::string_view text = done->result.text;
      std::from_chars(text.data(), text.data() + text.size(), out[done->job].child_ns);
    }
  }
}

Status wait_for_end(Engine& engine, std::uint64_t jobs, const Clock& clock) {
  const Micros until = clock.steady() + kEndWait;
  while (clock.steady() < until) {
    DAYBOOK_ASSIGN(const auto times, read_times(engine.log()));
    const auto metrics = engine.sequencer().metrics();
    if (times.size() >= jobs && metrics.running_jobs == 0) {
      return {};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return fail(Code::kUnavailable, "NOT_STARTED", "not every due job has ended");
}

// The runtime in use, and the dispatcher over it; stopped in this order.
struct Running {
  std::unique_ptr<NoopRuntime> noop;
  std::unique_ptr<components::ExecRuntime> exec;
  std::unique_ptr<dispatch::Dispatcher> dispatcher;

  void stop() {
    dispatcher->stop();
    if (exec) {
      exec->shutdown();
    } else {
      noop->shutdown();
    }
  }
};

Result<Running> start(Engine& engine, bool exec, const std::filesystem::path& scratch,
                      const Clock& clock, Entropy& entropy) {
  Running out;
  dispatch::DispatcherOptions wanted;
  if (exec) {
    components::ExecOptions options;
    options.temp_directory = scratch / "exec";
    std::filesystem::create_directories(options.temp_directory);
    options.data_directory = scratch / "data";
    DAYBOOK_ASSIGN(out.exec, components::ExecRuntime::open(std::move(options), clock));
    wanted.runtimes.exec = out.exec.get();
  } else {
    out.noop = std::make_unique<NoopRuntime>(clock);
    wanted.runtimes.exec = out.noop.get();
  }
  out.dispatcher = std::make_unique<dispatch::Dispatcher>(engine.log(), engine.sequencer(),
                                                          *engine.views(), clock, entropy, wanted);
  out.dispatcher->recover(scheduler::State(), Seq{});
  out.dispatcher->start();
  return out;
}

Result<Numbers> run_once(const DueOptions& options, const std::filesystem::path& scratch) {
  const SystemClock clock;
  SystemEntropy entropy;
  DAYBOOK_ASSIGN(const auto engine, Engine::open({scratch / "data", true, true, true, {}}, clock));
  DAYBOOK_ASSIGN(Running running, start(*engine, options.exec, scratch, clock, entropy));
  // The child prints the time: a number is JSON, so it stands in the result.
  DAYBOOK_TRY(put_definitions(engine->sequencer(), 1, events::Runtime::kExec,
                              R"({"command":["date","+%s%N"]})"));
  Status done = schedule(*engine, options, clock);
  if (done) {
    done = wait_for_end(*engine, options.jobs, clock);
  }
  running.stop();
  DAYBOOK_TRY(done);
  DAYBOOK_ASSIGN(const auto times, read_times(engine->log()));
  Histogram decided;
  Histogram begun;
  const auto ordered =
      running.noop ? running.noop->ordered_at() : std::unordered_map<JobId, Micros>();
  for (const auto& [job, t] : times) {
    decided.record((t.decided - t.due).value * 1000);
    begun.record(options.exec ? t.child_ns - t.due.value * 1000
                              : (ordered.at(job) - t.due).value * 1000);
  }
  Numbers out;
  out.push_back({"jobs", static_cast<double>(times.size())});
  add_percentiles(out, "decided", decided);
  add_percentiles(out, "begun", begun);
  return out;
}

}  // namespace

Status bench_due(const DueOptions& options, std::ostream& out) {
  Report report("due", options.run.directory);
  report.parameter("jobs", options.jobs);
  report.parameter("runtime", options.exec ? "exec" : "noop");
  report.note("decided: due to the JobStarted event; begun: due to the order at the runtime" +
              std::string(options.exec ? ", as the child's clock says" : ""));
  return repeat(options.run, report, out,
                [&](const std::filesystem::path& scratch) { return run_once(options, scratch); });
}

}  // namespace daybook::bench
