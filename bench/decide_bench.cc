// The state machine alone: decide and evolve of a job's life, and the state's size and hash.
#include <cstdint>
#include <utility>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "bench/load/jobs.h"
#include "events/record.h"
#include "scheduler/decide.h"
#include "scheduler/state.h"

namespace daybook::bench {
namespace {

constexpr Micros kStart{1'763'251'200'000'000};

// Decides and folds commands as the sequencer does, without encoding or writing.
class Machine {
 public:
  Machine() {
    scheduler::PutComponent component;
    component.component = {"load", events::Runtime::kExec, "{}", {}};
    apply(std::move(component));
    scheduler::PutDefinition definition;
    definition.definition = definition_name(0);
    definition.component = "load";
    apply(std::move(definition));
  }

  scheduler::Outcome apply(scheduler::Command command) {
    const Seq first = next(state_.applied());
    const Status done = decide({state_, kStart, first, nullptr}, command, decision_);
    DAYBOOK_CHECK(done.has_value(), "the command is accepted");
    events::Recorded recorded;
    recorded.meta = {first, kStart, {1, 2}, {}, {}, 0, 0, "system"};
    for (events::Event& event : decision_.events) {
      recorded.event = std::move(event);
      evolve(state_, recorded, events::genesis());
      recorded.meta.seq = next(recorded.meta.seq);
    }
    return std::move(decision_.outcome);
  }

  JobId create(std::uint64_t i, Micros run_at) {
    scheduler::CreateJobs command;
    scheduler::NewJob& job = command.jobs.emplace_back();
    job.definition = definition_name(0);
    job.parameters = parameters_of(i, 100);
    job.run_at = run_at;
    return std::get<scheduler::Created>(apply(std::move(command))).jobs.front();
  }

  void run(JobId job) {
    const auto outcome = apply(scheduler::StartJob{job, {1, 2}, {}, false});
    scheduler::ReportAttempt report;
    report.token = std::get<scheduler::StartOutcome>(outcome).started->token;
    report.result = R"({"ok":true})";
    report.digest = job.low;
    apply(std::move(report));
  }

  const scheduler::State& state() const { return state_; }

 private:
  scheduler::State state_;
  scheduler::Decision decision_;
};

// A backlog of `range` jobs stands while cycles go through.
void decide_and_evolve(benchmark::State& state) {
  Machine machine;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    machine.create(static_cast<std::uint64_t>(i), kStart + hours(1));
  }
  for (auto _ : state) {
    machine.run(machine.create(0, kStart));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decide_and_evolve)->ArgName("pending")->Arg(0)->Arg(1'000'000);

void pending_state(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    Machine machine;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      machine.create(static_cast<std::uint64_t>(i), kStart + hours(1));
    }
    bytes = machine.state().memory_bytes();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes_per_job"] =
      static_cast<double>(bytes) / static_cast<double>(state.range(0));
}
BENCHMARK(pending_state)->ArgName("pending")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void state_hash(benchmark::State& state) {
  Machine machine;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    machine.create(static_cast<std::uint64_t>(i), kStart + hours(1));
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(machine.state().hash());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(state_hash)->ArgName("pending")->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace daybook::bench
