#include "bench/load/report.h"

#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "bench/load/engine.h"

namespace daybook::bench {
namespace {

constexpr Micros kTime{1'763'251'200'000'000};

Report three_runs() {
  Report report("cycles", testing::TempDir());
  report.parameter("jobs", 1000);
  report.parameter("sync", "on");
  report.note("a \"note\"");
  report.add_run({{"jobs_per_second", 90}, {"seconds", 1.5}});
  report.add_run({{"jobs_per_second", 110}, {"seconds", 1.25}});
  report.add_run({{"jobs_per_second", 100}, {"seconds", 1.75}});
  return report;
}

TEST(Report, JsonLineHoldsMachineParametersAndSpread) {
  const auto line = boost::json::parse(three_runs().json(kTime)).as_object();
  EXPECT_EQ(line.at("name").as_string(), "cycles");
  EXPECT_EQ(line.at("time").as_string(), "2025-11-16T00:00:00Z");
  EXPECT_FALSE(line.at("commit").as_string().empty());
  EXPECT_FALSE(line.at("kernel").as_string().empty());
  EXPECT_FALSE(line.at("filesystem").as_string().empty());
  EXPECT_GE(line.at("cores").as_int64(), 1);
  EXPECT_EQ(line.at("runs").as_int64(), 3);
  EXPECT_EQ(line.at("parameters").at("jobs").as_string(), "1000");
  const auto& jobs = line.at("numbers").at("jobs_per_second").as_object();
  EXPECT_EQ(jobs.at("median").as_int64(), 100);
  EXPECT_EQ(jobs.at("lowest").as_int64(), 90);
  EXPECT_EQ(jobs.at("highest").as_int64(), 110);
  EXPECT_DOUBLE_EQ(line.at("numbers").at("seconds").at("median").as_double(), 1.5);
}

TEST(Report, LinesAreAppended) {
  const auto scratch = ScratchDirectory::make(testing::TempDir());
  ASSERT_TRUE(scratch.has_value());
  const auto file = scratch->path() / "results.jsonl";
  ASSERT_TRUE(three_runs().append_to(file, kTime).has_value());
  ASSERT_TRUE(three_runs().append_to(file, kTime).has_value());
  std::ifstream in(file);
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    EXPECT_TRUE(boost::json::parse(line).is_object());
  }
  EXPECT_EQ(lines, 2);
  EXPECT_FALSE(three_runs().append_to(scratch->path(), kTime).has_value());
}

TEST(Report, TableShowsMedianAndSpread) {
  std::ostringstream out;
  three_runs().print(out);
  EXPECT_NE(out.str().find("jobs_per_second          100           90          110"),
            std::string::npos)
      << out.str();
}

TEST(Report, ProbeMeasuresTheDirectory) {
  const auto scratch = ScratchDirectory::make(testing::TempDir());
  ASSERT_TRUE(scratch.has_value());
  const auto probe = probe_sync(scratch->path(), 20, 4096);
  ASSERT_TRUE(probe.has_value());
  EXPECT_EQ(probe->count(), 20U);
  EXPECT_GT(probe->percentile_us(50), 0);
  EXPECT_TRUE(std::filesystem::is_empty(scratch->path()));
  EXPECT_FALSE(probe_sync(scratch->path() / "absent", 1, 1).has_value());
}

}  // namespace
}  // namespace daybook::bench
