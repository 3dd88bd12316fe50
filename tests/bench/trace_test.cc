#include "bench/load/trace.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/load/engine.h"
#include "bench/load/trace_run.h"

namespace daybook::bench {
namespace {

std::string small_trace(int jobs) {
  std::string out =
      "; Computer: A small machine\n; Acknowledge: Ada Example\n; Conversion: Bob Example\n"
      "; UnixStartTime: 749458803\n";
  for (int i = 0; i < jobs; ++i) {
    out += std::to_string(i + 1) + " " + std::to_string(i / 2 * 40) + " -1 " +
           std::to_string(i * 37 % 200) + " 4 -1 -1 -1 -1 -1 -1 " + std::to_string(i % 5) + " 1 " +
           std::to_string(i % 7 - 1) + " -1 -1 -1 -1\n";
  }
  return out;
}

struct Printed {
  Status done;
  std::string text;
};

Printed print_trace(const std::filesystem::path& file, const std::filesystem::path& scratch) {
  TraceOptions options;
  options.run.directory = scratch;
  options.file = file;
  std::ostringstream out;
  Status done = bench_trace(options, out);
  return {std::move(done), out.str()};
}

TEST(Trace, EveryJobRunsInVirtualTimeAndReplayIsIdentical) {
  const auto scratch = ScratchDirectory::make(testing::TempDir());
  ASSERT_TRUE(scratch.has_value());
  const auto file = scratch->path() / "small.swf";
  std::ofstream(file) << small_trace(60);
  const Printed printed = print_trace(file, scratch->path());
  ASSERT_TRUE(printed.done.has_value()) << printed.done.error().text();
  EXPECT_NE(printed.text.find("replay: identical"), std::string::npos) << printed.text;
  // A component, six applications and the unknown one, three events a job.
  EXPECT_THAT(printed.text, testing::ContainsRegex("definitions +7"));
  EXPECT_THAT(printed.text, testing::ContainsRegex("events +188"));
  EXPECT_NE(printed.text.find("log provided by Ada Example; converted by Bob Example"),
            std::string::npos);
}

TEST(Trace, JobsStartAtTheirSubmissionAndEndAfterTheirRunTime) {
  const auto scratch = ScratchDirectory::make(testing::TempDir());
  ASSERT_TRUE(scratch.has_value());
  const auto trace = parse_swf(
      "1   0 -1 100 1 -1 -1 -1 -1 -1 -1 1 1 1 -1 -1 -1 -1\n"
      "2  60 -1  10 1 -1 -1 -1 -1 -1 -1 1 1 1 -1 -1 -1 -1\n");
  ASSERT_TRUE(trace.has_value());
  FakeClock clock(Micros{1'000'000'000'000'000});
  const Micros began = clock.wall();
  auto engine = Engine::open({scratch->path() / "data", true, false, false, {}}, clock);
  ASSERT_TRUE(engine.has_value()) << engine.error().text();
  TraceRun run(**engine, clock, *trace);
  const auto result = run.run({});
  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_EQ(result->running_max, 2U);
  EXPECT_EQ((clock.wall() - began), seconds(100));
  EXPECT_EQ((*engine)->sequencer().metrics().running_jobs, 0U);
  EXPECT_EQ((*engine)->sequencer().metrics().pending_jobs, 0U);
}

TEST(Trace, EmptyTraceIsRefused) {
  const auto scratch = ScratchDirectory::make(testing::TempDir());
  ASSERT_TRUE(scratch.has_value());
  const auto file = scratch->path() / "empty.swf";
  std::ofstream(file) << "; nothing\n";
  const Printed printed = print_trace(file, scratch->path());
  ASSERT_FALSE(printed.done.has_value());
  EXPECT_EQ(printed.done.error().reason, "EMPTY_TRACE");
}

}  // namespace
}  // namespace daybook::bench
