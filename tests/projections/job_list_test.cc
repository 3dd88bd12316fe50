// What the job list shows after each event.
#include <algorithm>

#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

class JobList : public ViewsTest {};

TEST_F(JobList, CreatedJobIsPendingWithAllItsFields) {
  events::JobCreated e;
  const JobId parent = s.create("other");
  e.job = JobId::make(s.now, 0, next(s.last()));
  e.definition = "d";
  e.parameters = {R"({"a":[1,2]})"};
  e.run_at = s.now + seconds(60);
  e.priority = -3;
  e.tags = {"red", "blue", "red"};
  e.unique_key = "once";
  e.parent = parent;
  s.put(e);
  const JobRow row = r.job(e.job);
  EXPECT_EQ(row.job, e.job);
  EXPECT_EQ(row.definition, "d");
  EXPECT_EQ(row.status, JobStatus::kPending);
  EXPECT_EQ(row.parameters, R"({"a":[1,2]})");
  EXPECT_EQ(row.run_at, s.now + seconds(60));
  EXPECT_EQ(row.created_at, s.now);
  EXPECT_EQ(row.created_by, "tester");
  EXPECT_EQ(row.parent, parent);
  EXPECT_EQ(row.tags, (std::vector<std::string>{"red", "blue", "red"}));
  EXPECT_EQ(row.unique_key, "once");
  EXPECT_EQ(row.priority, -3);
  EXPECT_EQ(row.seq, s.last());
  EXPECT_EQ(row.attempt, Attempt{0});
  EXPECT_EQ(row.finished_at, Micros{});
}

TEST_F(JobList, LifeOfAJobThatFailsOnceThenSucceeds) {
  const JobId job = s.create("d");
  const Micros created = s.now;
  s.now = s.now + seconds(1);
  s.start(job, "d");
  EXPECT_EQ(r.job(job).status, JobStatus::kRunning);
  EXPECT_EQ(r.job(job).component, "c");
  EXPECT_EQ(r.job(job).worker, "w");
  EXPECT_EQ(r.job(job).started_at, s.now);
  s.now = s.now + seconds(1);
  s.retry(job, "d", seconds(5));
  JobRow row = r.job(job);
  EXPECT_EQ(row.status, JobStatus::kPending);
  EXPECT_EQ(row.run_at, s.now + seconds(5));
  ASSERT_TRUE(row.error);
  EXPECT_EQ(row.error->code, "AGAIN");
  s.now = s.now + seconds(5);
  s.start(job, "d", 2);
  EXPECT_TRUE(r.job(job).error);
  s.now = s.now + seconds(1);
  s.complete(job, "d");
  row = r.job(job);
  EXPECT_EQ(row.status, JobStatus::kCompleted);
  EXPECT_EQ(row.attempt, Attempt{2});
  EXPECT_EQ(row.result, R"({"ok":true})");
  EXPECT_FALSE(row.error);
  EXPECT_EQ(row.created_at, created);
  EXPECT_EQ(row.finished_at, s.now);
  EXPECT_EQ(row.seq, s.last());
}

TEST_F(JobList, FailedJobShowsItsError) {
  const JobId job = s.create("d");
  s.start(job, "d");
  s.fail(job, "d", 1);
  const JobRow row = r.job(job);
  EXPECT_EQ(row.status, JobStatus::kFailed);
  ASSERT_TRUE(row.error);
  EXPECT_EQ(row.error->code, "BOOM");
  EXPECT_EQ(row.error->message, "it broke");
  EXPECT_EQ(row.error->details, R"({"why":2})");
  EXPECT_TRUE(row.result.empty());
}

TEST_F(JobList, FailedJobThatHasAResultIsFoundByItsError) {
  events::JobFailed e;
  e.job = s.create("d");
  s.start(e.job, "d");
  e.definition = "d";
  e.end = {Attempt{1}, Seq{1}, s.now, 1};
  e.failure = {"EFFECT_REFUSED", "no", {}};
  e.result = {"1"};
  s.put(e);
  EXPECT_EQ(r.job(e.job).result, "1");
  JobFilter filter;
  filter.error_code = "EFFECT_REFUSED";
  const auto found = r.views->jobs(filter, {});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->rows.size(), 1U);
  EXPECT_EQ(found->rows[0].job, e.job);
}

