// The queue's fold: full job cycles, and jobs that wait.
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/projections_start.h"
#include "projections/queue.h"

namespace daybook::projections {
namespace {

constexpr std::uint64_t kQueueDefinitions = 100;

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < kQueueDefinitions; ++i) {
    out.push_back("definition-" + std::to_string(i));
  }
  return out;
}

class Feed {
 public:
  Queue queue;

  Feed() {
    events::ComponentPut c;
    c.component = "c";
    put(c);
    for (const std::string& name : names_) {
      events::DefinitionPut d;
      d.definition = name;
      d.component = "c";
      put(d);
    }
  }

  void put(const events::Event& event) {
    recorded_.meta.seq = Seq{++seq_};
    recorded_.meta.time = kStart;
    recorded_.event = event;
    queue.apply(recorded_);
  }

  JobId create(Micros run_at) {
    events::JobCreated e;
    e.job = JobId::make(kStart, 0, Seq{seq_ + 1});
    e.definition = names_[seq_ % kQueueDefinitions];
    e.run_at = run_at;
    put(e);
    return e.job;
  }

  void run(JobId job) {
    events::JobStarted started;
    started.job = job;
    started.attempt = Attempt{1};
    put(started);
    events::JobCompleted completed;
    completed.job = job;
    completed.end.attempt = Attempt{1};
    put(completed);
  }

 private:
  std::vector<std::string> names_ = names();
  events::Recorded recorded_{};
  std::uint64_t seq_ = 0;
};

// A backlog of `range` jobs stands while cycles go through.
void fold_cycles(benchmark::State& state) {
  Feed feed;
  std::mt19937_64 random(1);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    feed.create(kStart + seconds(static_cast<std::int64_t>(1 + random() % 1'000'000)));
  }
  for (auto _ : state) {
    feed.run(feed.create(kStart));
  }
  state.SetItemsProcessed(state.iterations() * 3);
}
BENCHMARK(fold_cycles)->Arg(0)->Arg(1'000'000);

void fold_waiting(benchmark::State& state) {
  std::mt19937_64 random(1);
  std::size_t bytes = 0;
  for (auto _ : state) {
    Feed feed;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      feed.create(kStart + seconds(static_cast<std::int64_t>(1 + random() % 1'000'000)));
    }
    bytes = feed.queue.memory_bytes();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes_per_job"] =
      static_cast<double>(bytes) / static_cast<double>(state.range(0));
}
BENCHMARK(fold_waiting)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void take_and_start(benchmark::State& state) {
  Feed feed;
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    feed.create(kStart);
  }
  for (auto _ : state) {
    for (const auto& offer : feed.queue.take(kStart, 512, [](auto) { return true; })) {
      feed.run(offer.job);
      feed.create(kStart);
    }
  }
  state.SetItemsProcessed(state.iterations() * 512);
}
BENCHMARK(take_and_start);

}  // namespace
}  // namespace daybook::projections
