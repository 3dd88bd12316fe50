// Jobs over a real server: create, read, cancel, remove, retry.
#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "base/json_value.h"
#include "base/limits/http.h"
#include "base/limits/json.h"
#include "base/time_text.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

class E2eJobs : public ServerFixture {
 protected:
  void SetUp() override {
    start();
    put_definition("d");
  }
  std::string job_path(const std::string& id) { return "/resources/jobs/" + id; }
};

TEST_F(E2eJobs, CreatedJobIsReadBackAtOnce) {
  const auto created =
      call("POST", "/resources/jobs",
           R"({"jobDefinitionId":"d","parameters":{"x" : 1.0},"runAt":"2030-01-01T00:00Z",)"
           R"("priority":5,"tags":["a","b"],"uniqueKey":"k"})");
  ASSERT_EQ(created.status, 201) << created.body;
  const auto id = member(created.body, "jobId");
  EXPECT_EQ(created.field("Location"), job_path(id));
  EXPECT_EQ(created.field("Daybook-Seq"), member(created.body, "seq"));
  EXPECT_EQ(created.field("Daybook-Hash"), member(created.body, "hash"));
  EXPECT_EQ(created.field("Request-Id").size(), 36U);
  const auto read = call("GET", job_path(id));
  ASSERT_EQ(read.status, 200);
  // All but the receipt and what only the list knows is the same.
  for (const char* name :
       {"jobId", "jobDefinitionId", "componentId", "status", "parameters", "runAt", "createdAt",
        "startedAt", "finishedAt", "attempt", "result", "error", "createdBy", "parentJobId", "tags",
        "priority", "uniqueKey", "cancelRequested", "seq"}) {
    EXPECT_EQ(member(read.body, name), member(created.body, name)) << name;
  }
  EXPECT_EQ(member(read.body, "parameters"), R"({"x" : 1.0})");
  EXPECT_EQ(member(read.body, "runAt"), "2030-01-01T00:00:00Z");
  EXPECT_EQ(member(read.body, "priority"), "5");
  EXPECT_EQ(member(read.body, "tags"), R"(["a","b"])");
  EXPECT_EQ(member(read.body, "maxAttempts"), "1");
  EXPECT_EQ(member(read.body, "status"), "pending");
  EXPECT_EQ(member(read.body, "createdBy"), "local");
}

TEST_F(E2eJobs, PriorityAndRunAtComeFromTheDefinitionAndTheClock) {
  put_definition("p", R"(,"priority":9)");
  const auto created =
      call("POST", "/resources/jobs", R"({"jobDefinitionId":"p","runAt":"2001-01-01T00:00:00Z"})");
  EXPECT_EQ(member(created.body, "priority"), "9");
  // A time that is past stays what it was: a backlog runs in its order.
  EXPECT_EQ(member(created.body, "runAt"), "2001-01-01T00:00:00Z");
  EXPECT_EQ(member(created.body, "parameters"), "{}");
}

TEST_F(E2eJobs, AnArrayIsCreatedWholeOrNotAtAll) {
  const auto created = call("POST", "/resources/jobs",
                            R"([{"jobDefinitionId":"d"},{"jobDefinitionId":"d","priority":3}])");
  ASSERT_EQ(created.status, 201) << created.body;
  const auto jobs = elements(created.body, "jobs");
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(member(jobs[1].text(), "priority"), "3");
  EXPECT_EQ(member(created.body, "seq"), member(jobs[1].text(), "seq"));
  const Seq before = log().last();
  const auto refused =
      call("POST", "/resources/jobs", R"([{"jobDefinitionId":"d"},{"jobDefinitionId":"gone"}])");
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(refused.body.find("[1].jobDefinitionId"), std::string::npos) << refused.body;
  EXPECT_EQ(log().last(), before);
}

