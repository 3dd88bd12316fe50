#include "bench/load/cycles.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "bench/load/elapsed.h"

namespace daybook::bench {
namespace {

constexpr std::chrono::minutes kCyclesViewsWait{30};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// The last tenth against the first, and every tenth: throughput must not sink as the log grows.
void add_tenths(Numbers& out, const CycleResult& result, double jobs) {
  if (result.tenths.size() != 10) {
    return;  // fewer than ten jobs
  }
  out.push_back({"last_tenth_to_first", result.tenths.front() / result.tenths.back()});
  for (std::size_t i = 0; i < result.tenths.size(); ++i) {
    out.push_back(
        {"tenth_" + std::to_string(i + 1) + "_jobs_per_second", jobs / 10 / result.tenths[i]});
  }
}

Result<Numbers> run_once(const CyclesOptions& options, const std::filesystem::path& directory) {
  const SystemClock clock;
  DAYBOOK_ASSIGN(
      const auto engine,
      Engine::open({directory, options.sync, options.views, options.snapshots, {}}, clock));
  const double cpu_before = cpu_seconds();
  const auto began = std::chrono::steady_clock::now();
  CycleOptions cycle = options.cycle;
  cycle.progress = options.run.progress;
  CycleDriver driver(*engine, cycle);
  DAYBOOK_ASSIGN(const CycleResult result, driver.run());
  const double driven = seconds_since(began);
  const Seq last = engine->log().last();
  if (engine->views() != nullptr) {
    DAYBOOK_TRY(engine->views()->wait_for(last, kCyclesViewsWait));
  }
  const double lag = seconds_since(began) - driven;
  const auto jobs = static_cast<double>(options.cycle.jobs);
  const auto metrics = engine->sequencer().metrics();
  const auto groups = static_cast<double>(std::max<std::uint64_t>(metrics.groups, 1));

  Numbers out;
  out.push_back({"jobs_per_second", jobs / result.seconds});
  out.push_back({"jobs_per_second_until_views", jobs / (result.seconds + lag)});
  out.push_back({"cpu_us_per_job", (cpu_seconds() - cpu_before) * 1e6 / jobs});
  out.push_back({"seconds", result.seconds});
  out.push_back({"views_lag_seconds", lag});
  add_tenths(out, result, jobs);
  add_percentiles(out, "create", result.created);
  add_percentiles(out, "start", result.started);
  add_percentiles(out, "report", result.reported);
  add_percentiles(out, "cycle", result.cycle);
  out.push_back({"events_stored", static_cast<double>(last.value)});
  if (engine->views() != nullptr) {
    DAYBOOK_ASSIGN(const auto counts, engine->views()->counts({}));
    out.push_back({"job_rows_stored", static_cast<double>(counts.completed)});
  }
  out.push_back({"group_commits", groups});
  out.push_back({"events_per_group", static_cast<double>(metrics.events) / groups});
  out.push_back({"append_mean_us", static_cast<double>(metrics.sync_us_total) / groups});
  engine->stop();
  DAYBOOK_ASSIGN(const std::uint64_t resident, resident_bytes(getpid()));
  out.push_back({"resident_mib", mib(resident)});
  out.push_back({"disk_mib", mib(disk_bytes(directory))});
  return out;
}

}  // namespace

Status bench_cycles(std::string name, const CyclesOptions& options, std::ostream& out) {
  Report report(std::move(name), options.run.directory);
  const CycleOptions& cycle = options.cycle;
  report.parameter("jobs", cycle.jobs);
  report.parameter("batch", cycle.batch);
  if (cycle.rate > 0) {
    report.parameter("rate", static_cast<std::uint64_t>(cycle.rate));
  } else if (!cycle.prefill) {
    report.parameter("window", cycle.window);
  }
  report.parameter("parameter_bytes", cycle.parameter_bytes);
  report.parameter("definitions", cycle.definitions);
  report.parameter("starts_from", cycle.queue ? "queue" : "answers");
  report.parameter("views", options.views ? "on" : "off");
  report.parameter("snapshots", options.snapshots ? "on" : "off");
  report.parameter("sync", options.sync ? "on" : "OFF");
  if (options.keep.empty()) {
    return repeat(options.run, report, out,
                  [&](const std::filesystem::path& scratch) -> Result<Numbers> {
                    const std::filesystem::path directory = scratch / "data";
                    DAYBOOK_TRY(begin_from_store(options.run, directory));
                    return run_once(options, directory);
                  });
  }
  DAYBOOK_TRY(report.probe());
  DAYBOOK_ASSIGN(Numbers numbers, run_once(options, options.keep));
  report.add_run(std::move(numbers));
  return publish(options.run, report, out);
}

}  // namespace daybook::bench
