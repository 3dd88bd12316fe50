// Statistics of a caller who may not read all definitions.
#include "base/limits/views.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

using Asked = Views::StatisticsQuery;

class StatisticsVisible : public ViewsTest {
 protected:
  Asked ask(Asked::Of of, std::vector<std::string> visible) {
    Asked query;
    query.from = begin;
    query.to = begin + hours(48);
    query.now = s.now;
    query.of = of;
    query.visible = std::move(visible);
    query.rows_max = kStatisticsRowsMax;
    return query;
  }
  StatisticsPage page_of(const Asked& query) {
    auto out = r.now().statistics(query);
    EXPECT_TRUE(out) << out.error().text();
    return out ? std::move(*out) : StatisticsPage();
  }
  void run(std::string_view definition, Duration took) {
    const JobId job = s.create(definition);
    s.start(job, definition);
    const Micros started = s.now;
    s.now = s.now + took;
    s.complete(job, definition, started);
  }
  // Jobs in the minute that begins now, each pending at first.
  void create_many(std::size_t definitions) {
    for (std::size_t i = 0; i < definitions; ++i) {
      events::JobCreated e;
      e.job = JobId::make(s.now, 0, next(s.last()));
      e.definition = s.keep("m/" + std::to_string(i));
      e.run_at = s.now;
      s.queue(e);
      if (i % 1000 == 0) {
        s.flush();
      }
    }
    s.flush();
  }
  const Micros begin = s.now;
};

TEST_F(StatisticsVisible, EachShowsThoseThatMayBeReadOnly) {
  for (const char* name : {"a", "a-b", "a/b", "b"}) {
    s.create(name);
  }
  const auto names = [&](std::vector<std::string> visible) {
    std::vector<std::string> out;
    for (const auto& row : page_of(ask(Asked::Of::kEach, std::move(visible))).rows) {
      out.push_back(row.definition);
    }
    return out;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({"a"}), (Names{"a", "a/b"}));
  EXPECT_EQ(names({"b", "a*"}), (Names{"a", "a-b", "a/b", "b"}));
  EXPECT_EQ(names({"*"}), (Names{"a", "a-b", "a/b", "b"}));
  EXPECT_EQ(names({}), Names());
  EXPECT_EQ(names({""}), Names());
}

TEST_F(StatisticsVisible, PagesOfEachPassOverWhatMayNotBeRead) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    s.create(name);
  }
  Asked query = ask(Asked::Of::kEach, {"b", "e"});
  query.rows_max = 1;
  auto page = page_of(query);
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].definition, "b");
  EXPECT_TRUE(page.more);
  query.after = page.last_cursor;
  page = page_of(query);
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].definition, "e");
  EXPECT_FALSE(page.more);
}

TEST_F(StatisticsVisible, OneThatMayNotBeReadHasNoRows) {
  s.create("a");
  Asked query = ask(Asked::Of::kOne, {"b"});
  query.definition = "a";
  const auto page = page_of(query);
  EXPECT_TRUE(page.rows.empty());
  EXPECT_FALSE(page.more);
  query.visible = {"a"};
  EXPECT_EQ(page_of(query).rows.size(), 1U);
}

TEST_F(StatisticsVisible, AllTogetherIsTheSumOfWhatMayBeRead) {
  run("a", millis(10));
  run("a/b", millis(30));
  run("hidden", millis(50));
  s.create("a");
  s.create("hidden");
  const auto some = page_of(ask(Asked::Of::kAll, {"a"}));
  ASSERT_EQ(some.rows.size(), 1U);
  const StatisticsRow& row = some.rows[0];
  EXPECT_EQ(row.definition, "");
  EXPECT_EQ(row.scheduled, 3U);
  EXPECT_EQ(row.successful, 2U);
  EXPECT_EQ(row.pending_depth, 1U);
  EXPECT_EQ(row.due_depth, 1U);
  EXPECT_EQ(row.min_execution, 10.0);
  EXPECT_EQ(row.max_execution, 30.0);
  EXPECT_EQ(row.avg_execution, 20.0);
  EXPECT_NEAR(*row.p50_execution, 10.0, 0.2);
  EXPECT_NEAR(*row.p95_execution, 30.0, 0.6);
  // What is pending is shown in quiet minutes, too, to whom may read it.
  s.now = s.now + seconds(180);
  s.definition("d");
  Asked later = ask(Asked::Of::kAll, {"a"});
  ASSERT_EQ(page_of(later).rows.size(), 4U);
  EXPECT_EQ(page_of(later).rows[3].pending_depth, 1U);
  later.visible = {"a/b"};
  EXPECT_EQ(page_of(later).rows.size(), 1U);
  later.visible = std::vector<std::string>();
  EXPECT_TRUE(page_of(later).rows.empty());
}

