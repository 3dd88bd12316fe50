#include "replay/as_of.h"

#include <filesystem>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "scheduler/snapshot.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

class AsOf : public testing::Test {
 protected:
  void SetUp() override { append_all(log_, encode(sample_script().records())); }
  scheduler::State state(Point point) {
    auto out = state_as_of(log_, point);
    EXPECT_TRUE(out) << out.error().text();
    return std::move(*out);
  }
  log::MemoryLog log_;
};

TEST_F(AsOf, PointsAreNumbersOrTimes) {
  EXPECT_EQ(parse_point("12", "until"), Point{Seq{12}});
  EXPECT_EQ(parse_point("2025-11-16T00:00:10Z", "until"), Point{at(10)});
  for (const std::string_view bad : {"", "x", "-1", "12x", "99999999999999999999999", "2025"}) {
    const auto point = parse_point(bad, "until");
    if (bad == "2025") {
      EXPECT_EQ(point, Point{Seq{2025}});
      continue;
    }
    ASSERT_FALSE(point) << bad;
    EXPECT_EQ(point.error().field, "until");
  }
}

TEST_F(AsOf, ATimeIsTheLastEventThatIsNotAfterIt) {
  EXPECT_EQ(find_seq(log_, at(-1)), Seq{0});
  EXPECT_EQ(find_seq(log_, at(0)), Seq{1});
  EXPECT_EQ(find_seq(log_, Micros{at(1).value - 1}), Seq{1});
  EXPECT_EQ(find_seq(log_, at(1)), Seq{5}) << "the last of those at the same time";
  EXPECT_EQ(find_seq(log_, at(100'000)), log_.last());
  EXPECT_EQ(find_seq(log_, Seq{100'000}), log_.last());
  // By brute force, for every second.
  for (std::int64_t second = 0; second < 310; ++second) {
    Seq expected;
    const auto cursor = log_.read(Seq{1});
    events::RecordView record;
    while (*(*cursor)->next(record) && record.header.time <= at(second)) {
      expected = record.header.seq;
    }
    ASSERT_EQ(find_seq(log_, at(second)), expected) << second;
  }
}

TEST_F(AsOf, TheJsonShowsWhatWasAliveThen) {
  const auto value = boost::json::parse(*state_json(state(at(31)), log_));
  EXPECT_EQ(value.at("counts").at("runningJobs").as_int64(), 1);
  EXPECT_EQ(value.at("counts").at("pendingJobs").as_int64(), 0);
  EXPECT_EQ(value.at("counts").at("idempotencyKeys").as_int64(), 1);
  EXPECT_EQ(value.at("definitions").as_array().size(), 2U);
  EXPECT_EQ(value.at("components").as_array().size(), 2U);
  const auto& job = value.at("jobs").at(0);
  EXPECT_EQ(job.at("status").as_string(), "running");
  EXPECT_EQ(job.at("uniqueKey").as_string(), "u");
  EXPECT_EQ(job.at("leaseUntil").as_string(), "2025-11-16T00:01:00Z");
  EXPECT_FALSE(job.as_object().contains("secret"));
}

TEST_F(AsOf, TheJsonIsTheSameHoweverTheStateWasReached) {
  const std::string once = *state_json(state(Seq{20}), log_);
  scheduler::State stepwise = state(Seq{7});
  const auto cursor = log_.read(Seq{8});
  EXPECT_EQ(once, *state_json(state(Seq{20}), log_));
  EXPECT_NE(once, *state_json(stepwise, log_));
}

TEST_F(AsOf, DiffNamesWhatWasAddedRemovedAndChanged) {
  const auto changes = *diff(state(at(31)), state(at(77)), log_);
  std::map<std::string, std::vector<ChangeKind>> kinds;
  for (const Change& change : changes) {
    kinds[std::string(change.what)].push_back(change.kind);
    EXPECT_EQ(change.before.empty(), change.kind == ChangeKind::kAdded);
    EXPECT_EQ(change.after.empty(), change.kind == ChangeKind::kRemoved);
  }
  // Job b completed; its child and c, d, e came.
  EXPECT_EQ(kinds["job"],
            (std::vector<ChangeKind>{ChangeKind::kRemoved, ChangeKind::kAdded, ChangeKind::kAdded,
                                     ChangeKind::kAdded, ChangeKind::kAdded}));
  EXPECT_EQ(kinds["definition"].size(), 2U) << "their counts changed";
  EXPECT_EQ(kinds.count("component"), 0U);
  const auto json = boost::json::parse(diff_json(changes));
  EXPECT_EQ(json.at("added").as_array().size(), 4U);
  EXPECT_EQ(json.at("removed").as_array().size(), 1U);
  EXPECT_EQ(json.at("changed").as_array().size(), 2U);
}

TEST_F(AsOf, EqualStatesHaveNoDiff) {
  EXPECT_TRUE(diff(state(Seq{25}), state(Seq{25}), log_)->empty());
  EXPECT_EQ(boost::json::parse(diff_json({})).at("added").as_array().size(), 0U);
}

TEST_F(AsOf, ASnapshotReachesBehindATrim) {
  const auto directory = std::filesystem::path(testing::TempDir()) / "daybook_as_of_snapshots";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const scheduler::State early = state(Seq{10});
  const Hash chain = events::read_record(encode(sample_script().records())[9])->header.chain;
  ASSERT_TRUE(scheduler::write_snapshot(early, Seq{10}, chain, directory));
  const Hash expected = state(Seq{20}).hash();
  ASSERT_TRUE(log_.trim(Seq{8}));
  EXPECT_EQ(state_as_of(log_, Seq{20}).error().reason, "LOG_TRIMMED");
  const auto from_snapshot = state_as_of(log_, Seq{20}, directory);
  ASSERT_TRUE(from_snapshot) << from_snapshot.error().text();
  EXPECT_EQ(from_snapshot->hash(), expected);
  EXPECT_EQ(state_as_of(log_, Seq{9}, directory).error().reason, "LOG_TRIMMED");
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace daybook::replay
