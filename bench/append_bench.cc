// Group commits to the log: events a group, with and without sync, on the file system of the
// temporary directory (TMPDIR chooses another). In memory: what encoding, chain and copy cost.
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "bench/load/engine.h"
#include "events/group.h"
#include "log/memory_log.h"

namespace daybook::bench {
namespace {

constexpr Micros kStart{1'763'251'200'000'000};

events::JobCreated created(std::uint64_t seq, std::string_view parameters) {
  events::JobCreated out;
  out.job = JobId::make(kStart, 0, Seq{seq});
  out.definition = "nightly-report";
  out.parameters = {parameters};
  out.run_at = kStart;
  return out;
}

events::Group group_of(events::GroupWriter& writer, std::int64_t events,
                       std::string_view parameters) {
  for (std::int64_t i = 0; i < events; ++i) {
    const events::Event event = created(writer.next_seq().value, parameters);
    writer.add({{1, 2}, "system", kStart, {}}, {&event, 1});
  }
  return writer.take();
}

void append_rocks(benchmark::State& state) {
  auto scratch = ScratchDirectory::make(std::filesystem::temp_directory_path());
  DAYBOOK_CHECK(scratch.has_value(), "a scratch directory can be made");
  const SystemClock clock;
  auto data = log::DataDir::open(scratch->path() / "data", clock);
  DAYBOOK_CHECK(data.has_value(), "the data directory opens");
  log::RocksLogOptions options;
  options.unsafe_no_sync = state.range(1) == 0;
  auto log = log::RocksLog::open(**data, options);
  DAYBOOK_CHECK(log.has_value(), "the log opens");
  const std::string parameters(100, 'x');
  events::GroupWriter writer((*log)->last(), (*log)->last_chain(), Epoch{1});
  std::int64_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const events::Group group = group_of(writer, state.range(0), parameters);
    state.ResumeTiming();
    const Status done = (*log)->append(group);
    DAYBOOK_CHECK(done.has_value(), "the group is appended");
    bytes += static_cast<std::int64_t>(group.bytes.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(bytes);
}
BENCHMARK(append_rocks)
    ->ArgNames({"events", "sync"})
    ->ArgsProduct({{1, 16, 256, 4096, 16384}, {1, 0}})
    ->UseRealTime();

void append_memory(benchmark::State& state) {
  const std::string parameters(100, 'x');
  for (auto _ : state) {
    log::MemoryLog log;
    events::GroupWriter writer(log.last(), log.last_chain(), Epoch{1});
    const Status done = log.append(group_of(writer, state.range(0), parameters));
    benchmark::DoNotOptimize(done.has_value());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_memory)->ArgName("events")->Arg(256)->Arg(4096);

}  // namespace
}  // namespace daybook::bench