TEST_F(E2eJobs, ALongPageIsOfOneMoment) {
  std::string batch = "[";
  for (int i = 0; i < 200; ++i) {
    batch += R"({"jobDefinitionId":"d","runAt":"2030-01-01T00:00:00Z"},)";
  }
  batch.back() = ']';
  ASSERT_EQ(call("POST", "/resources/jobs", batch).status, 201);
  std::atomic<bool> over{false};
  std::thread churn([&] {
    HttpClient client(port());
    while (!over) {
      const auto made = client.call("POST", "/resources/jobs",
                                    R"({"jobDefinitionId":"d","runAt":"2030-01-01T00:00:00Z"})");
      const auto id = member(made->body, "jobId");
      client.call("DELETE", job_path(id));
    }
  });
  HttpClient client(port());
  for (int i = 0; i < 50; ++i) {
    const auto page = client.get("/resources/jobs?status=pending&limit=1000");
    const auto jobs = elements(page->body, "jobs");
    const auto as_of = std::stoull(member(page->body, "asOfSeq"));
    EXPECT_EQ(std::to_string(jobs.size()), member(page->body, "totalCount"));
    for (const auto& job : jobs) {
      EXPECT_LE(std::stoull(member(job.text(), "seq")), as_of);
    }
  }
  over = true;
  churn.join();
}

// An id ends in the number of its job; the rest of it has to fit too.
TEST_F(E2eJobs, AnIdThatOnlySharesItsNumberWithAJobIsUnknown) {
  for (const bool ended : {false, true}) {
    std::string id = create_job("d", R"(,"runAt":"2030-01-01T00:00:00Z")");
    if (ended) {
      ASSERT_EQ(call("POST", job_path(id) + "/cancel").status, 200);
    }
    ASSERT_EQ(call("GET", job_path(id) + "/events").status, 200);
    id[0] = id[0] == '1' ? '2' : '1';
    EXPECT_EQ(call("GET", job_path(id)).status, 404);
    EXPECT_EQ(call("GET", job_path(id) + "/events").status, 404);
    EXPECT_EQ(call("POST", job_path(id) + "/cancel").status, 404);
    EXPECT_EQ(call("POST", job_path(id) + "/retry").status, 404);
    EXPECT_EQ(call("DELETE", job_path(id)).status, 404);
  }
}

TEST_F(E2eJobs, DeleteThatIsSentTwiceCancelsAPendingJobAndRemovesNothing) {
  const auto id = create_job("d", R"(,"runAt":"2030-01-01T00:00:00Z")");
  const auto cancelled = call("DELETE", job_path(id));
  ASSERT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(member(cancelled.body, "status"), "cancelled");
  EXPECT_EQ(member(call("GET", job_path(id)).body, "status"), "cancelled");
  const Seq before = log().last();
  const auto again = call("DELETE", job_path(id));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, cancelled.body);
  EXPECT_EQ(again.field("Daybook-Hash"), cancelled.field("Daybook-Hash"));
  EXPECT_EQ(log().last(), before);
  EXPECT_EQ(member(call("GET", job_path(id)).body, "status"), "cancelled");
}

TEST_F(E2eJobs, AnEndedJobIsRemovedWhenThatIsAskedFor) {
  const auto id = create_job("d", R"(,"runAt":"2030-01-01T00:00:00Z")");
  const std::string removal = job_path(id) + "?remove=true";
  EXPECT_EQ(call("DELETE", removal).status, 409);
  EXPECT_EQ(member(call("GET", job_path(id)).body, "status"), "pending");
  ASSERT_EQ(call("DELETE", job_path(id)).status, 200);
  const auto removed = call("DELETE", removal);
  ASSERT_EQ(removed.status, 200) << removed.body;
  EXPECT_EQ(member(removed.body, "removed"), "true");
  EXPECT_EQ(call("GET", job_path(id)).status, 404);
  EXPECT_EQ(call("DELETE", job_path(id)).status, 404);
  EXPECT_EQ(call("DELETE", removal).status, 404);
  EXPECT_EQ(call("DELETE", job_path(id) + "?remove=yes").status, 422);
  // Its history stays.
  const auto history = call("GET", job_path(id) + "/events");
  ASSERT_EQ(history.status, 200);
  EXPECT_EQ(elements(history.body, "events").size(), 3U) << history.body;
}

