// Definitions and components as the lists show them, and the history of jobs.
#include "base/limits/views.h"
#include "tests/projections/views_rig.h"
#include "tests/projections/visible_model.h"

namespace daybook::projections {
namespace {

class Resources : public ViewsTest {};

TEST_F(Resources, DefinitionKeepsItsCreationThroughChanges) {
  auto d = s.definition("d");
  const Micros created = s.now;
  s.now = s.now + seconds(5);
  s.actor = "changer";
  d.concurrency = 4;
  d.rate_count = 7;
  d.rate_per = seconds(9);
  d.paused = true;
  d.priority = -5;
  d.display_name = "The one";
  d.timeout = seconds(3);
  d.lease = seconds(4);
  d.retry = {5, seconds(1), seconds(2), 1500, 50};
  s.put(d);
  const auto row = r.now().definition("d");
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->created_at, created);
  EXPECT_EQ((*row)->updated_at, s.now);
  EXPECT_EQ((*row)->updated_by, "changer");
  EXPECT_EQ((*row)->component, "c");
  EXPECT_EQ((*row)->concurrency, 4U);
  EXPECT_EQ((*row)->rate_count, 7U);
  EXPECT_EQ((*row)->rate_per, seconds(9));
  EXPECT_TRUE((*row)->paused);
  EXPECT_EQ((*row)->priority, -5);
  EXPECT_EQ((*row)->display_name, "The one");
  EXPECT_EQ((*row)->timeout, seconds(3));
  EXPECT_EQ((*row)->lease, seconds(4));
  EXPECT_EQ((*row)->retention, hours(1));
  EXPECT_EQ((*row)->retry, d.retry);
  EXPECT_EQ((*row)->seq, s.last());
}

TEST_F(Resources, DeletedDefinitionIsGoneAndStartsAnew) {
  s.definition("d");
  events::DefinitionDeleted deleted;
  deleted.definition = "d";
  s.put(deleted);
  EXPECT_FALSE(*r.now().definition("d"));
  EXPECT_EQ(r.now().definitions({})->total_count, 0U);
  s.now = s.now + seconds(1);
  s.definition("d");
  EXPECT_EQ((*r.now().definition("d"))->created_at, s.now);
}

TEST_F(Resources, ComponentShowsAllItsFields) {
  events::ComponentPut e;
  e.component = "lib/x.hreactor";
  e.runtime = events::Runtime::kReactor;
  e.spec = {R"({"code":"y"})"};
  e.spec_hash[3] = 9;
  e.display_name = "X";
  e.description = "does x";
  e.component_version = "1.2";
  s.put(e);
  const auto row = r.now().component("lib/x.hreactor");
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->runtime, events::Runtime::kReactor);
  EXPECT_EQ((*row)->spec, R"({"code":"y"})");
  EXPECT_EQ((*row)->spec_hash, e.spec_hash);
  EXPECT_EQ((*row)->display_name, "X");
  EXPECT_EQ((*row)->description, "does x");
  EXPECT_EQ((*row)->component_version, "1.2");
  events::ComponentDeleted deleted;
  deleted.component = e.component;
  s.put(deleted);
  EXPECT_FALSE(*r.now().component("lib/x.hreactor"));
}

TEST_F(Resources, RuleKeepsItsCreationThroughChangesAndGoes) {
  s.put(events::RulePut{"after-pick", {R"([{"componentId":"a.hrule","parameters":{}}])"}, "P"});
  const Micros created = s.now;
  s.now = s.now + seconds(5);
  s.actor = "changer";
  s.put(events::RulePut{"after-pick", {R"([{"componentId":"b.hrule","parameters":{}}])"}, {}});
  const auto row = r.now().rule("after-pick");
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->rule, "after-pick");
  EXPECT_EQ((*row)->components, R"([{"componentId":"b.hrule","parameters":{}}])");
  EXPECT_EQ((*row)->display_name, "");
  EXPECT_EQ((*row)->created_at, created);
  EXPECT_EQ((*row)->updated_at, s.now);
  EXPECT_EQ((*row)->updated_by, "changer");
  EXPECT_EQ((*row)->seq, s.last());
  EXPECT_EQ(r.now().rules({})->total_count, 1U);
  s.put(events::RuleDeleted{"after-pick"});
  EXPECT_FALSE(*r.now().rule("after-pick"));
  EXPECT_TRUE(r.now().rules({})->rows.empty());
}