TEST_F(JobList, QueriesThatWereCutStandWithTheAttemptThatAskedThem) {
  constexpr std::string_view kAnswers =
      R"([{"question":{"query":{"edge":"a"}},"answer":{"rows":[],"more":["a"]}}])";
  const JobId job = s.create("d");
  s.start(job, "d");
  events::JobRetryScheduled failed;
  failed.job = job;
  failed.definition = "d";
  failed.end = {Attempt{1}, Seq{1}, s.now, 1, {kAnswers}};
  failed.failure = {"AGAIN", "try again", {}};
  failed.run_at = s.now;
  s.put(failed);
  EXPECT_EQ(r.job(job).cut, R"(["a"])");
  EXPECT_EQ(r.job(job).error->code, "AGAIN");
  s.start(job, "d", 2);
  s.complete(job, "d");
  EXPECT_EQ(r.job(job).cut, "");

  const JobId other = s.create("d");
  s.start(other, "d");
  events::JobCompleted e;
  e.job = other;
  e.definition = "d";
  e.end = {Attempt{1}, Seq{1}, s.now, 1, {kAnswers}};
  e.result = {"1"};
  s.put(e);
  EXPECT_EQ(r.job(other).cut, R"(["a"])");
  EXPECT_EQ(r.job(other).result, "1");
}

TEST_F(JobList, CancelRequestStandsUntilTheAttemptEnds) {
  const JobId job = s.create("d");
  s.start(job, "d");
  events::JobCancelRequested request;
  request.job = job;
  request.attempt = Attempt{1};
  request.definition = "d";
  s.put(request);
  EXPECT_TRUE(r.job(job).cancel_requested);
  s.cancel(job, "d", 1);
  EXPECT_EQ(r.job(job).status, JobStatus::kCancelled);
}

TEST_F(JobList, LeaseEventsMoveOnlyTheSequenceNumber) {
  const JobId job = s.create("d");
  s.start(job, "d");
  const JobRow before = r.job(job);
  events::LeaseExtended extended;
  extended.job = job;
  extended.attempt = Attempt{1};
  s.put(extended);
  events::LeaseExpired expired;
  expired.job = job;
  expired.attempt = Attempt{1};
  expired.definition = "d";
  s.put(expired);
  EXPECT_EQ(r.job(job).seq, Seq{before.seq.value + 2});
  EXPECT_EQ(r.job(job).status, JobStatus::kRunning);
}

TEST_F(JobList, RemovedJobLeavesListAndCountsButKeepsItsHistory) {
  const JobId job = s.create("d", {"t"});
  s.cancel(job, "d", 0);
  EXPECT_EQ(r.jobs().size(), 1U);
  s.remove(job, "d");
  EXPECT_TRUE(r.jobs().empty());
  EXPECT_FALSE(*r.now().job(job));
  EXPECT_EQ(r.now().counts("")->cancelled, 0U);
  const auto history = r.now().history(job, {});
  ASSERT_TRUE(history);
  EXPECT_EQ(history->rows.size(), 3U);
  JobFilter tagged;
  tagged.tag = "t";
  EXPECT_TRUE(r.jobs(tagged).empty());
}

TEST_F(JobList, JobWithTheRightNumberButAnotherIdIsNotFound) {
  JobId job = s.create("d");
  job.high ^= 0x1'0000;
  EXPECT_FALSE(*r.now().job(job));
}

TEST_F(JobList, CountsFollowEveryMoveAndTotalsAgree) {
  const JobId a = s.create("a", {"x"});
  const JobId b = s.create("b", {"x", "y", "x"});
  s.create("b");
  s.start(a, "a");
  s.start(b, "b");
  s.complete(b, "b");
  const auto all = r.now().counts("");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->pending, 1U);
  EXPECT_EQ(all->running, 1U);
  EXPECT_EQ(all->completed, 1U);
  EXPECT_EQ(r.now().counts("b")->completed, 1U);
  EXPECT_EQ(r.now().counts("nobody")->pending, 0U);
  JobFilter x;
  x.tag = "x";
  EXPECT_EQ(r.now().jobs(x, {})->total_count, 2U);
  x.definition = "b";
  EXPECT_EQ(r.now().jobs(x, {})->total_count, 1U);
  x.status = JobStatus::kRunning;
  EXPECT_EQ(r.now().jobs(x, {})->total_count, 0U);
  JobFilter visible;
  visible.visible = std::vector<std::string>{"b", "nobody", "b"};
  EXPECT_EQ(r.now().jobs(visible, {})->total_count, 2U);
  EXPECT_EQ(r.jobs(visible).size(), 2U);
  visible.definition = "a";
  EXPECT_EQ(r.now().jobs(visible, {})->total_count, 0U);
}

TEST_F(JobList, AnswersStateTheEventTheyReflect) {
  s.create("d");
  EXPECT_EQ(r.now().jobs({}, {})->as_of, s.last());
}

