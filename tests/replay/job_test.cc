#include "replay/job.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

class Job : public testing::Test {
 protected:
  void SetUp() override { append_all(log_, encode(script_.records())); }
  JobId job(const std::string& batch) { return script_.event<events::JobCreated>(batch).job; }
  Script script_ = sample_script();
  log::MemoryLog log_;
};

std::string told(const JobStory& story) {
  std::string out;
  for (const JobStep& step : story.steps) {
    out += step.summary + "\n";
  }
  return out;
}

TEST_F(Job, ItsEventsStandInOrderWithWhatTheyMean) {
  const auto story = explain(log_, job("create.b"));
  ASSERT_TRUE(story) << story.error().text();
  std::vector<std::string> types;
  for (const JobStep& step : story->steps) {
    types.push_back(step.type);
  }
  EXPECT_EQ(types, (std::vector<std::string>{"JobCreated", "JobStarted", "LeaseExpired",
                                             "JobRetryScheduled", "JobStarted", "JobCompleted",
                                             "JobCreated"}));
  EXPECT_EQ(story->status, "completed");
  EXPECT_EQ(story->definition, "long");
  EXPECT_EQ(story->attempts, 2U);
  EXPECT_EQ(story->waited, seconds(4));  // due at 26, started at 30; the retry started at its time
  EXPECT_EQ(story->ran, seconds(35));    // 30 to 60, 70 to 75
  EXPECT_EQ(story->scheduled.size(), 1U);
  EXPECT_FALSE(story->removed);
}

TEST_F(Job, TheStepsNameTimesAndGaps) {
  const auto story = explain(log_, job("create.b"));
  EXPECT_NE(story->heading().find("of long: completed\n2 attempts, waited 4s, ran 35s\n"),
            std::string::npos)
      << story->heading();
  EXPECT_EQ(story->steps[0].gap, "");
  EXPECT_EQ(story->steps[1].gap, "4s");
  EXPECT_NE(told(*story).find("attempt 1 given up: lease"), std::string::npos) << told(*story);
  EXPECT_NE(told(*story).find("LEASE_EXPIRED"), std::string::npos);
}

TEST_F(Job, MeasuredTimesAreReadable) {
  const std::pair<std::int64_t, const char*> rows[] = {{0, "0s"},
                                                       {7, "7us"},
                                                       {12'345, "12.3ms"},
                                                       {999'999, "1000ms"},
                                                       {1'234'567, "1.23s"},
                                                       {35'000'000, "35s"},
                                                       {59'999'999, "60s"},
                                                       {60'000'000, "1m"},
                                                       {125'900'000, "2m5s"},
                                                       {7'200'000'000, "2h"},
                                                       {90'061'000'000, "1d1h"},
                                                       {-5'000, "-5ms"}};
  for (const auto& [us, text] : rows) {
    EXPECT_EQ(readable(Duration{us}), text);
  }
}

TEST_F(Job, TheStoryEndsWithTheRemoval) {
  const auto story = explain(log_, job("create.cde"));
  ASSERT_TRUE(story);
  EXPECT_EQ(story->status, "failed");
  EXPECT_TRUE(story->removed);
  EXPECT_EQ(story->steps.back().type, "JobRemoved");
}

TEST_F(Job, ACancelledJobSaysWhoAsked) {
  const auto story = explain(log_, job("create.a"));
  ASSERT_TRUE(story);
  EXPECT_EQ(story->status, "cancelled");
  EXPECT_NE(told(*story).find("system asked attempt 2 to stop"), std::string::npos);
}

TEST_F(Job, WhatAJobSentIsPartOfItsLife) {
  const auto story = explain(log_, job("create.m"));
  ASSERT_TRUE(story);
  EXPECT_NE(told(*story).find("asked to send email to a@example.org"), std::string::npos);
  EXPECT_NE(told(*story).find("asked to send http to https://example.org/"), std::string::npos);
}

TEST_F(Job, TheJsonHoldsTheEvents) {
  const auto value = boost::json::parse(explain(log_, job("create.b"))->json());
  EXPECT_EQ(value.at("status").as_string(), "completed");
  EXPECT_EQ(value.at("events").as_array().size(), 7U);
  EXPECT_EQ(value.at("events").at(0).at("type").as_string(), "JobCreated");
  EXPECT_EQ(value.at("scheduled").as_array().size(), 1U);
}

TEST_F(Job, AJobThatIsNotThereIsNotFound) {
  const JobId real = job("create.b");
  const JobId beyond = JobId::make(Script::kStart, 0, Seq{5000});
  const JobId other_event = JobId::make(Script::kStart, 0, Seq{1});
  const JobId other_time = JobId{real.high + 0x10000, real.low};
  for (const JobId id : {beyond, other_event, other_time, JobId{}}) {
    const auto story = explain(log_, id);
    ASSERT_FALSE(story) << id.text();
    EXPECT_EQ(story.error().reason, "NOT_FOUND");
  }
}

TEST_F(Job, AJobWhoseBeginningWasTrimmedSaysSo) {
  ASSERT_TRUE(log_.trim(Seq{20}));
  EXPECT_EQ(explain(log_, job("create.a")).error().reason, "LOG_TRIMMED");
}

}  // namespace
}  // namespace daybook::replay
