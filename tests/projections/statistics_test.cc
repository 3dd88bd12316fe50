// Minute buckets: what counts where, depths, percentiles, resolutions.
#include "base/limits/views.h"
#include "projections/histogram.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

class Statistics : public ViewsTest {
 protected:
  std::vector<StatisticsRow> rows(Duration resolution = seconds(60)) {
    Views::StatisticsQuery query;
    query.from = begin;
    query.to = begin + hours(48);
    query.resolution = resolution;
    auto out = r.now().statistics(query);
    EXPECT_TRUE(out) << out.error().text();
    return out ? *out : std::vector<StatisticsRow>();
  }
  const Micros begin = s.now;
};

TEST_F(Statistics, EventsCountInTheirOwnMinute) {
  const JobId a = s.create("d");
  const JobId b = s.create("d");
  const JobId c = s.create("d");
  s.now = begin + seconds(70);
  s.start(a, "d", 1, begin);
  s.start(b, "d", 1, begin);
  s.now = begin + seconds(130);
  s.complete(a, "d", begin + seconds(70));
  s.fail(b, "d", 1, begin + seconds(70));
  s.cancel(c, "d", 0);
  const auto all = rows();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].bucket, begin);
  EXPECT_EQ(all[0].scheduled, 3U);
  EXPECT_EQ(all[0].due_depth, 3U);
  EXPECT_FALSE(all[0].avg_execution);
  EXPECT_EQ(all[1].pending_depth, 1U);
  EXPECT_NEAR(*all[1].p50_latency, 70'000, 1'400);
  EXPECT_EQ(all[2].successful, 1U);
  EXPECT_EQ(all[2].failed, 1U);
  EXPECT_EQ(all[2].cancelled, 1U);
  EXPECT_EQ(all[2].pending_depth, 0U);
  EXPECT_DOUBLE_EQ(*all[2].avg_execution, 60'000);
  EXPECT_DOUBLE_EQ(*all[2].min_execution, 60'000);
  EXPECT_DOUBLE_EQ(*all[2].p99_execution, 60'000);
}

TEST_F(Statistics, AttemptsThatAreRetriedCountAsExecutionsOnly) {
  const JobId a = s.create("d");
  s.start(a, "d");
  s.now = s.now + seconds(4);
  s.retry(a, "d", {}, begin);
  const auto all = rows();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].failed, 0U);
  EXPECT_DOUBLE_EQ(*all[0].max_execution, 4'000);
  EXPECT_EQ(all[0].pending_depth, 1U);
}

TEST_F(Statistics, DueDepthCountsWhatComesDueBeforeTheBucketEnds) {
  s.create("d", {}, seconds(59));
  const JobId later = s.create("d", {}, seconds(60));
  const JobId cancelled = s.create("d", {}, seconds(125));
  s.create("d", {}, hours(1));
  auto all = rows();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].due_depth, 1U);
  EXPECT_EQ(all[0].pending_depth, 4U);
  s.now = begin + seconds(61);
  s.cancel(cancelled, "d", 0);
  all = rows();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].due_depth, 2U);
  EXPECT_EQ(all[1].pending_depth, 3U);
  s.now = begin + seconds(130);
  s.start(later, "d", 1, begin + seconds(60));
  all = rows();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2].due_depth, 1U);
  EXPECT_EQ(all[2].pending_depth, 2U);
}

TEST_F(Statistics, PutOffRetryComesDueInItsMinute) {
  const JobId a = s.create("d");
  s.start(a, "d");
  s.retry(a, "d", seconds(180), begin);
  r.now();
  EXPECT_EQ(rows().at(0).due_depth, 0U);
  s.now = begin + seconds(61);
  s.create("d");
  EXPECT_EQ(rows().at(1).due_depth, 1U);
  s.now = begin + seconds(181);
  s.create("d");
  EXPECT_EQ(rows().at(2).due_depth, 3U);
  s.start(a, "d", 2, begin + seconds(180));
  EXPECT_EQ(rows().at(2).due_depth, 2U);
}