TEST_F(Resources, PagesGoThroughAllNamesInBothDirections) {
  for (const char* name : {"b", "a", "c", "ab", "e"}) {
    s.definition(name);
  }
  std::vector<std::string> names;
  PageRequest request{2, "", ""};
  for (;;) {
    const auto page = r.now().definitions(request);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->total_count, 5U);
    if (page->rows.empty()) {
      break;
    }
    for (const auto& row : page->rows) {
      names.push_back(row.definition);
    }
    request.after = page->last_cursor;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a", "ab", "b", "c", "e"}));
  EXPECT_EQ(r.now().definitions({5, "", "", 1})->rows.size(), 1U);  // it is full
  const auto all = r.now().definitions({});
  const auto before = r.now().definitions({2, "", all->last_cursor});
  ASSERT_EQ(before->rows.size(), 2U);
  EXPECT_EQ(before->rows[0].definition, "b");
  EXPECT_EQ(before->rows[1].definition, "c");
}

TEST_F(Resources, AnIdCoversWhatIsBelowItAndNotWhatSortsBetween) {
  for (const char* name : {"a", "a!", "a-b", "a/b", "a/b/c", "a0", "ab", "b"}) {
    s.definition(name);
  }
  const auto names = [&](Ids visible) {
    std::vector<std::string> out;
    PageRequest request;
    request.visible = std::move(visible);
    const auto page = r.now().definitions(request);
    EXPECT_TRUE(page) << page.error().text();
    EXPECT_EQ(page->total_count, page->rows.size());
    for (const auto& row : page->rows) {
      out.push_back(row.definition);
    }
    return out;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(std::nullopt).size(), 8U);
  EXPECT_EQ(names({{"*"}}).size(), 8U);
  EXPECT_EQ(names(Names()), Names());
  EXPECT_EQ(names({{"a"}}), (Names{"a", "a/b", "a/b/c"}));
  EXPECT_EQ(names({{"a/b"}}), (Names{"a/b", "a/b/c"}));
  EXPECT_EQ(names({{"a*"}}), (Names{"a", "a!", "a-b", "a/b", "a/b/c", "a0", "ab"}));
  EXPECT_EQ(names({{"b", "a/*", "a/b"}}), (Names{"a/b", "a/b/c", "b"}));
  EXPECT_EQ(names({{"a0", "a", "x"}}), (Names{"a", "a/b", "a/b/c", "a0"}));
  EXPECT_EQ(names({{""}}), Names());
}

TEST_F(Resources, HistoryTellsEveryEventOfAJobInOrderAndInPages) {
  const JobId job = s.create("d");
  s.create("d");
  s.start(job, "d");
  r.now();
  s.complete(job, "d");
  auto page = r.now().history(job, {2, "", ""});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->total_count, 3U);
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->rows[0].seq, job.key());
  EXPECT_NE(page->rows[0].json.find("JobCreated"), std::string::npos);
  page = r.now().history(job, {2, page->last_cursor, ""});
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_NE(page->rows[0].json.find("JobCompleted"), std::string::npos);
  page = r.now().history(job, {1, "", page->first_cursor});
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_NE(page->rows[0].json.find("JobStarted"), std::string::npos);
}

