// Buckets: what counts where, depths, percentiles, resolutions, pages, what is kept.
#include <gmock/gmock.h>

#include "base/limits/views.h"
#include "projections/histogram.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

using testing::ElementsAre;
using Query = Views::StatisticsQuery;

class Statistics : public ViewsTest {
 protected:
  Query ask(Duration resolution = seconds(60)) {
    Query query;
    query.from = begin;
    query.to = begin + hours(48);
    query.now = s.now;
    query.resolution = resolution;
    query.rows_max = kStatisticsRowsMax;
    return query;
  }
  std::vector<StatisticsRow> rows_of(const Query& query) {
    auto out = r.now().statistics(query);
    EXPECT_TRUE(out) << out.error().text();
    return out ? out->rows : std::vector<StatisticsRow>();
  }
  std::vector<StatisticsRow> rows(Duration resolution = seconds(60)) {
    return rows_of(ask(resolution));
  }
  static std::vector<std::uint64_t> due(const std::vector<StatisticsRow>& rows) {
    std::vector<std::uint64_t> out;
    for (const auto& row : rows) {
      out.push_back(row.due_depth);
    }
    return out;
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
  EXPECT_THAT(due(rows(hours(1))), ElementsAre(1U));
}

// The log's time ran slower meanwhile: the job starts in the minute in which it was created,
// although it was put off beyond it.
TEST_F(Statistics, ADelayThatIsOverEarlierInTheLogsTimeLeavesTheQueue) {
  const JobId a = s.create("d", {}, seconds(65));
  r.now();
  s.put(events::ClockStepped{
      events::ClockStep::kSlew, seconds(20), {seconds(-20), seconds(580)}, {}});
  s.now = begin + seconds(45);
  s.start(a, "d", 1, begin + seconds(45));
  EXPECT_EQ(rows().at(0).pending_depth, 0U);
  EXPECT_EQ(rows().at(0).due_depth, 0U);
  s.now = begin + seconds(130);
  s.create("d");
  EXPECT_EQ(rows().at(1).due_depth, 1U);
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
  EXPECT_EQ(rows().at(3).due_depth, 3U);
  s.start(a, "d", 2, begin + seconds(180));
  EXPECT_THAT(due(rows()), ElementsAre(0U, 1U, 1U, 2U));
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
  EXPECT_EQ(by_hour[2].definition, "b");
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
  Query query = ask();
  query.to = s.now;
  query.of = Query::Of::kOne;
  query.definition = "b";
  const auto out = rows_of(query);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[2].definition, "b");
  query.definition = "nobody";
  EXPECT_TRUE(rows_of(query).empty());
  query.of = Query::Of::kEach;
  query.from = begin + seconds(60);
  query.to = begin + seconds(120);
  EXPECT_EQ(rows_of(query).size(), 3U);
}

TEST_F(Statistics, TheTotalsAddAllDefinitionsWithTheirPercentiles) {
  for (int i = 0; i < 10; ++i) {
    const char* name = i == 9 ? "slow" : "fast";
    const JobId job = s.create(name);
    const Micros started = s.now;
    s.start(job, name);
    s.now = started + (i == 9 ? seconds(50) : millis(100));
    s.complete(job, name, started);
  }
  Query query = ask();
  query.of = Query::Of::kAll;
  const auto out = rows_of(query);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].definition, "");
  EXPECT_EQ(out[0].successful, 10U);
  EXPECT_NEAR(*out[0].p50_execution, 100, 2);
  EXPECT_NEAR(*out[0].p95_execution, 50'000, 900);
}

// Who looks at a queue that stands still sees it stand.
TEST_F(Statistics, PendingJobsAreShownInEachBucketUntilNow) {
  s.create("d", {}, seconds(150));
  s.now = begin + seconds(330);
  auto all = rows();
  ASSERT_EQ(all.size(), 6U);
  EXPECT_THAT(due(all), ElementsAre(0U, 0U, 1U, 1U, 1U, 1U));
  EXPECT_EQ(all[5].pending_depth, 1U);
  EXPECT_EQ(all[5].scheduled, 0U);
  // The same when another definition moves the time.
  s.create("e");
  all = rows();
  EXPECT_THAT(due(all), ElementsAre(0U, 0U, 1U, 1U, 1U, 1U, 1U));
  Query later = ask();
  later.from = begin + seconds(180);
  later.of = Query::Of::kAll;
  EXPECT_THAT(due(rows_of(later)), ElementsAre(1U, 1U, 2U));
}