TEST_F(Statistics, ResolutionsMergeMinutesAndEmptyBucketsAreLeftOut) {
  for (int i = 0; i < 5; ++i) {
    const JobId job = s.create(i % 2 == 0 ? "a" : "b");
    s.start(job, i % 2 == 0 ? "a" : "b");
    const Micros started = s.now;
    s.now = s.now + seconds(1 + i);
    s.complete(job, i % 2 == 0 ? "a" : "b", started);
    s.now = s.now + seconds(15 * 60);
  }
  EXPECT_EQ(rows().size(), 5U);
  const auto by_hour = rows(hours(1));
  ASSERT_EQ(by_hour.size(), 3U);
  EXPECT_EQ(by_hour[0].definition, "a");
  EXPECT_EQ(by_hour[0].scheduled, 2U);
  EXPECT_EQ(by_hour[1].definition, "b");
  EXPECT_DOUBLE_EQ(*by_hour[0].avg_execution, 2'000);
  EXPECT_DOUBLE_EQ(*by_hour[0].max_execution, 3'000);
  const auto by_day = rows(hours(24));
  ASSERT_EQ(by_day.size(), 2U);
  EXPECT_EQ(by_day[0].successful, 3U);
}

TEST_F(Statistics, OneDefinitionIsAnsweredAlone) {
  for (int minute = 0; minute < 3; ++minute) {
    for (const char* name : {"a", "b", "c"}) {
      s.create(name);
    }
    s.now = s.now + seconds(60);
  }
  Views::StatisticsQuery query;
  query.from = begin;
  query.to = s.now;
  query.definition = "b";
  const auto out = r.now().statistics(query);
  ASSERT_EQ(out->size(), 3U);
  EXPECT_EQ((*out)[2].definition, "b");
  query.definition = "nobody";
  EXPECT_TRUE(r.now().statistics(query)->empty());
  query.definition.reset();
  query.from = begin + seconds(60);
  query.to = begin + seconds(120);
  EXPECT_EQ(r.now().statistics(query)->size(), 3U);
}

TEST_F(Statistics, TooManyRowsAreRefusedNotCut) {
  for (const char* name : {"a", "b", "c"}) {
    s.create(name);
  }
  Views::StatisticsQuery query;
  query.from = begin;
  query.to = begin + hours(1);
  query.rows_max = 2;
  const auto out = r.now().statistics(query);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().reason, "STATISTICS_RANGE");
  query.rows_max = 3;
  EXPECT_TRUE(r.now().statistics(query));
  query.resolution = seconds(61);
  EXPECT_EQ(r.now().statistics(query).error().reason, "BAD_RESOLUTION");
}

TEST_F(Statistics, AQueryReadsALimitedNumberOfBuckets) {
  for (std::size_t i = 0; i <= kStatisticsBucketsMax; ++i) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = "d";
    s.queue(e);
    if (i % 10'000 == 0) {
      s.flush();
    }
    s.now = s.now + seconds(60);
  }
  s.flush();
  Views::StatisticsQuery query;
  query.from = begin;
  query.to = s.now;
  query.resolution = hours(24);
  EXPECT_EQ(r.now().statistics(query).error().reason, "STATISTICS_RANGE");
  query.from = begin + seconds(60);
  EXPECT_TRUE(r.now().statistics(query));
}

TEST(HistogramTest, QuantilesAreWithinTwoPercent) {
  Histogram h;
  for (std::int64_t us = 1; us <= 1'000'000; us += 7) {
    h.add(Duration{us});
  }
  for (const double q : {0.01, 0.5, 0.95, 0.99, 1.0}) {
    const double exact = q * 1'000'000;
    EXPECT_NEAR(static_cast<double>(h.quantile(q)->value), exact, exact * 0.02);
  }
}

TEST(HistogramTest, EveryClassHoldsItsMiddleAndClassesRise) {
  std::uint32_t before = 0;
  for (unsigned shift = 0; shift < 57; ++shift) {
    for (std::uint64_t part = 0; part < 64; ++part) {
      const std::uint64_t us = (std::uint64_t{64} + part) << shift;
      const std::uint32_t number = Histogram::class_of(us);
      EXPECT_GE(number, before);
      before = number;
      EXPECT_EQ(Histogram::class_of(Histogram::value_of(number)), number);
    }
  }
}

TEST(HistogramTest, MergeEqualsAddingAll) {
  Histogram a;
  Histogram b;
  Histogram all;
  for (std::int64_t i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? a : b).add(Duration{i * i});
    all.add(Duration{i * i});
  }
  a.merge(b);
  std::string merged;
  std::string whole;
  a.encode(merged);
  all.encode(whole);
  EXPECT_EQ(merged, whole);
}

}  // namespace
}  // namespace daybook::projections
