// The set `jobs`: what its index gives is what a look at every row gives.
#include <algorithm>

#include "base/time_text.h"
#include "graph/limits.h"
#include "tests/graph/graph_rig.h"

namespace daybook::graph {
namespace {

std::string quoted(JobId id) {
  return "\"" + id.text() + "\"";
}
std::string list_of_ids(const std::vector<JobId>& jobs) {
  std::string out = "[";
  for (const JobId job : jobs) {
    out += out.size() > 1 ? "," : "";
    out += "{\"jobId\":" + quoted(job) + "}";
  }
  return out + "]";
}

class JobsSet : public GraphTest {
 protected:
  // Ten jobs, a minute apart, of two definitions, every third tagged; the first two have ended.
  void SetUp() override {
    GraphTest::SetUp();
    s.definition("a", "tool");
    s.definition("b", "tool");
    for (int i = 0; i < 10; ++i) {
      s.now = s.now + seconds(60);
      jobs.push_back(s.create(
          i % 2 == 0 ? "a" : "b",
          i % 3 == 0 ? std::vector<events::Text>{"third", "x"} : std::vector<events::Text>{},
          hours(10 - i)));
    }
    s.start(jobs[0], "a");
    s.complete(jobs[0], "a", s.now);
    s.start(jobs[1], "b");
    s.fail(jobs[1], "b", 1, s.now);
  }

  std::string ids(const std::string& filter, const std::string& order = "") {
    return json(query("jobs", {"jobId"}, filter, order));
  }
  std::string picked(std::initializer_list<int> numbers) {
    std::vector<JobId> out;
    for (const int number : numbers) {
      out.push_back(jobs[static_cast<std::size_t>(number)]);
    }
    return list_of_ids(out);
  }