TEST_F(E2eJobs, ACompletedJobIsRemovedByOneDelete) {
  const auto id = create_job("d");
  const auto token = member(lease_one("d"), "token");
  ASSERT_EQ(call("POST", "/resources/workers/complete", R"([{"token":")" + token + R"("}])").status,
            200);
  EXPECT_EQ(member(call("DELETE", job_path(id)).body, "removed"), "true");
  EXPECT_EQ(call("DELETE", job_path(id)).status, 404);
}

// What one request takes every other carries: 32 levels of parameters, counted from themselves.
TEST_F(E2eJobs, ParametersAreAsDeepInAListAnEffectAndAReport) {
  std::string deep = "1";
  for (int i = 0; i < kJsonDepthMax; ++i) {
    deep = R"({"a":)" + deep + "}";
  }
  const std::string job = R"({"jobDefinitionId":"d","parameters":)" + deep + "}";
  ASSERT_EQ(call("POST", "/resources/jobs", job).status, 201);
  ASSERT_EQ(call("POST", "/resources/jobs", "[" + job + "]").status, 201);
  const auto leased = lease_one("d");
  EXPECT_EQ(member(leased, "parameters"), deep);
  const auto reported = call(
      "POST", "/resources/workers/complete",
      R"([{"token":")" + member(leased, "token") + R"(","result":)" + deep +
          R"(,"effects":[{"effect":"scheduleJob","definition":"d","parameters":)" + deep + "}]}]");
  ASSERT_EQ(reported.status, 200) << reported.body;
  const auto item = std::string(elements(reported.body, "results").front().text());
  EXPECT_EQ(member(item, "outcome"), "completed") << reported.body;
  const auto done = call("GET", job_path(member(item, "jobId")));
  EXPECT_EQ(member(done.body, "result"), deep);
  EXPECT_EQ(call("GET", "/resources/jobs").status, 200);
  EXPECT_EQ(call("GET", "/resources/events").status, 200);
}

TEST_F(E2eJobs, AReportWhoseEffectsAreRefusedSaysWhy) {
  create_job("d");
  const auto token = member(lease_one("d"), "token");
  const std::string report = R"([{"token":")" + token +
                             R"(","result":7,"effects":[{"effect":"scheduleJob",)"
                             R"("definition":"gone"}]}])";
  for (const char* repeated : {"false", "true"}) {
    const auto reply = call("POST", "/resources/workers/complete", report);
    const auto item = std::string(elements(reply.body, "results").front().text());
    EXPECT_EQ(member(item, "outcome"), "failed");
    EXPECT_EQ(member(item, "repeated"), repeated);
    const auto failure = member(item, "failure");
    EXPECT_EQ(member(failure, "code"), "EFFECT_REFUSED") << reply.body;
    EXPECT_NE(failure.find("effects[0].definition"), std::string::npos) << failure;
    const auto job = call("GET", job_path(member(item, "jobId")));
    EXPECT_EQ(member(job.body, "result"), "7") << job.body;
  }
}

TEST_F(E2eJobs, AnEffectWhoseKeyIsTakenIsSkippedAndNamed) {
  const auto holder = create_job("d", R"(,"runAt":"2030-01-01T00:00:00Z","uniqueKey":"chain")");
  create_job("d");
  const auto leased = lease_one("d");
  EXPECT_EQ(member(leased, "runAt"), member(leased, "dueAt"));
  const std::string report = R"([{"token":")" + member(leased, "token") +
                             R"(","effects":[{"effect":"scheduleJob","definition":"d",)"
                             R"("after":"1d","uniqueKey":"chain"}]}])";
  for (int i = 0; i < 2; ++i) {
    const auto reply = call("POST", "/resources/workers/complete", report);
    const auto item = std::string(elements(reply.body, "results").front().text());
    EXPECT_EQ(member(item, "outcome"), "completed") << reply.body;
    EXPECT_EQ(member(item, "scheduledJobs"), "[]");
    EXPECT_NE(member(item, "skipped").find(holder), std::string::npos) << item;
  }
}