TEST_F(JobList, RetentionFollowsTheDefinitionAsItIsNow) {
  auto d = s.definition("d");
  d.retention = hours(2);
  s.put(d);
  const JobId early = s.create("d");
  const JobId late = s.create("d");
  const JobId gone = s.create("deleted");
  s.create("d");
  s.cancel(early, "d", 0);
  s.cancel(gone, "deleted", 0);
  const Micros first = s.now;
  s.now = s.now + hours(1);
  s.cancel(late, "d", 0);
  const auto look = [&](Micros now, std::size_t limit) {
    RetentionPlace place;
    return r.now().retention_due(now, limit, place);
  };
  EXPECT_TRUE(look(first + hours(2) + Duration{-1}, 10)->empty());
  auto due = look(first + hours(2), 10);
  ASSERT_TRUE(due);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->front().job, early);
  EXPECT_EQ(due->front().definition, "d");
  EXPECT_EQ(due->front().finished_at, first);
  EXPECT_EQ(due->front().over_at, first + hours(2));
  d.retention = seconds(1);
  s.put(d);
  due = look(s.now + seconds(1), 10);
  ASSERT_EQ(due->size(), 2U);
  EXPECT_EQ(due->back().job, late);
  EXPECT_EQ(look(s.now + seconds(1), 1)->front().job, early);
  EXPECT_EQ(look(first + hours(14 * 24), 10)->size(), 3U);
  s.remove(early, "d");
  EXPECT_EQ(look(s.now + seconds(1), 10)->size(), 1U);
}

// Events of one time may be folded apart, whatever the wall clock says: while it is ahead of the
// log, much that is to come is long past by it.
TEST_F(JobList, JobsThatEndAtTheTimeOfTheNewestEventAreNotPassedOver) {
  s.definition("d");
  const JobId first = s.create("d");
  const JobId second = s.create("d");
  s.cancel(second, "d", 0);
  const Micros ahead = s.now + hours(1000);
  RetentionPlace place;
  const auto look = [&] {
    std::vector<JobId> out;
    const auto due = r.now().retention_due(ahead, 10, place);
    for (const auto& ended : *due) {
      out.push_back(ended.job);
    }
    return out;
  };
  EXPECT_EQ(look(), (std::vector<JobId>{second}));
  s.cancel(first, "d", 0);
  EXPECT_EQ(look(), (std::vector<JobId>{first, second}));
  s.now = s.now + Duration{1};
  s.definition("other");
  EXPECT_EQ(look(), (std::vector<JobId>{}));
}

TEST_F(JobList, RowThatWasPushedOutOfMemoryIsReadBack) {
  const std::string big(100'000, 'x');
  const std::string parameters = "\"" + big + "\"";
  std::vector<JobId> jobs;
  for (int i = 0; i < 200; ++i) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = "d";
    e.parameters = {parameters};
    s.put(e);
    jobs.push_back(e.job);
    r.now();
  }
  s.start(jobs[0], "d");
  EXPECT_EQ(r.job(jobs[0]).status, JobStatus::kRunning);
  EXPECT_EQ(r.job(jobs[0]).parameters, parameters);
  s.start(jobs[199], "d");
  EXPECT_EQ(r.now().counts("d")->running, 2U);
}

// One that keeps its result, as all others.
TEST_F(JobList, EveryFailureIsFoundByItsErrorCode) {
  const JobId job = s.create("d");
  s.start(job, "d");
  events::JobFailed e;
  e.job = job;
  e.definition = "d";
  e.end = {Attempt{1}, Seq{1}, {}, 1};
  e.failure = {"EFFECT_REFUSED", "no such definition", {R"({"field":"x"})"}};
  e.result = {R"({"n":1})"};
  s.put(e);
  const JobId other = s.create("d");
  s.start(other, "d");
  s.fail(other, "d", 1);
  for (const char* definition : {"", "d"}) {
    JobFilter f;
    f.error_code = "EFFECT_REFUSED";
    if (*definition != 0) {
      f.definition = definition;
    }
    const auto rows = r.jobs(f);
    ASSERT_EQ(rows.size(), 1U) << definition;
    EXPECT_EQ(rows[0].job, job);
    EXPECT_EQ(rows[0].result, R"({"n":1})");
  }
  s.remove(job, "d");
  JobFilter f;
  f.error_code = "EFFECT_REFUSED";
  EXPECT_TRUE(r.jobs(f).empty());
}

}  // namespace
}  // namespace daybook::projections