  std::vector<JobId> jobs;
};

TEST_F(JobsSet, AreNewestFirstAndFilteredByEveryIndex) {
  EXPECT_EQ(ids(""), picked({9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
  EXPECT_EQ(ids("jobDefinitionId == a"), picked({8, 6, 4, 2, 0}));
  EXPECT_EQ(ids("status = pending and jobDefinitionId == b"), picked({9, 7, 5, 3}));
  EXPECT_EQ(ids("status anyof [failed]"), picked({1}));
  EXPECT_EQ(ids("tags anyof ['third']"), picked({9, 6, 3, 0}));
  EXPECT_EQ(ids("tags allof ['third', 'x'] and status != completed"), picked({9, 6, 3}));
  EXPECT_EQ(ids("jobId == " + jobs[4].text()), picked({4}));
  EXPECT_EQ(ids("createdAt >= now - 2 minutes"), picked({9, 8, 7}));
  EXPECT_EQ(ids("createdAt > now - 2 minutes and createdAt < now"), picked({8}));
  EXPECT_EQ(ids("not (status == pending)"), picked({1, 0}));
  EXPECT_EQ(ids("error.code == BOOM"), picked({1}));
  EXPECT_EQ(ids("parameters.n == 1 and status == completed"), picked({0}));
  EXPECT_EQ(ids("result.ok == true"), picked({0}));
}

TEST_F(JobsSet, NamesThatNoJobCanHaveFindNothing) {
  const std::string long_name(1000, 'x');
  EXPECT_EQ(ids("jobDefinitionId == 'a/b'"), "[]");
  EXPECT_EQ(ids("jobDefinitionId == '" + long_name + "'"), "[]");
  EXPECT_EQ(ids("tags anyof ['" + long_name + "']"), "[]");
  EXPECT_EQ(ids("jobId == 00000000-0000-0000-0000-000000000000"), "[]");
  EXPECT_EQ(json(query("jobDefinitions", {}, "jobDefinitionId == '" + long_name + "'")), "[]");
  EXPECT_EQ(json(query("components", {}, "componentId == '" + long_name + "'")), "[]");
}

TEST_F(JobsSet, AreOrderedByAnyField) {
  EXPECT_EQ(ids("", "createdAt"), picked({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(ids("", "jobId"), picked({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(ids("status == pending", "runAt"), picked({9, 8, 7, 6, 5, 4, 3, 2}));
  EXPECT_EQ(ids("status == pending", "runAt desc"), picked({2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(ids("", "jobDefinitionId, createdAt desc"), picked({8, 6, 4, 2, 0, 9, 7, 5, 3, 1}));
  EXPECT_EQ(ids("", "status desc, createdAt"), picked({2, 3, 4, 5, 6, 7, 8, 9, 1, 0}));
  EXPECT_EQ(ids("createdAt >= now - 2 minutes", "finishedAt, createdAt"), picked({7, 8, 9}));
}

TEST_F(JobsSet, WhatHasNotFinishedStandsBeforeAllThatHas) {
  EXPECT_EQ(ids("", "finishedAt"), picked({2, 3, 4, 5, 6, 7, 8, 9, 0, 1}));
  EXPECT_EQ(ids("", "finishedAt desc"), picked({1, 0, 9, 8, 7, 6, 5, 4, 3, 2}));
  EXPECT_EQ(ids("jobDefinitionId == a", "finishedAt desc"), picked({0, 8, 6, 4, 2}));
  EXPECT_EQ(ids("status == failed", "finishedAt"), picked({1}));
  EXPECT_EQ(ids("status == pending and tags anyof ['third']", "finishedAt"), picked({3, 6, 9}));
  EXPECT_EQ(ids("finishedAt <= now", "finishedAt desc"), picked({1, 0}));
  EXPECT_EQ(ids("finishedAt < now - 1 days"), "[]");
}

TEST_F(JobsSet, APageEndsAtItsLimitAndTheNextBeginsBehindIt) {
  for (const std::string order : {"", "createdAt", "runAt desc", "jobDefinitionId, createdAt",
                                  "finishedAt", "finishedAt desc"}) {
    const bool by_end = order.starts_with("finished");
    Query q = query("jobs", {"jobId"},
                    by_end ? "jobId != " + jobs[4].text() + " and jobId != " + jobs[5].text()
                           : "status == pending",
                    order);
    const std::string all = json(q);
    q.limit = 3;
    q.count = true;
    std::string pages = "[";
    for (int page = 0; page < 3; ++page) {
      const Answer out = answer(q);
      pages += (page > 0 ? "," : "") + out.json.substr(1, out.json.size() - 2);
      EXPECT_EQ(out.more, page < 2) << order;
      if (!by_end || page == 0) {  // no counter knows of other filters behind a cursor
        EXPECT_EQ(out.total_count, 8U) << order;
      }
      EXPECT_FALSE(out.first_cursor.empty());
      q.after = out.last_cursor;
    }
    EXPECT_EQ(pages + "]", all) << order;
    EXPECT_EQ(json(q), "[]");
  }
}

TEST_F(JobsSet, ACursorOfAnotherQuestionIsRefused) {
  Query q = query("jobs", {"jobId"}, "", "createdAt");
  const std::string cursor = answer(q).last_cursor;
  q.order_by = "createdAt desc";
  for (const std::string& given :
       {cursor, std::string("zz"), std::string("00"), cursor.substr(0, cursor.size() - 2),
        cursor + "20", std::string(5000, '0')}) {
    q.after = given;
    EXPECT_EQ(refusal(q).reason, "BAD_CURSOR") << given;
  }
}

TEST_F(JobsSet, TheCountIsExact) {
  const auto count = [&](const std::string& filter, const std::string& order = "") {
    Query q = query("jobs", {"jobId"}, filter, order);
    q.count = true;
    q.limit = 1;
    return answer(q).total_count;
  };
  EXPECT_EQ(count(""), 10U);
  EXPECT_EQ(count("jobDefinitionId == a"), 5U);
  EXPECT_EQ(count("tags anyof ['third']"), 4U);
  EXPECT_EQ(count("parameters.n == 1"), 10U);
  EXPECT_EQ(count("createdAt >= now - 2 minutes"), 3U);
  EXPECT_EQ(count("jobDefinitionId == a and status == completed and priority == 0"), 1U);
  EXPECT_EQ(count("jobId == " + jobs[4].text()), 1U);
  EXPECT_FALSE(answer(query("jobs")).total_count);
}

TEST_F(JobsSet, ShowAllThatTheListKnows) {
  EXPECT_EQ(
      json(query("jobs", {}, "status == failed")),
      "[{\"jobId\":" + quoted(jobs[1]) +
          R"(,"jobDefinitionId":"b","componentId":"c","status":"failed","parameters":{"n":1},)"
          R"("runAt":"2025-11-16T09:02:00Z","createdAt":"2025-11-16T00:02:00Z",)"
          R"("startedAt":"2025-11-16T00:10:00Z","finishedAt":"2025-11-16T00:10:00Z","attempt":1,)"
          R"("maxAttempts":1,"result":null,)"
          R"("error":{"code":"BOOM","message":"it broke","details":{"why":2}},)"
          R"("createdBy":"tester","parentJobId":null,"tags":[],"priority":0,"uniqueKey":null,)"
          R"("cancelRequested":false,"seq":16}])");
}

TEST_F(JobsSet, AFieldInsideARecordIsShownInsideIt) {
  EXPECT_EQ(
      json(query("jobs", {"status", "error.details.why", "error.code", "parameters.n"},
                 "status anyof ['failed', 'completed']", "createdAt")),
      R"([{"status":"completed","parameters":{"n":1},"error":null},)"
      R"({"status":"failed","parameters":{"n":1},"error":{"code":"BOOM","details":{"why":2}}}])");
}

TEST_F(JobsSet, NavigateToDefinitionParentAndEvents) {
  events::JobCreated again;
  again.job = JobId::make(s.now, 0, next(s.last()));
  again.definition = "b";
  again.run_at = s.now;
  again.parent = jobs[1];
  s.put(again);
  Query q = query("jobs", {"attempt"}, "jobId == " + again.job.text());
  Query parent = query("parent", {"status"});
  parent.navigate = {query("events", {"type"}, "type != JobStarted")};
  Query definition = query("definition", {"componentId"});
  definition.navigate = {query("component"), query("jobs", {"jobId"}, "", "createdAt desc")};
  definition.navigate[1].limit = 2;
  q.navigate = {parent, definition};
  EXPECT_EQ(json(q),
            R"([{"attempt":0,"parent":{"status":"failed","events":[{"type":"JobCreated"},)"
            R"({"type":"JobFailed"}]},"definition":{"componentId":"tool","component":null,)"
            R"("jobs":)" +
                list_of_ids({again.job, jobs[9]}) + "}}]");
}

TEST_F(JobsSet, AScanIsBoundedAndSaysWhatToFilterBy) {
  for (std::size_t i = 0; i < kGraphScanMax + 10; ++i) {
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = "a";
    e.run_at = s.now + hours(5);
    s.queue(e);
    if (i % 1000 == 0) {
      s.flush();
    }
  }
  s.flush();
  const Error error = refusal(query("jobs", {"jobId"}, "priority == 5"));
  EXPECT_EQ(error.reason, "GRAPH_SCAN_LIMIT");
  EXPECT_EQ(error.message,
            "more than 20000 rows of jobs would have to be looked at; filter by a field that has "
            "an index: jobId, jobDefinitionId, status, tags, createdAt, runAt, finishedAt, "
            "parentJobId");
  EXPECT_EQ(refusal(query("jobs", {"jobId"}, "", "status")).reason, "GRAPH_SCAN_LIMIT");
  // A range that holds few jobs is answered through its own index, however many stand beside it.
  EXPECT_EQ(ids("runAt < now - 1 days"), "[]");
  // In the order of an index a full page ends the search, and only the count is lost.
  Query q = query("jobs", {"jobId"}, "priority == 0");
  q.count = true;
  const Answer page = answer(q);
  EXPECT_EQ(page.rows, kGraphRowsMax);
  EXPECT_FALSE(page.total_count);
  q.filter = "jobDefinitionId == a";
  EXPECT_EQ(answer(q).total_count, kGraphScanMax + 15);
  // What has an index is found among any number.
  Query last = query("jobs", {"jobId"}, "jobDefinitionId == a", "finishedAt desc");
  last.limit = 1;
  EXPECT_EQ(json(last), picked({0}));
  EXPECT_EQ(ids("status == failed and error.code == BOOM"), picked({1}));
  EXPECT_EQ(ids("parentJobId == " + jobs[0].text()), "[]");
  EXPECT_EQ(ids("status anyof [failed, completed]"), picked({1, 0}));
}

}  // namespace
}  // namespace daybook::graph
