// Pages of the job list: every filter and order against a plain filter over all rows, both
// directions, and while jobs keep coming.
#include <algorithm>
#include <set>

#include "base/limits/http.h"
#include "base/limits/views.h"
#include "tests/projections/job_model.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

class Paging : public ViewsTest {
 protected:
  // Jobs of three definitions in all statuses, with tags and run times that are not in the order of
  // creation.
  void many_jobs(int count) {
    const char* const names[] = {"a", "b", "c"};
    for (int i = 0; i < count; ++i) {
      const std::string_view d = names[i % 3];
      std::vector<events::Text> tags;
      if (i % 2 == 0) {
        tags.push_back("even");
      }
      if (i % 5 == 0) {
        tags.push_back("five");
      }
      const JobId job = s.create(d, tags, seconds(i * 37 % 101));
      if (i % 4 > 0) {
        s.start(job, d);
      }
      if (i % 4 == 2) {
        s.complete(job, d);
      }
      if (i % 4 == 3) {
        i % 8 == 3 ? s.fail(job, d, 1) : s.cancel(job, d, 1);
      }
      s.now = s.now + millis(i % 7 == 0 ? 500 : 0);
    }
  }

  std::vector<JobId> forward(const JobFilter& f, std::size_t limit) {
    std::vector<JobId> out;
    PageRequest request{limit, "", ""};
    for (;;) {
      const auto page = r.views->jobs(f, request);
      EXPECT_TRUE(page) << page.error().text();
      if (!page || page->last_cursor.empty()) {
        return out;
      }
      for (const JobRow& row : page->rows) {
        out.push_back(row.job);
      }
      request.after = page->last_cursor;
    }
  }

  std::vector<JobId> backward(const JobFilter& f, std::size_t limit, std::string before) {
    std::vector<JobId> out;
    for (;;) {
      const auto page = r.views->jobs(f, {limit, "", before});
      EXPECT_TRUE(page) << page.error().text();
      if (!page || page->first_cursor.empty()) {
        std::reverse(out.begin(), out.end());
        return out;
      }
      for (auto row = page->rows.rbegin(); row != page->rows.rend(); ++row) {
        out.push_back(row->job);
      }
      before = page->first_cursor;
    }
  }
};

std::vector<JobFilter> all_filters(Micros from, Micros to) {
  std::vector<JobFilter> out;
  for (int mask = 0; mask < 64; ++mask) {
    for (const JobOrder order : {JobOrder::kNewestFirst, JobOrder::kOldestFirst,
                                 JobOrder::kRunAtFirst, JobOrder::kRunAtLast}) {
      JobFilter f;
      f.order = order;
      if ((mask & 1) != 0) {
        f.definition = "b";
      }
      if ((mask & 2) != 0) {
        f.status = JobStatus::kCompleted;
      }
      if ((mask & 4) != 0) {
        f.tag = "even";
      }
      if ((mask & 8) != 0) {
        f.created_after = from;
        f.created_before = to;
      }
      if ((mask & 16) != 0) {
        f.run_after = from;
        f.run_before = to + seconds(30);
      }
      if ((mask & 32) != 0) {
        f.visible = std::vector<std::string>{"a", "b"};
      }
      out.push_back(f);
    }
  }
  return out;
}

TEST_F(Paging, EveryFilterAndOrderListsWhatAPlainFilterWould) {
  const Micros begin = s.now;
  many_jobs(120);
  const std::vector<JobRow> all = r.jobs();
  ASSERT_EQ(all.size(), 120U);
  for (const JobFilter& f : all_filters(begin + seconds(2), begin + seconds(6))) {
    const std::vector<JobId> must = matching_jobs(f, all);
    EXPECT_EQ(forward(f, 7), must);
    const auto first = r.views->jobs(f, {1000, "", ""});
    ASSERT_TRUE(first);
    if (first->total_count) {
      EXPECT_EQ(*first->total_count, must.size());
    }
    const bool ranges = f.created_after || f.run_after;
    EXPECT_EQ(first->total_count.has_value(), !ranges);
    if (must.size() > 1) {
      const auto last = first->rows.back().job;
      std::vector<JobId> back = backward(f, 7, first->last_cursor);
      back.push_back(last);
      // The last cursor may lie behind the last row when rows had to be looked at.
      if (back.size() == must.size() + 1) {
        back.pop_back();
      }
      EXPECT_EQ(back, must);
    }
  }
}

