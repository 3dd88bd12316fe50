// Reading a log back: records alone, and folded into the decision state.
#include <filesystem>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "bench/load/cycle_driver.h"
#include "scheduler/recover.h"

namespace daybook::bench {
namespace {

constexpr std::uint64_t kJobs = 100'000;

// A log of full job cycles, made once and shared by the benchmarks of this program.
log::RocksLog& cycles_log() {
  static const SystemClock clock;
  static auto scratch = ScratchDirectory::make(std::filesystem::temp_directory_path());
  DAYBOOK_CHECK(scratch.has_value(), "a scratch directory can be made");
  static const auto engine = [] {
    auto out = Engine::open({scratch->path() / "data", true, false, false, {}}, clock);
    DAYBOOK_CHECK(out.has_value(), "the engine opens");
    CycleOptions options;
    options.jobs = kJobs;
    const auto result = CycleDriver(**out, options).run();
    DAYBOOK_CHECK(result.has_value(), "the jobs run");
    return std::move(*out);
  }();
  return engine->log();
}

void read_log(benchmark::State& state) {
  log::RocksLog& log = cycles_log();
  for (auto _ : state) {
    auto cursor = log.read(Seq{1});
    events::RecordView record;
    while (*(*cursor)->next(record)) {
      benchmark::DoNotOptimize(record.header.seq.value);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.last().value));
}
BENCHMARK(read_log)->Unit(benchmark::kMillisecond)->UseRealTime();

void fold_state(benchmark::State& state) {
  log::RocksLog& log = cycles_log();
  for (auto _ : state) {
    scheduler::State folded;
    const Status done = scheduler::fold(folded, log, log.last());
    DAYBOOK_CHECK(done.has_value(), "the log folds");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.last().value));
}
BENCHMARK(fold_state)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace daybook::bench
