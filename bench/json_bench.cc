// Events as JSON, as exports and the event feed show them.
#include <string>

#include <benchmark/benchmark.h>

#include "events/json.h"

namespace daybook::bench {
namespace {

constexpr Micros kStart{1'763'251'200'000'000};

void created_to_json(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  const std::string parameters = "{\"text\":\"" + text + "\"}";
  events::JobCreated created;
  created.job = JobId::make(kStart, 0, Seq{1});
  created.definition = "nightly-report";
  created.parameters = {parameters};
  created.run_at = kStart;
  created.tags = {"monthly", "eu"};
  events::Recorded recorded;
  recorded.meta = {Seq{1}, kStart, {1, 2}, {}, Epoch{1}, 0, 1, "system"};
  recorded.event = created;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    bytes += static_cast<std::int64_t>(events::to_json(recorded).size());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(bytes);
}
BENCHMARK(created_to_json)->ArgName("parameter_bytes")->Arg(100)->Arg(16384);

void json_string(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += state.range(0) == 0 ? "plain text " : "l\"ine\n\x01\xc3\xa9 ";
  }
  std::string out;
  for (auto _ : state) {
    out.clear();
    events::append_json_string(out, text);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(json_string)->ArgName("escapes")->Arg(0)->Arg(1);

}  // namespace
}  // namespace daybook::bench
