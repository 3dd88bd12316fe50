// The views' fold: all views from a log of full job cycles, and live beside a writer.
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "bench/projections_start.h"
#include "events/group.h"
#include "log/memory_log.h"
#include "projections/views.h"

namespace daybook::projections {
namespace {

constexpr std::uint64_t kViewsDefinitions = 100;
const std::string kParameters = "{\"text\":\"" + std::string(89, 'x') + "\"}";

// Full cycles: in each group `jobs` are created, then all of them started, then all completed.
class Cycles {
 public:
  explicit Cycles(log::Log& log) : log_(log), writer_(log.last(), log.last_chain(), Epoch{1}) {
    for (std::uint64_t i = 0; i < kViewsDefinitions; ++i) {
      names_.push_back("definition-" + std::to_string(i));
    }
  }

  void append(std::size_t jobs) {
    std::vector<events::JobStarted> open;
    for (std::size_t i = 0; i < jobs; ++i) {
      open.push_back(create());
    }
    for (events::JobStarted& e : open) {
      e.due = now_;
      add(e);
    }
    for (const events::JobStarted& e : open) {
      events::JobCompleted done;
      done.job = e.job;
      done.definition = e.definition;
      done.end = {Attempt{1}, Seq{1}, now_, 1};
      done.result = {R"({"ok":true})"};
      add(done);
    }
    DAYBOOK_CHECK(log_.append(writer_.take()).has_value(), "the log takes a group");
  }

  // Jobs that wait, spread over ten days.
  void append_waiting(std::size_t jobs) {
    for (std::size_t i = 0; i < jobs; ++i) {
      ahead_ = seconds(static_cast<std::int64_t>(60 + (i * 7919) % 864'000));
      create();
    }
    ahead_ = {};
    DAYBOOK_CHECK(log_.append(writer_.take()).has_value(), "the log takes a group");
  }

 private:
  events::JobStarted create() {
    events::JobCreated e;
    e.job = JobId::make(now_, 0, writer_.next_seq());
    e.definition = names_[writer_.next_seq().value * 7919 % kViewsDefinitions];
    e.parameters = {kParameters};
    e.run_at = now_ + ahead_;
    add(e);
    events::JobStarted started;
    started.job = e.job;
    started.attempt = Attempt{1};
    started.definition = e.definition;
    started.component = "component";
    return started;
  }
  void add(const events::Event& event) {
    now_ = now_ + Duration{5};  // 200,000 events a second
    writer_.add({CommandId{1, 1}, "system", now_, Seq{}}, {&event, 1});
  }

  log::Log& log_;
  events::GroupWriter writer_;
  std::vector<std::string> names_;
  Micros now_ = kStart;
  Duration ahead_;
};

std::filesystem::path fresh_folder() {
  const auto path =
      std::filesystem::temp_directory_path() / ("daybook-views-bench-" + std::to_string(getpid()));
  std::filesystem::remove_all(path);
  return path;
}

std::unique_ptr<Views> open(const std::filesystem::path& folder, log::Log& log) {
  ViewsOptions options;
  options.directory = folder;
  auto views = Views::open(options, log);
  DAYBOOK_CHECK(views.has_value(), "the views open");
  return std::move(*views);
}

void wait(const Views& views, const log::Log& log) {
  DAYBOOK_CHECK(views.wait_for(log.last(), std::chrono::minutes(5)).has_value(),
                "the views catch up");
}

double resident_mib() {
  std::ifstream in("/proc/self/statm");
  double pages = 0;
  in >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1048576.0;
}

// range(0): jobs in a group, thus how far the events of one job lie apart.
void rebuild_all_views(benchmark::State& state) {
  log::MemoryLog log;
  Cycles cycles(log);
  while (log.last().value < 3'000'000) {
    cycles.append(static_cast<std::size_t>(state.range(0)));
  }
  for (auto _ : state) {
    const auto folder = fresh_folder();
    auto views = open(folder, log);
    views->start();
    wait(*views, log);
    state.PauseTiming();
    views.reset();
    std::filesystem::remove_all(folder);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.last().value));
}
BENCHMARK(rebuild_all_views)
    ->Arg(1)
    ->Arg(3'000)
    ->Arg(30'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// A writer on another thread appends 180,000 events a second for five seconds; how far behind are
// the views?
void live_beside_a_writer(benchmark::State& state) {
  for (auto _ : state) {
    log::MemoryLog log;
    Cycles cycles(log);
    const auto folder = fresh_folder();
    auto views = open(folder, log);
    views->start();
    const auto began = std::chrono::steady_clock::now();
    std::uint64_t behind = 0;
    for (std::uint64_t tick = 1; tick <= 1000; ++tick) {
      cycles.append(300);
      std::this_thread::sleep_until(began + std::chrono::microseconds(tick * 5000));
      behind = std::max(behind, log.last().value - views->applied().value);
    }
    const auto written = std::chrono::steady_clock::now();
    wait(*views, log);
    const std::chrono::duration<double> tail = std::chrono::steady_clock::now() - written;
    state.counters["behind_max_events"] = static_cast<double>(behind);
    state.counters["caught_up_after_ms"] = tail.count() * 1000;
    state.counters["written_per_second"] = static_cast<double>(log.last().value) /
                                           std::chrono::duration<double>(written - began).count();
    views.reset();
    std::filesystem::remove_all(folder);
  }
}
BENCHMARK(live_beside_a_writer)->Iterations(1)->Unit(benchmark::kMillisecond);

// The time from an append to its being seen, while nothing else happens.
void visible_after_append(benchmark::State& state) {
  log::MemoryLog log;
  Cycles cycles(log);
  const auto folder = fresh_folder();
  auto views = open(folder, log);
  views->start();
  for (auto _ : state) {
    cycles.append(1);
    wait(*views, log);
  }
  views.reset();
  std::filesystem::remove_all(folder);
}
BENCHMARK(visible_after_append)->UseRealTime();

void memory_with_a_million_pending(benchmark::State& state) {
  for (auto _ : state) {
    log::MemoryLog log;
    Cycles cycles(log);
    for (int i = 0; i < 100; ++i) {
      cycles.append_waiting(10'000);
    }
    const double before = resident_mib();
    const auto folder = fresh_folder();
    auto views = open(folder, log);
    views->start();
    wait(*views, log);
    state.counters["views_mib"] = resident_mib() - before;
    views.reset();
    std::filesystem::remove_all(folder);
  }
}
BENCHMARK(memory_with_a_million_pending)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace daybook::projections
