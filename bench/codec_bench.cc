// Events to bytes and back, and what makes a record: checksums and the chain.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/sha256.h"
#include "events/codec.h"
#include "events/group.h"

namespace daybook::bench {
namespace {

constexpr Micros kStart{1'763'251'200'000'000};

// The three events of a job's life, with parameters of the given size.
std::vector<events::Event> life(std::string_view parameters) {
  const JobId job = JobId::make(kStart, 0, Seq{1});
  events::JobCreated created;
  created.job = job;
  created.definition = "nightly-report";
  created.parameters = {parameters};
  created.run_at = kStart;
  events::JobStarted started;
  started.job = job;
  started.attempt = Attempt{1};
  started.definition = "nightly-report";
  started.component = "reports/nightly";
  started.secret = {1, 2};
  started.due = kStart;
  events::JobCompleted completed;
  completed.job = job;
  completed.definition = "nightly-report";
  completed.end = {Attempt{1}, Seq{2}, kStart, 7};
  completed.result = {R"({"ok":true})"};
  return {created, started, completed};
}

void encode_event(benchmark::State& state) {
  const std::string parameters(100, 'x');
  const std::vector<events::Event> events = life(parameters);
  const events::Event& event = events[static_cast<std::size_t>(state.range(0))];
  events::Encoder encoder;
  for (auto _ : state) {
    benchmark::DoNotOptimize(encoder.encode(event, "system").data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_event)->ArgName("event")->DenseRange(0, 2);

events::Group group_of(std::size_t parameter_bytes) {
  const std::string parameters(parameter_bytes, 'x');
  events::GroupWriter writer({}, events::genesis(), Epoch{1});
  for (const events::Event& event : life(parameters)) {
    writer.add({{1, 2}, "system", kStart, {}}, {&event, 1});
  }
  return writer.take();
}

void read_record(benchmark::State& state) {
  const events::Group group = group_of(100);
  for (auto _ : state) {
    events::Bytes rest = group.bytes;
    while (!rest.empty()) {
      const auto record = events::read_record(rest);
      DAYBOOK_CHECK(record.has_value(), "the record is sound");
      rest = rest.subspan(record->bytes.size());
    }
  }
  state.SetItemsProcessed(state.iterations() * 3);
}
BENCHMARK(read_record);

void read_and_decode(benchmark::State& state) {
  const events::Group group = group_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    events::Bytes rest = group.bytes;
    while (!rest.empty()) {
      const auto record = events::read_record(rest);
      const auto recorded = events::decode(*record);
      DAYBOOK_CHECK(recorded.has_value(), "the event is sound");
      benchmark::DoNotOptimize(recorded->meta.seq.value);
      rest = rest.subspan(record->bytes.size());
    }
  }
  state.SetItemsProcessed(state.iterations() * 3);
}
BENCHMARK(read_and_decode)->ArgName("parameter_bytes")->Arg(100)->Arg(4096);

void group_life(benchmark::State& state) {
  const std::string parameters(static_cast<std::size_t>(state.range(0)), 'x');
  const std::vector<events::Event> events = life(parameters);
  events::GroupWriter writer({}, events::genesis(), Epoch{1});
  std::vector<std::uint8_t> spare;
  for (auto _ : state) {
    for (const events::Event& event : events) {
      writer.add({{1, 2}, "system", kStart, {}}, {&event, 1});
    }
    spare = writer.take(std::move(spare)).bytes;
  }
  state.SetItemsProcessed(state.iterations() * 3);
}
BENCHMARK(group_life)->ArgName("parameter_bytes")->Arg(100)->Arg(4096);

void digest(benchmark::State& state) {
  const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(state.range(0)), 7);
  Sha256 sha;
  for (auto _ : state) {
    sha.update(bytes);
    benchmark::DoNotOptimize(sha.finish());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(digest)->Arg(128)->Arg(256)->Arg(4096);

void checksum(benchmark::State& state) {
  const std::vector<std::uint8_t> bytes(static_cast<std::size_t>(state.range(0)), 7);
  for (auto _ : state) {
    benchmark::DoNotOptimize(crc32c(bytes));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum)->Arg(128)->Arg(4096);

}  // namespace
}  // namespace daybook::bench