TEST_F(Paging, EndsErrorsAndParentsAreListedAsAPlainFilterWould) {
  const Micros begin = s.now;
  many_jobs(120);
  const std::vector<JobRow> before = r.jobs();
  const JobId parent = before[7].job;
  for (int i = 0; i < 12; ++i) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = i % 2 == 0 ? "a" : "b";
    e.run_at = s.now;
    e.parent = i % 3 == 0 ? before[8].job : parent;
    s.put(e);
    if (i % 4 > 0) {
      s.start(e.job, e.definition);
    }
    if (i % 4 > 1) {
      s.now = s.now + millis(300);
      i % 4 == 2 ? s.fail(e.job, e.definition, 1) : s.complete(e.job, e.definition);
    }
  }
  s.remove(before[3].job, before[3].definition);
  const std::vector<JobRow> all = r.jobs();
  ASSERT_EQ(all.size(), 131U);
  for (int mask = 0; mask < 64; ++mask) {
    for (const JobOrder order :
         {JobOrder::kNewestFirst, JobOrder::kOldestFirst, JobOrder::kRunAtFirst,
          JobOrder::kRunAtLast, JobOrder::kFinishedFirst, JobOrder::kFinishedLast}) {
      JobFilter f;
      f.order = order;
      if ((mask & 1) != 0) {
        f.definition = "b";
      }
      if ((mask & 2) != 0) {
        f.status = JobStatus::kCompleted;
        f.status.add(JobStatus::kRunning);
        f.status.add(JobStatus::kFailed);
      }
      if ((mask & 4) != 0) {
        f.tag = "even";
      }
      if ((mask & 8) != 0) {
        f.finished_after = begin + seconds(1);
        f.finished_before = begin + seconds(9);
      }
      if ((mask & 16) != 0) {
        f.error_code = "BOOM";
      }
      if ((mask & 32) != 0) {
        f.parent = parent;
      }
      const std::vector<JobId> must = matching_jobs(f, all);
      EXPECT_EQ(forward(f, 9), must) << mask << " " << static_cast<int>(order);
      const auto page = r.views->jobs(f, {1000, "", ""});
      ASSERT_TRUE(page);
      EXPECT_EQ(page->total_count.value_or(must.size()), must.size());
      EXPECT_EQ(page->total_count.has_value(), mask < 8);
    }
  }
  JobFilter unknown;
  unknown.error_code = std::string(300, 'x');
  EXPECT_TRUE(r.jobs(unknown).empty());
}

TEST_F(Paging, PagesNeitherRepeatNorMissJobsWhileOthersAreCreated) {
  many_jobs(50);
  std::set<JobId> old;
  for (const JobRow& row : r.jobs()) {
    old.insert(row.job);
  }
  for (const JobOrder order : {JobOrder::kNewestFirst, JobOrder::kOldestFirst}) {
    JobFilter f;
    f.order = order;
    std::vector<JobId> seen;
    PageRequest request{7, "", ""};
    for (std::size_t pages = 0; seen.size() < old.size() && pages < 40; ++pages) {
      const auto page = r.now().jobs(f, request);
      ASSERT_TRUE(page);
      for (const JobRow& row : page->rows) {
        if (old.contains(row.job)) {
          seen.push_back(row.job);
        }
      }
      request.after = page->last_cursor;
      s.create("a");
    }
    EXPECT_EQ(seen.size(), old.size());
    EXPECT_EQ(std::set<JobId>(seen.begin(), seen.end()), old);
  }
}