TEST_F(Statistics, AnHourKnowsWhatComesDueBeforeItEnds) {
  s.now = begin + seconds(10);
  s.create("d", {}, seconds(1800));
  s.now = begin + hours(2) + seconds(1800);
  const auto all = rows(hours(1));
  EXPECT_THAT(due(all), ElementsAre(1U, 1U, 1U));
  s.create("other");
  EXPECT_THAT(due(rows(hours(1))), ElementsAre(1U, 1U, 1U, 1U));
  EXPECT_THAT(due(rows(hours(24))), ElementsAre(1U, 1U));
}

TEST_F(Statistics, BucketsAreWholeWhereverTheQuestionBegins) {
  s.create("d");
  s.now = begin + seconds(1800);
  s.cancel(s.create("d"), "d", 0);
  Query query = ask(hours(1));
  query.from = begin + seconds(900);
  query.to = begin + seconds(1000);
  const auto page = r.now().statistics(query);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->from, begin);
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(page->rows[0].scheduled, 2U);
  EXPECT_EQ(page->rows[0].bucket, begin);
  query.to = query.from;
  EXPECT_TRUE(rows_of(query).empty());
}

TEST_F(Statistics, WithoutARangeAllIsThereAlsoAheadOfAClockThatWasSetBack) {
  s.create("d");
  s.now = begin + hours(30);
  s.cancel(s.create("d"), "d", 0);
  Query query;
  query.resolution = hours(1);
  query.now = begin + hours(29);
  const auto page = r.now().statistics(query);
  ASSERT_TRUE(page);
  ASSERT_FALSE(page->rows.empty());
  EXPECT_EQ(page->from, begin + hours(6));
  EXPECT_EQ(page->rows.back().bucket, begin + hours(30));
  query.now = begin + hours(31);
  EXPECT_EQ(r.now().statistics(query)->from, begin + hours(7));
  query.from = begin + hours(32);
  EXPECT_EQ(r.now().statistics(query).error().text(), "INVALID_FIELD: must not be after to (from)");
}

TEST_F(Statistics, ManyDefinitionsAreAnsweredPageByPage) {
  constexpr std::size_t kNames = 14;
  constexpr std::size_t kMinutes = 200;
  for (std::size_t minute = 0; minute < kMinutes; ++minute) {
    for (std::size_t i = 0; i < kNames; ++i) {
      events::JobCreated e;
      e.job = JobId::make(s.now, 0, next(s.last()));
      e.definition = s.keep("d" + std::to_string(i + 10));
      s.queue(e);
    }
    s.flush();
    s.now = s.now + seconds(60);
  }
  Query query = ask();
  query.to = s.now;
  query.rows_max = kStatisticsPageRows;
  std::vector<std::string> seen;
  std::size_t pages = 0;
  for (bool more = true; more; ++pages) {
    const auto page = r.now().statistics(query);
    ASSERT_TRUE(page) << page.error().text();
    ASSERT_LE(page->rows.size(), kStatisticsPageRows);
    for (const auto& row : page->rows) {
      seen.push_back(row.definition + " " + std::to_string(row.bucket.value));
    }
    more = page->more;
    query.after = page->last_cursor;
  }
  EXPECT_EQ(pages, (kNames * kMinutes + kStatisticsPageRows - 1) / kStatisticsPageRows);
  EXPECT_EQ(seen.size(), kNames * kMinutes);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  query.resolution = hours(1);
  EXPECT_EQ(r.now().statistics(query).error().reason, "BAD_CURSOR");
  query.after.clear();
  EXPECT_EQ(rows_of(query).size(), kNames * 4);
  query.rows_max = kStatisticsRowsMax + 1;
  EXPECT_EQ(r.now().statistics(query).error().reason, "BAD_PAGE");
  query.resolution = seconds(61);
  EXPECT_EQ(r.now().statistics(query).error().reason, "BAD_RESOLUTION");
}