TEST_F(E2eJobs, ARunningJobIsAskedToStop) {
  const auto id = create_job("d");
  const auto leased = lease_one("d");
  EXPECT_EQ(member(leased, "jobId"), id);
  const auto refused = call("DELETE", job_path(id));
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.body.find("JOB_RUNNING"), std::string::npos);
  const auto asked = call("POST", job_path(id) + "/cancel");
  EXPECT_EQ(asked.status, 202) << asked.body;
  EXPECT_EQ(member(asked.body, "cancelRequested"), "true");
  EXPECT_EQ(call("POST", job_path(id) + "/cancel").status, 202);
  EXPECT_EQ(member(call("GET", job_path(id)).body, "cancelRequested"), "true");
}

TEST_F(E2eJobs, ARunningJobIsCancelledByForceWhoeverRunsIt) {
  const auto id = create_job("d");
  const auto token = member(lease_one("d"), "token");
  EXPECT_EQ(call("POST", job_path(id) + "/cancel", R"({"force":false})").status, 202);
  EXPECT_EQ(call("POST", job_path(id) + "/cancel", R"({"farce":true})").status, 422);
  const auto cancelled = call("POST", job_path(id) + "/cancel", R"({"force":true})");
  EXPECT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(member(cancelled.body, "status"), "cancelled");
  const auto late =
      call("POST", "/resources/workers/complete", R"([{"token":")" + token + R"(","result":1}])");
  EXPECT_NE(late.body.find("TOKEN_STALE"), std::string::npos) << late.body;
  EXPECT_EQ(member(call("GET", job_path(id)).body, "status"), "cancelled");
}

TEST_F(E2eJobs, TimesLongPastAndWholeNumbersInAnyFormAreTaken) {
  for (const char* when : {"0001-01-01T00:00:00", "1969-07-20T20:17:40Z", "1970-01-01T00:00:00Z"}) {
    const auto id = create_job("d", std::string(R"(,"runAt":")") + when + "\"");
    EXPECT_EQ(member(call("GET", job_path(id)).body, "runAt"), "1970-01-01T00:00:01Z") << when;
  }
  const auto id = create_job("d", R"(,"runAt":"2020-01-01T00:00:00+01:00","priority":1e1)");
  const auto job = call("GET", job_path(id)).body;
  EXPECT_EQ(member(job, "runAt"), "2019-12-31T23:00:00Z");
  EXPECT_EQ(member(job, "priority"), "10");
  EXPECT_EQ(member(lease_one("d"), "jobId"), id) << "the highest first";
}

TEST_F(E2eJobs, CancelOfAPendingJobIsFinal) {
  const auto id = create_job("d", R"(,"runAt":"2030-01-01T00:00:00Z")");
  const auto cancelled = call("POST", job_path(id) + "/cancel");
  EXPECT_EQ(cancelled.status, 200);
  EXPECT_EQ(member(cancelled.body, "status"), "cancelled");
  const auto again = call("POST", job_path(id) + "/cancel");
  EXPECT_EQ(again.status, 409);
  EXPECT_NE(again.body.find("JOB_ENDED"), std::string::npos);
}

TEST_F(E2eJobs, RetryMakesANewJobThatNamesItsParent) {
  const auto id =
      create_job("d", R"(,"runAt":"2030-01-01T00:00:00Z","parameters":{"a":[1]},"tags":["t"])");
  EXPECT_EQ(call("POST", job_path(id) + "/retry").status, 409);
  ASSERT_EQ(call("DELETE", job_path(id)).status, 200);
  const auto again = call("POST", job_path(id) + "/retry");
  ASSERT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(member(again.body, "parentJobId"), id);
  EXPECT_EQ(member(again.body, "parameters"), R"({"a":[1]})");
  EXPECT_EQ(member(again.body, "tags"), R"(["t"])");
  EXPECT_NE(member(again.body, "jobId"), id);
  EXPECT_EQ(again.field("Location"), job_path(member(again.body, "jobId")));
}