TEST_F(Paging, NewJobsStandBeforeTheFirstCursorOfTheNewestFirstList) {
  many_jobs(5);
  const auto page = r.now().jobs({}, {3, "", ""});
  const JobId fresh = s.create("a");
  const auto newer = r.now().jobs({}, {3, "", page->first_cursor});
  ASSERT_EQ(newer->rows.size(), 1U);
  EXPECT_EQ(newer->rows[0].job, fresh);
}

TEST_F(Paging, PageEndsWithTheRowThatFillsItsBytes) {
  many_jobs(9);
  const auto all = r.now().jobs({}, {9, "", ""});
  PageRequest request{9, "", "", 1};
  std::vector<JobId> one_by_one;
  for (auto page = r.views->jobs({}, request); page && !page->rows.empty();
       page = r.views->jobs({}, request)) {
    ASSERT_EQ(page->rows.size(), 1U);
    one_by_one.push_back(page->rows[0].job);
    request.after = page->last_cursor;
  }
  ASSERT_EQ(one_by_one.size(), all->rows.size());
  const auto back = r.views->jobs({}, {9, "", all->last_cursor, 1});
  ASSERT_EQ(back->rows.size(), 1U);
  EXPECT_EQ(back->rows[0].job, all->rows[7].job);
  EXPECT_EQ(back->first_cursor, back->last_cursor);
}