// Row for row what is stored of all together.
TEST_F(StatisticsVisible, TheSumOfAllIsWhatIsStoredOfAll) {
  for (int i = 0; i < 60; ++i) {
    run(i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c/d", millis(i * i * 7));
    if (i % 7 == 0) {
      s.create("c/d", {}, seconds(i * 11));
    }
    s.now = s.now + seconds(i % 5 == 0 ? 170 : 3);
  }
  Asked query = ask(Asked::Of::kAll, {"a", "b", "c"});
  query.rows_max = 7;
  Asked whole = query;
  whole.visible.reset();
  for (bool more = true; more;) {
    const auto is = page_of(query);
    const auto must = page_of(whole);
    ASSERT_EQ(is.rows.size(), must.rows.size());
    for (std::size_t i = 0; i < must.rows.size(); ++i) {
      EXPECT_EQ(is.rows[i].bucket, must.rows[i].bucket);
      EXPECT_EQ(is.rows[i].scheduled, must.rows[i].scheduled);
      EXPECT_EQ(is.rows[i].pending_depth, must.rows[i].pending_depth);
      EXPECT_EQ(is.rows[i].due_depth, must.rows[i].due_depth);
      EXPECT_EQ(is.rows[i].min_execution, must.rows[i].min_execution);
      EXPECT_EQ(is.rows[i].avg_execution, must.rows[i].avg_execution);
      EXPECT_EQ(is.rows[i].p50_execution, must.rows[i].p50_execution);
      EXPECT_EQ(is.rows[i].p99_execution, must.rows[i].p99_execution);
      EXPECT_EQ(is.rows[i].p95_latency, must.rows[i].p95_latency);
    }
    EXPECT_EQ(is.last_cursor, must.last_cursor);
    ASSERT_EQ(is.more, must.more);
    more = must.more;
    query.after = whole.after = must.last_cursor;
  }
}

TEST_F(StatisticsVisible, MoreDefinitionsThanAreAddedUpAreRefused) {
  create_many(kStatisticsDefinitionsMax + 1);
  const auto refused = r.now().statistics(ask(Asked::Of::kAll, {"m"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalid);
  EXPECT_EQ(refused.error().reason, "TOO_MANY_DEFINITIONS");
  const auto all = page_of(ask(Asked::Of::kAll, {"*"}));
  ASSERT_EQ(all.rows.size(), 1U);
  EXPECT_EQ(all.rows[0].scheduled, kStatisticsDefinitionsMax + 1);
}

TEST_F(StatisticsVisible, ASumOfManyDefinitionsHasFewerRowsAndGoesOn) {
  constexpr std::size_t kDefinitions = 5'000;
  constexpr std::size_t kRows = kStatisticsSumBucketsMax / kDefinitions;
  create_many(kDefinitions);
  s.now = begin + seconds(60 * 150);
  s.definition("d");
  Asked query = ask(Asked::Of::kAll, {"m"});
  const auto first = page_of(query);
  EXPECT_EQ(first.rows.size(), kRows);
  EXPECT_TRUE(first.more);
  query.after = first.last_cursor;
  const auto second = page_of(query);
  EXPECT_EQ(second.rows.size(), 151 - kRows);
  EXPECT_FALSE(second.more);
  EXPECT_EQ(second.rows.back().pending_depth, kDefinitions);
}

}  // namespace
}  // namespace daybook::projections