TEST_F(Resources, HistoryEndsWhereTheLogWasTrimmed) {
  const JobId job = s.create("d");
  s.start(job, "d");
  r.now();
  ASSERT_TRUE(r.log.trim(job.key()));
  const auto page = r.now().history(job, {});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_NE(page->rows[0].json.find("JobStarted"), std::string::npos);
}

TEST_F(Resources, HistoryOfAnUnknownJobIsEmpty) {
  const auto page = r.now().history(JobId::make(s.now, 0, Seq{99}), {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->rows.empty());
}

TEST_F(Resources, HistoriesGoWithTheEventsThatAreTrimmed) {
  const JobId ended = s.create("d");
  s.start(ended, "d");
  s.complete(ended, "d");
  const JobId running = s.create("d");
  s.start(running, "d");
  events::LogTrimmed trimmed;
  trimmed.through = Seq{s.last().value - 1};
  s.put(trimmed);
  const Seq end = s.complete(running, "d");
  // As if the archive had been given back: the events are looked for in the log.
  const auto seqs = [&](JobId job) {
    std::vector<std::uint64_t> out;
    const auto page = r.now().history(job, {100, "", ""});
    EXPECT_TRUE(page) << page.error().text();
    for (const HistoryRow& row : page ? page->rows : std::vector<HistoryRow>()) {
      out.push_back(row.seq.value);
    }
    return out;
  };
  EXPECT_EQ(seqs(ended), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(seqs(running), (std::vector<std::uint64_t>{4, 5, end.value}));
  ASSERT_TRUE(r.log.trim(trimmed.through));
  EXPECT_EQ(seqs(running), (std::vector<std::uint64_t>{5, end.value}));
  EXPECT_EQ(r.now().history(ended, {100, "", ""}).error().reason, "LOG_TRIMMED");
  const auto of_job = [&](JobId job) {
    EventSelection selection;
    selection.job = job;
    return r.now().find_events(selection, {Seq{}, s.last(), 100, false})->seqs.size();
  };
  EXPECT_EQ(of_job(ended), 0U) << "its row has gone";
  EXPECT_EQ(of_job(running), 2U);
}

// Some of the archives: the history begins where the log begins, also behind the job's creation.
TEST_F(Resources, HistoryTellsWhatCameBackOfAJobWhoseCreationDidNot) {
  const JobId job = s.create("d");
  s.start(job, "d");
  s.complete(job, "d");
  s.create("d");
  events::LogTrimmed trimmed;
  trimmed.through = s.last();
  s.put(trimmed);
  r.now();
  ASSERT_TRUE(r.log.trim(job.key()));
  const auto page = r.now().history(job, {100, "", ""});
  ASSERT_TRUE(page) << page.error().text();
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_NE(page->rows[0].json.find("JobStarted"), std::string::npos);
  EXPECT_NE(page->rows[1].json.find("JobCompleted"), std::string::npos);
  EXPECT_EQ(page->total_count, 2U);
}

TEST_F(Resources, HistoryOfWhichTooMuchCameBackCountsNothing) {
  const JobId job = s.create("d");
  s.start(job, "d");
  const auto fill = [&](std::size_t upto) {
    for (std::uint64_t at = s.last().value + 1; at < upto; ++at) {
      events::DefinitionPut filler;
      filler.definition = "other";
      filler.component = "c";
      s.queue(filler);
      if (at % 1000 == 0) {
        s.flush();
      }
    }
    s.flush();
  };
  fill(kHistoryScanMax);
  EXPECT_EQ(s.last().value, kHistoryScanMax - 1);
  events::LogTrimmed trimmed;
  trimmed.through = s.last();
  s.put(trimmed);
  EXPECT_EQ(r.now().history(job, {100, "", ""})->total_count, 2U);
  fill(kHistoryScanMax + 10);
  trimmed.through = s.last();
  s.put(trimmed);
  const auto page = r.now().history(job, {100, "", ""});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.size(), 2U);
  EXPECT_FALSE(page->total_count);
}

}  // namespace
}  // namespace daybook::projections