TEST_F(Paging, BadCursorsAndLimitsNameTheirField) {
  many_jobs(3);
  const auto page = r.now().jobs({}, {1, "", ""});
  const auto refused = [&](const PageRequest& request, const char* reason, const char* field) {
    const auto answer = r.views->jobs({}, request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::kInvalid);
    EXPECT_EQ(answer.error().reason, reason);
    EXPECT_EQ(answer.error().field, field);
  };
  refused({1, "xyz", ""}, "BAD_CURSOR", "after");
  refused({1, "", "0102"}, "BAD_CURSOR", "before");
  refused({1, "ff" + page->last_cursor.substr(2), ""}, "BAD_CURSOR", "after");
  refused({1, page->last_cursor + "00", ""}, "BAD_CURSOR", "after");
  refused({1, std::string(100'000, 'a'), ""}, "BAD_CURSOR", "after");
  refused({0, "", ""}, "BAD_PAGE", "limit");
  refused({kPageLimitMax + 1, "", ""}, "BAD_PAGE", "limit");
  refused({1, page->last_cursor, page->first_cursor}, "BAD_PAGE", "before");
  JobFilter by_run;
  by_run.order = JobOrder::kRunAtFirst;
  EXPECT_EQ(r.views->jobs(by_run, {1, page->last_cursor, ""}).error().reason, "BAD_CURSOR");
}

// A thousand jobs for tomorrow, a few for today, and as many of a second tag.
TEST_F(Paging, ARangeThatHoldsFewJobsIsAnsweredInFullInAnyOrder) {
  std::vector<JobId> today;
  for (std::size_t i = 0; i < kJobScanMax + 10; ++i) {
    const bool few = i % 2'000 == 7;
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = "a";
    e.run_at = s.now + (few ? seconds(static_cast<std::int64_t>(10 - i / 2'000)) : hours(24));
    e.tags = {few ? "few" : "many"};
    s.queue(e);
    if (few) {
      today.push_back(e.job);
    }
  }
  s.flush();
  JobFilter by_range;
  by_range.run_before = s.now + hours(1);
  JobFilter by_tag;
  by_tag.tag = "few";
  JobFilter by_creation;
  by_creation.created_after = s.now;
  by_creation.created_before = s.now + seconds(1);
  by_creation.tag = "few";
  for (JobFilter f : {by_range, by_tag, by_creation}) {
    for (const JobOrder order : {JobOrder::kOldestFirst, JobOrder::kNewestFirst,
                                 JobOrder::kRunAtFirst, JobOrder::kRunAtLast}) {
      f.order = order;
      // Those for today were created in the order against that of run_at.
      const bool rising = order == JobOrder::kOldestFirst || order == JobOrder::kRunAtLast;
      std::vector<JobId> must = today;
      if (!rising) {
        std::reverse(must.begin(), must.end());
      }
      std::vector<JobId> is;
      std::string after;
      for (std::size_t page = 0; page < must.size(); ++page) {
        const auto found = r.now().jobs(f, {1, after, ""});
        ASSERT_TRUE(found) << found.error().text();
        ASSERT_EQ(found->rows.size(), 1U) << "order " << static_cast<int>(order);
        is.push_back(found->rows[0].job);
        after = found->last_cursor;
      }
      EXPECT_EQ(is, must) << "order " << static_cast<int>(order);
      EXPECT_TRUE(r.now().jobs(f, {1, after, ""})->rows.empty());
      const auto back = r.now().jobs(f, {10, "", after});
      ASSERT_TRUE(back);
      EXPECT_EQ(back->rows.size(), must.size() - 1);
    }
  }
}

TEST_F(Paging, AFilterWithoutIndexLooksAtALimitedNumberOfRowsAndGoesOn) {
  const std::size_t half = kJobScanMax + 10;
  for (std::size_t i = 0; i < 2 * half; ++i) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = "a";
    e.run_at = s.now + hours(i < half ? 1 : 2);
    s.queue(e);
  }
  s.flush();
  // More run in that hour than are sorted for a page, and all of them were created before the rest.
  JobFilter f;
  f.run_before = s.now + hours(1) + seconds(1);
  const auto first = r.now().jobs(f, {10, "", ""});
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->rows.empty());
  ASSERT_FALSE(first->last_cursor.empty());
  const auto second = r.now().jobs(f, {10, first->last_cursor, ""});
  EXPECT_EQ(second->rows.size(), 10U);
}

TEST_F(Paging, MoreVisibleDefinitionsThanCanBeMergedAreStillAnswered) {
  JobFilter f;
  f.visible.emplace();
  for (std::size_t i = 0; i <= kJobMergeMax; ++i) {
    const std::string_view name = s.keep("v" + std::to_string(i));
    s.create(name);
    f.visible->emplace_back(name);
  }
  s.create("hidden");
  EXPECT_EQ(r.jobs(f).size(), kJobMergeMax + 1);
  EXPECT_EQ(r.now().jobs(f, {})->total_count, kJobMergeMax + 1);
}

// Every second one has a tag, a few have failed: then there are few enough again.
TEST_F(Paging, ManyVisibleDefinitionsAreListedAsAPlainFilterWould) {
  for (std::size_t i = 0; i <= 2 * kJobMergeMax; ++i) {
    const std::string name = (i % 5 == 0 ? "hidden" : "v/") + std::to_string(i);
    const std::string_view d = s.keep(name);
    const JobId job =
        s.create(d, i % 2 == 0 ? std::vector<events::Text>{"even"} : std::vector<events::Text>{},
                 seconds(static_cast<std::int64_t>(i * 37 % 101)));
    if (i % 20 == 3) {
      s.start(job, d);
      s.fail(job, d, 1);
    }
  }
  const std::vector<JobRow> all = r.jobs();
  for (int mask = 0; mask < 16; ++mask) {
    for (const JobOrder order : {JobOrder::kNewestFirst, JobOrder::kRunAtFirst}) {
      JobFilter f;
      f.order = order;
      f.visible = {"v"};
      f.status = (mask & 1) != 0 ? std::optional(JobStatus::kFailed) : std::nullopt;
      f.tag = (mask & 2) != 0 ? std::optional<std::string>("even") : std::nullopt;
      f.error_code = (mask & 4) != 0 ? std::optional<std::string>("BOOM") : std::nullopt;
      f.definition = (mask & 8) != 0 ? std::optional<std::string>("hidden0") : std::nullopt;
      const std::vector<JobId> must = matching_jobs(f, all);
      EXPECT_EQ(forward(f, 100), must) << mask;
      const auto page = r.now().jobs(f, {1, "", ""});
      EXPECT_EQ(page->total_count.value_or(must.size()), must.size()) << mask;
      EXPECT_EQ(page->total_count.has_value(), !f.error_code) << mask;
      EXPECT_TRUE(!f.definition || must.empty());
    }
  }
}

TEST_F(Paging, RetentionLooksAtALimitedNumberOfDefinitionsAndGoesOn) {
  std::vector<JobId> jobs;
  for (std::size_t i = 0; i < kRetentionDefinitionsMax + 1; ++i) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = s.keep("v" + std::to_string(i));
    s.queue(e);
    events::JobCancelled c;
    c.job = e.job;
    c.definition = e.definition;
    s.queue(c);
    jobs.push_back(e.job);
  }
  s.flush();
  const Micros later = s.now + hours(10'000);
  RetentionPlace place;
  EXPECT_EQ(r.now().retention_due(later, 10'000, place)->size(), kRetentionDefinitionsMax);
  EXPECT_TRUE(place.more);
  const auto rest = r.now().retention_due(later, 10'000, place);
  ASSERT_EQ(rest->size(), 1U);
  EXPECT_EQ(rest->front().job, jobs.back());
}

// A cursor of the whole list goes on in a part of it.
TEST_F(Paging, ACursorOutsideOfTheRangeBeginsAtItsEnd) {
  const Micros begin = s.now;
  many_jobs(300);
  const std::vector<JobRow> all = r.jobs();
  for (const JobStatus status : {JobStatus::kPending, JobStatus::kRunning, JobStatus::kFailed}) {
    for (const JobOrder order : {JobOrder::kNewestFirst, JobOrder::kOldestFirst,
                                 JobOrder::kRunAtFirst, JobOrder::kRunAtLast}) {
      JobFilter f;
      f.status = status;
      f.order = order;
      const auto whole = r.now().jobs(f, {1000, "", ""});
      ASSERT_TRUE(whole);
      if (order == JobOrder::kRunAtFirst || order == JobOrder::kRunAtLast) {
        f.run_after = begin + seconds(30);
        f.run_before = begin + seconds(90);
      } else {
        f.created_after = begin + seconds(6);
        f.created_before = begin + seconds(15);
      }
      const std::vector<JobId> must = matching_jobs(f, all);
      ASSERT_FALSE(must.empty());
      const auto ids = [&](const PageRequest& request) {
        std::vector<JobId> out;
        const auto page = r.now().jobs(f, request);
        EXPECT_TRUE(page) << page.error().text();
        for (const JobRow& row : page ? page->rows : std::vector<JobRow>()) {
          out.push_back(row.job);
        }
        return out;
      };
      const std::string what =
          std::to_string(static_cast<int>(status)) + " " + std::to_string(static_cast<int>(order));
      EXPECT_EQ(ids({1000, whole->first_cursor, ""}), must) << what;
      EXPECT_EQ(ids({1000, "", whole->last_cursor}), must) << what;
      EXPECT_TRUE(ids({1000, whole->last_cursor, ""}).empty()) << what;
      EXPECT_TRUE(ids({1000, "", whole->first_cursor}).empty()) << what;
    }
  }
}

// Whatever of a row is long counts.
TEST_F(Paging, PageEndsWithTheRowWhoseOutputOrErrorFillsItsBytes) {
  const std::string long_text(2'000, 'x');
  const std::string long_json = "\"" + long_text + "\"";
  const auto start = [&] {
    const JobId job = s.create("d");
    s.start(job, "d");
    return job;
  };
  events::JobCompleted done;
  done.job = start();
  done.definition = "d";
  done.end = {Attempt{1}, Seq{1}, {}, 1};
  done.result = {"{}"};
  done.output = {long_json};
  s.put(done);
  events::JobFailed failed;
  failed.definition = "d";
  failed.end = {Attempt{1}, Seq{1}, {}, 1};
  failed.job = start();
  failed.failure = {"BOOM", long_text, {}};
  s.put(failed);
  failed.job = start();
  failed.failure = {"BOOM", "it broke", {long_json}};
  s.put(failed);
  PageRequest request{9, "", "", 1'000};
  for (int i = 0; i < 3; ++i) {
    const auto page = r.now().jobs({}, request);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->rows.size(), 1U) << i;
    request.after = page->last_cursor;
  }
}

}  // namespace
}  // namespace daybook::projections