TEST_F(E2eJobs, AJobIsRetriedOnceUntilThatOneHasEnded) {
  const auto id = create_job("d", R"(,"runAt":"2030-01-01T00:00:00Z")");
  ASSERT_EQ(call("DELETE", job_path(id)).status, 200);
  const auto keyed = [&](std::string_view key) {
    return call("POST", job_path(id) + "/retry", {},
                "Idempotency-Key: " + std::string(key) + "\r\n");
  };
  const auto first = keyed("k");
  ASSERT_EQ(first.status, 201) << first.body;
  const std::string again = member(first.body, "jobId");
  const auto refused = call("POST", job_path(id) + "/retry");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(member(refused.body, "type"), "urn:daybook:problem:ALREADY_RETRIED");
  EXPECT_NE(member(refused.body, "detail").find(again), std::string::npos) << refused.body;
  EXPECT_EQ(keyed("k").body, first.body);
  ASSERT_EQ(call("DELETE", job_path(again)).status, 200);
  EXPECT_EQ(call("POST", job_path(id) + "/retry").status, 201);
}

TEST_F(E2eJobs, OfManyRetriesAtOnceOneMakesAJob) {
  const auto id = create_job("d", R"(,"runAt":"2030-01-01T00:00:00Z")");
  ASSERT_EQ(call("DELETE", job_path(id)).status, 200);
  std::vector<std::future<int>> answers;
  for (int i = 0; i < 16; ++i) {
    answers.push_back(std::async(std::launch::async,
                                 [&] { return call("POST", job_path(id) + "/retry").status; }));
  }
  int made = 0;
  for (auto& answer : answers) {
    const int status = answer.get();
    EXPECT_TRUE(status == 201 || status == 409) << status;
    made += status == 201 ? 1 : 0;
  }
  EXPECT_EQ(made, 1);
}

TEST_F(E2eJobs, UnknownJobsAre404AndBadIds422) {
  const std::string unknown = "019a8a3c-0000-7000-8000-0000000000ff";
  for (const auto& [method, tail] :
       {std::pair("GET", ""), std::pair("DELETE", ""), std::pair("POST", "/cancel"),
        std::pair("POST", "/retry"), std::pair("GET", "/events")}) {
    EXPECT_EQ(call(method, job_path(unknown) + tail).status, 404) << method << tail;
    EXPECT_EQ(call(method, job_path("not-a-uuid") + tail).status, 422) << method << tail;
  }
}

TEST_F(E2eJobs, ListsFilterOrderAndPage) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(create_job("d", R"(,"runAt":"2030-01-0)" + std::to_string(5 - i) +
                                      R"(T00:00:00Z","tags":["t)" + std::to_string(i % 2) + "\"]"));
  }
  ASSERT_EQ(call("DELETE", job_path(ids[0])).status, 200);
  const auto ids_of = [&](const std::string& query) {
    const auto reply = call("GET", "/resources/jobs?" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    std::vector<std::string> out;
    for (const auto& job : elements(reply.body, "jobs")) {
      out.push_back(member(job.text(), "jobId"));
    }
    return out;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids_of("jobDefinitionId=d"), (Ids{ids[4], ids[3], ids[2], ids[1], ids[0]}));
  EXPECT_EQ(ids_of("order=createdAt"), ids);
  EXPECT_EQ(ids_of("status=pending&order=createdAt"), (Ids{ids[1], ids[2], ids[3], ids[4]}));
  EXPECT_EQ(ids_of("status=pending&order=runAt"), (Ids{ids[4], ids[3], ids[2], ids[1]}));
  EXPECT_EQ(ids_of("status=cancelled"), (Ids{ids[0]}));
  EXPECT_EQ(ids_of("tag=t1&order=createdAt"), (Ids{ids[1], ids[3]}));
  EXPECT_EQ(ids_of("jobDefinitionId=other"), Ids{});
  const auto first = call("GET", "/resources/jobs?order=createdAt&limit=2");
  EXPECT_EQ(member(first.body, "totalCount"), "5");
  const auto cursor = member(first.body, "lastCursor");
  EXPECT_EQ(ids_of("order=createdAt&limit=2&after=" + cursor), (Ids{ids[2], ids[3]}));
}