TEST_F(Statistics, ManyDefinitionsInWhichNothingHappensEndAPageEarly) {
  for (std::size_t i = 0; i <= kStatisticsDefinitionsMax; ++i) {
    const std::string_view name = s.keep("d" + std::to_string(100'000 + i));
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = name;
    s.queue(e);
    events::JobCancelled end;
    end.job = e.job;
    end.definition = name;
    s.queue(end);
  }
  s.flush();
  s.now = begin + seconds(60);
  s.create("e");
  Query query = ask();
  query.from = s.now;
  auto page = r.now().statistics(query);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->rows.empty());
  EXPECT_TRUE(page->more);
  query.after = page->last_cursor;
  page = r.now().statistics(query);
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(page->rows[0].definition, "e");
  EXPECT_FALSE(page->more);
}

TEST_F(Statistics, OldMinutesGoThenOldHoursAndDaysStay) {
  const auto day = [&](std::uint32_t n) { return begin + hours(24 * std::int64_t{n}); };
  s.create("standing", {}, seconds(7200));
  const JobId gone = s.create("gone");
  s.cancel(gone, "gone", 0);
  s.now = day(kStatisticsMinutesKeptDays);
  s.create("other");
  Query query = ask();
  query.of = Query::Of::kOne;
  query.definition = "gone";
  EXPECT_EQ(rows_of(query).size(), 1U);

  s.now = day(kStatisticsMinutesKeptDays + 1);
  s.create("other");
  query.now = s.now;
  EXPECT_EQ(r.now().statistics(query).error().reason, "STATISTICS_RANGE");
  query.resolution = hours(1);
  EXPECT_EQ(rows_of(query).size(), 1U);
  // What was pending before the first minute that is kept is known after it.
  query.resolution = seconds(60);
  query.definition = "standing";
  query.from = Micros{s.now.value - seconds(120).value};
  query.to = s.now + seconds(1);
  EXPECT_THAT(due(rows_of(query)), ElementsAre(1U, 1U, 1U));
  query.from = day(1);
  query.to = day(1) + seconds(60);
  EXPECT_THAT(due(rows_of(query)), ElementsAre(1U));

  s.now = day(kStatisticsHoursKeptDays + 1);
  s.create("other");
  query.definition = "gone";
  query.resolution = hours(1);
  query.from = begin;
  EXPECT_EQ(r.now().statistics(query).error().reason, "STATISTICS_RANGE");
  query.resolution = hours(24);
  EXPECT_EQ(rows_of(query).size(), 1U);
  const auto digests = r.digests();
  r.kill();
  std::filesystem::remove_all(r.folder);
  r.open();
  EXPECT_EQ(digests, r.digests());
}

// A year by day, and a month by hour, of many busy definitions cost their own rows.
TEST_F(Statistics, AYearByDayIsAnswered) {
  for (int day = 0; day < 366; ++day) {
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
      s.cancel(s.create(name), name, 0);
    }
    s.now = s.now + hours(24);
  }
  Query query = ask(hours(24));
  query.to = s.now;
  query.now = s.now;
  EXPECT_EQ(rows_of(query).size(), 366U * 8);
  query.of = Query::Of::kAll;
  const auto all = rows_of(query);
  EXPECT_EQ(all.size(), 366U);
  EXPECT_EQ(all[100].cancelled, 8U);
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

// Something happens in them, but not in the window.
TEST_F(Statistics, ManyDefinitionsWithoutARowInAnOldWindowEndAPageEarly) {
  s.create("e");
  s.now = begin + seconds(600);
  for (std::size_t i = 0; i <= kStatisticsDefinitionsMax; ++i) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = s.keep("d" + std::to_string(100'000 + i));
    s.queue(e);
  }
  s.flush();
  Query query = ask();
  query.to = begin + seconds(60);
  auto page = r.now().statistics(query);
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_TRUE(page->rows.empty());
  ASSERT_TRUE(page->more);
  query.after = page->last_cursor;
  page = r.now().statistics(query);
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(page->rows[0].definition, "e");
  EXPECT_FALSE(page->more);
}

}  // namespace
}  // namespace daybook::projections