TEST_F(E2eJobs, APageOfLargeJobsEndsEarlyAndGoesOn) {
  const std::string job =
      R"({"jobDefinitionId":"d","parameters":{"p":")" + std::string(200 * 1024, 'x') + "\"}}";
  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(call("POST", "/resources/jobs", job).status, 201);
  }
  const std::size_t full = kPageBytesMax / (200 * 1024) + 1;  // the last row crosses the bound
  for (const char* order : {"createdAt", "-createdAt"}) {
    const std::string path = "/resources/jobs?limit=1000&order=" + std::string(order);
    const auto first = call("GET", path);
    EXPECT_EQ(elements(first.body, "jobs").size(), full);
    EXPECT_EQ(member(first.body, "totalCount"), "60");
    const auto second = call("GET", path + "&after=" + member(first.body, "lastCursor"));
    EXPECT_EQ(elements(second.body, "jobs").size(), 60 - full);
    const auto back = call("GET", path + "&before=" + member(second.body, "firstCursor"));
    EXPECT_EQ(member(back.body, "firstCursor"), member(first.body, "firstCursor"));
  }
}

TEST_F(E2eJobs, ManySmallJobsFillAPageOfAnyLength) {
  std::string body = R"([{"jobDefinitionId":"d"})";
  for (int i = 1; i < 230; ++i) {
    body += R"(,{"jobDefinitionId":"d"})";
  }
  ASSERT_EQ(call("POST", "/resources/jobs", body + "]").status, 201);
  const auto ids = [&](const std::string& query) {
    std::vector<std::string> out;
    const auto reply = call("GET", "/resources/jobs?order=createdAt&" + query);
    for (const auto& one : elements(reply.body, "jobs")) {
      out.push_back(member(one.text(), "jobId"));
    }
    return out;
  };
  const auto all = ids("limit=1000");
  ASSERT_EQ(all.size(), 230U);
  EXPECT_EQ(ids("limit=120"), std::vector<std::string>(all.begin(), all.begin() + 120));
  const auto last =
      call("GET",
           "/resources/jobs?order=createdAt&limit=200&after=" +
               member(call("GET", "/resources/jobs?order=createdAt&limit=120").body, "lastCursor"));
  EXPECT_EQ(elements(last.body, "jobs").size(), 110U);
  EXPECT_EQ(ids("limit=120&before=" + member(last.body, "lastCursor")),
            std::vector<std::string>(all.end() - 121, all.end() - 1));
}

TEST_F(E2eJobs, StatisticsIsAnArrayOfBuckets) {
  create_job("d");
  const auto reply = call("GET", "/resources/jobs/statistics?jobDefinitionId=d");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto buckets = JsonValue(reply.body).elements();
  ASSERT_EQ(buckets.size(), 1U) << reply.body;
  EXPECT_EQ(member(buckets[0].text(), "scheduled"), "1");
  EXPECT_EQ(member(buckets[0].text(), "bucketTime"), "2025-11-16T00:00:00Z");
  EXPECT_EQ(member(buckets[0].text(), "minExecution"), "null");
  EXPECT_FALSE(reply.field("Daybook-As-Of-Seq").empty());
  EXPECT_EQ(
      call("GET", "/resources/jobs/statistics?from=2025-01-02T00:00Z&to=2025-01-01T00:00Z").status,
      422);
  EXPECT_EQ(call("GET", "/resources/jobs/statistics?resolution=week").status, 422);
}

}  // namespace
}  // namespace daybook::test
