// Components, definitions, workers, the log and the rest, over a real server.
#include <gtest/gtest.h>

#include "base/json_check.h"
#include "base/json_value.h"
#include "base/limits/dispatch.h"
#include "base/limits/http.h"
#include "base/limits/resources.h"
#include "base/limits/rules.h"
#include "base/limits/state.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

class E2eResources : public ServerFixture {
 protected:
  void SetUp() override { start(); }
};

TEST_F(E2eResources, DefinitionIsCreatedReplacedListedDeleted) {
  const std::string path = "/resources/job-definitions/nightly";
  const auto created = call("PUT", path, R"({"componentId":"process-orders.hreactor"})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_NE(created.body.find("COMPONENT_NOT_FOUND"), std::string::npos) << created.body;
  EXPECT_EQ(member(created.body, "retention"), "14d") << created.body;
  const auto replaced = call(
      "PUT", path,
      R"({"jobDefinitionId":"nightly","componentId":"w/x","displayName":"N",)"
      R"("retry":{"maxAttempts":3,)"
      R"("backoff":{"initial":"2s","factor":1.5,"max":"1m","jitter":0.25}},"timeout":"PT5M",)"
      R"("leaseDuration":"30s","concurrency":2,"rateLimit":{"count":10,"per":"1m"},"priority":-1,)"
      R"("retention":"1d","paused":true})");
  ASSERT_EQ(replaced.status, 200) << replaced.body;
  EXPECT_EQ(member(replaced.body, "createdAt"), member(created.body, "createdAt"));
  const auto read = call("GET", path);
  ASSERT_EQ(read.status, 200);
  for (const char* name : {"componentId", "displayName", "retry", "timeout", "leaseDuration",
                           "concurrency", "rateLimit", "priority", "retention", "paused",
                           "createdAt", "updatedAt", "updatedBy", "seq"}) {
    EXPECT_EQ(member(read.body, name), member(replaced.body, name)) << name;
  }
  EXPECT_EQ(
      member(read.body, "retry"),
      R"({"maxAttempts":3,"backoff":{"initial":"2s","factor":1.5,"max":"1m","jitter":0.25}})");
  EXPECT_EQ(member(read.body, "rateLimit"), R"({"count":10,"per":"1m"})");
  const auto list = call("GET", "/resources/job-definitions");
  EXPECT_EQ(elements(list.body, "jobDefinitions").size(), 1U);
  EXPECT_EQ(member(list.body, "totalCount"), "1");
  const auto job = create_job("nightly");
  const auto deleted = call("DELETE", path);
  ASSERT_EQ(deleted.status, 200);
  EXPECT_EQ(member(deleted.body, "pendingJobs"), "1");
  EXPECT_EQ(call("GET", path).status, 404);
  EXPECT_EQ(call("DELETE", path).status, 404);
}

TEST_F(E2eResources, AChangeOfADefinitionLeavesWhatItDoesNotName) {
  const std::string path = "/resources/job-definitions/nightly";
  EXPECT_EQ(call("PATCH", path, R"({"paused":true})").status, 404);
  ASSERT_EQ(call("PUT", path,
                 R"({"componentId":"c","displayName":"N","concurrency":2,"timeout":"5m",)"
                 R"("retry":{"maxAttempts":3,"backoff":{"initial":"2s","jitter":0.25}},)"
                 R"("rateLimit":{"count":10,"per":"1m"}})")
                .status,
            201);
  const auto paused = call("PATCH", path, R"({"paused":true})");
  ASSERT_EQ(paused.status, 200) << paused.body;
  EXPECT_EQ(member(paused.body, "paused"), "true");
  EXPECT_EQ(paused.field("Daybook-Seq"), member(paused.body, "seq"));
  const auto changed =
      call("PATCH", path,
           R"({"timeout":null,"retry":{"backoff":{"initial":"4s"}},"rateLimit":{"count":5}})",
           "Idempotency-Key: p\r\n");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(member(changed.body, "paused"), "true");
  EXPECT_EQ(member(changed.body, "timeout"), "null");
  EXPECT_EQ(member(changed.body, "concurrency"), "2");
  EXPECT_EQ(member(changed.body, "rateLimit"), R"({"count":5,"per":"1m"})");
  EXPECT_EQ(member(changed.body, "retry"),
            R"({"maxAttempts":3,"backoff":{"initial":"4s","factor":2,"max":"1h","jitter":0.25}})");
  EXPECT_EQ(member(call("GET", path).body, "retry"), member(changed.body, "retry"));
  for (const char* bad : {R"({"concurrency":0})", R"({"componentId":null})", R"({"seq":1})",
                          R"({"x":1})", "[]", R"({"rateLimit":{"per":null}})"}) {
    EXPECT_EQ(call("PATCH", path, bad).status, 422) << bad;
  }
}

TEST_F(E2eResources, WhatGetShowsCanBePutBack) {
  put_definition("d", R"(,"onFailure":[{"effect":"scheduleJob","definition":"d","after":"1d"}])");
  ASSERT_EQ(call("PUT", "/resources/rules/r", R"({"componentId":"a.hrule"})").status, 201);
  for (const std::string path :
       {"/resources/job-definitions/d", "/resources/rules/r", "/resources/components/w"}) {
    const auto read = call("GET", path);
    ASSERT_EQ(read.status, 200) << path;
    const auto put = call("PUT", path, read.body);
    ASSERT_EQ(put.status, 200) << put.body;
    // The answer of a PUT too.
    ASSERT_EQ(call("PUT", path, put.body).status, 200) << put.body;
    const auto again = call("GET", path);
    for (const char* name : {"componentId", "retry", "retention", "onFailure", "components",
                             "runtime", "specHash", "createdAt"}) {
      EXPECT_EQ(member(again.body, name), member(read.body, name)) << path << " " << name;
    }
  }
}

TEST_F(E2eResources, IdsOfRulesAndDefinitionsMayHoldSlashes) {
  const std::string definition = "/resources/job-definitions/orders/night/run";
  ASSERT_EQ(call("PUT", definition, R"({"componentId":"w"})").status, 201);
  EXPECT_EQ(member(call("GET", definition).body, "jobDefinitionId"), "orders/night/run");
  const auto job = create_job("orders/night/run");
  const auto listed = call("GET", "/resources/jobs?jobDefinitionId=orders/night/run");
  EXPECT_EQ(member(listed.body, "totalCount"), "1") << listed.body;
  EXPECT_EQ(call("PATCH", definition, R"({"paused":true})").status, 200);
  EXPECT_EQ(call("GET", "/resources/job-definitions/orders/night").status, 404);
  EXPECT_EQ(call("DELETE", definition).status, 200);
  const std::string rule = "/resources/rules/orderManagement/reserveStock";
  const auto put = call("PUT", rule, R"({"componentId":"a.hrule"})");
  ASSERT_EQ(put.status, 201) << put.body;
  EXPECT_EQ(put.field("Location"), rule);
  EXPECT_EQ(member(call("GET", rule).body, "ruleId"), "orderManagement/reserveStock");
  EXPECT_EQ(elements(call("GET", "/resources/rules").body, "rules").size(), 1U);
  EXPECT_EQ(call("DELETE", rule).status, 200);
  const auto bad = call("PUT", "/resources/rules/a/b%20c", R"({"componentId":"a.hrule"})");
  EXPECT_EQ(bad.status, 422);
  EXPECT_NE(bad.body.find("'a/b c' is no id of a rule"), std::string::npos) << bad.body;
}

TEST_F(E2eResources, RuleIsCreatedReplacedListedDeleted) {
  const std::string path = "/resources/rules/after-pick";
  const auto created = call("PUT", path, R"({"componentId":"a.hrule","parameters":{"n":1}})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.field("Location"), path);
  EXPECT_NE(created.body.find("COMPONENT_NOT_FOUND"), std::string::npos) << created.body;
  EXPECT_EQ(member(created.body, "components"),
            R"([{"componentId":"a.hrule","parameters":{"n":1}}])");
  EXPECT_EQ(member(created.body, "displayName"), "null");
  const auto replaced =
      call("PUT", path,
           R"({"ruleId":"after-pick","displayName":"P","components":[{"componentId":"x/b.hrl"},)"
           R"({"componentId":"a.hrule","parameters":{"delay":"15 seconds"}}]})");
  ASSERT_EQ(replaced.status, 200) << replaced.body;
  const auto read = call("GET", path);
  ASSERT_EQ(read.status, 200);
  EXPECT_EQ(member(read.body, "components"),
            R"([{"componentId":"x/b.hrl","parameters":{}},)"
            R"({"componentId":"a.hrule","parameters":{"delay":"15 seconds"}}])");
  EXPECT_EQ(member(read.body, "createdAt"), member(created.body, "createdAt"));
  for (const char* name :
       {"ruleId", "displayName", "components", "updatedAt", "updatedBy", "seq"}) {
    EXPECT_EQ(member(read.body, name), member(replaced.body, name)) << name;
  }
  const auto list = call("GET", "/resources/rules");
  EXPECT_EQ(elements(list.body, "rules").size(), 1U);
  EXPECT_EQ(member(list.body, "totalCount"), "1");
  const auto deleted = call("DELETE", path);
  ASSERT_EQ(deleted.status, 200) << deleted.body;
  EXPECT_EQ(member(deleted.body, "ruleId"), "after-pick");
  EXPECT_EQ(call("GET", path).status, 404);
  EXPECT_EQ(call("DELETE", path).status, 404);
}

TEST_F(E2eResources, RuleThatIsAtFaultIsRefusedByField) {
  put_definition("d");  // its component is a worker's
  std::string seventeen;
  for (int i = 0; i < 17; ++i) {
    seventeen +=
        std::string(i == 0 ? "" : ",") + R"({"componentId":"c)" + std::to_string(i) + R"("})";
  }
  const std::string large(kRuleParametersBytesMax / 2, 'x');
  const struct {
    std::string body;
    std::string field;
  } kBad[] = {
      {R"({})", "componentId"},
      {R"({"components":[]})", "components"},
      {R"({"components":[)" + seventeen + "]}", "components"},
      {R"({"components":[{"componentId":"a"},{"componentId":"a"}]})", "components[1].componentId"},
      {R"({"components":[{"parameters":{}}]})", "components[0].componentId"},
      {R"({"components":[{"componentId":"a","x":1}]})", "components[0].x"},
      {R"({"components":[{"componentId":"a","parameters":[]}]})", "components[0].parameters"},
      {R"({"components":[{"componentId":"a"}],"componentId":"a"})", "componentId"},
      {R"({"componentId":"a","on":"x"})", "on"},
      {R"({"componentId":"w"})", "components[0].componentId"},
      {R"({"ruleId":"other","componentId":"a"})", "ruleId"},
      {R"({"components":[{"componentId":"a","parameters":{"x":")" + large +
           R"("}},{"componentId":"b","parameters":{"x":")" + large + R"("}}]})",
       "components"},
  };
  for (const auto& [body, field] : kBad) {
    const auto refused = call("PUT", "/resources/rules/r", body);
    EXPECT_GE(refused.status, 413) << body;
    EXPECT_LE(refused.status, 422) << body;
    EXPECT_NE(refused.body.find('"' + field + '"'), std::string::npos) << field << refused.body;
  }
  EXPECT_EQ(call("GET", "/resources/rules/r").status, 404);
}

TEST_F(E2eResources, ComponentIdsMayHoldSlashes) {
  const std::string path = "/resources/components/orders/sync.w";
  const auto created =
      call("PUT", path, R"({"runtime":"worker","displayName":"S","description":"d"})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.field("Location"), path);
  EXPECT_EQ(member(call("GET", path).body, "componentId"), "orders/sync.w");
  EXPECT_EQ(member(call("GET", "/resources/components/orders%2Fsync.w").body, "componentId"),
            "orders/sync.w");
  EXPECT_EQ(call("PUT", path, R"({"runtime":"worker"})").status, 200);
  EXPECT_EQ(elements(call("GET", "/resources/components").body, "components").size(), 1U);
  EXPECT_EQ(call("DELETE", path).status, 200);
  EXPECT_EQ(call("GET", path).status, 404);
}

TEST_F(E2eResources, ComponentIsCheckedWithoutStoringIt) {
  const Seq before = log().last();
  const auto checked = call("POST", "/resources/components/a/b/check", R"({"runtime":"worker"})");
  ASSERT_EQ(checked.status, 200) << checked.body;
  EXPECT_EQ(member(checked.body, "ok"), "true");
  EXPECT_EQ(log().last(), before);
  EXPECT_EQ(call("GET", "/resources/components/a/b").status, 404);
}

TEST_F(E2eResources, RuntimesThatAreNotHereAreRefusedByName) {
  for (const char* body : {R"({"code":"from 1"})", R"({"runtime":"reactor","code":"from 1"})"}) {
    const auto refused = call("PUT", "/resources/components/a.hreactor", body);
    EXPECT_EQ(refused.status, 422);
    EXPECT_NE(refused.body.find("RUNTIME_NOT_AVAILABLE"), std::string::npos) << refused.body;
  }
  const auto nameless = call("PUT", "/resources/components/a", R"({"command":["x"]})");
  EXPECT_EQ(nameless.status, 422);
  EXPECT_NE(nameless.body.find("is required: reactor, exec"), std::string::npos) << nameless.body;
  EXPECT_EQ(
      call("PUT", "/resources/components/a", R"({"runtime":"worker","command":["x"]})").status,
      422);
}

TEST_F(E2eResources, AChangeOfWhatManyNameSaysThatNotAllWereLookedAt) {
  const auto change = [&](const std::string& name) {
    const auto changed = call("PUT", "/resources/components/w",
                              R"({"runtime":"worker","displayName":")" + name + "\"}");
    EXPECT_EQ(changed.status, 200) << changed.body;
    return changed.body.find(R"("code":"NOT_ALL_CHECKED")") != std::string::npos;
  };
  for (std::size_t i = 0; i < kComponentUsersMax; ++i) {
    put_definition("d" + std::to_string(i));
  }
  EXPECT_FALSE(change("as many as are looked at"));
  put_definition("one-more");
  EXPECT_TRUE(change("one more"));
}

TEST_F(E2eResources, EndingsAndNamesOfTheReactorLanguageMeanIt) {
  const auto reactor = [&](const std::string& id, const std::string& body) {
    const auto refused = call("PUT", "/resources/components/" + id, body);
    EXPECT_NE(refused.body.find("does not run reactor components"), std::string::npos)
        << id << body << refused.body;
  };
  for (const char* ending : {".hreactor", ".hrule", ".hdiscount", ".hrc", ".hrl", ".hrd"}) {
    reactor("a" + std::string(ending), R"({"code":"from 1"})");
  }
  for (const char* name : {"reactor", "rule", "discount"}) {
    reactor("a", R"({"code":"from 1","runtime":")" + std::string(name) + "\"}");
  }
}

TEST_F(E2eResources, AWorkerLeasesReportsAndIsAnsweredTheSameTwice) {
  put_definition("d");
  const auto id = create_job("d", R"(,"parameters":{"a":1})");
  const auto leased = lease_one("d");
  EXPECT_EQ(member(leased, "jobId"), id);
  EXPECT_EQ(member(leased, "parameters"), R"({"a":1})");
  EXPECT_EQ(member(leased, "attempt"), "1");
  const auto token = member(leased, "token");
  const auto beat = call("POST", "/resources/workers/heartbeat",
                         R"([{"token":")" + token + R"(","leaseDuration":"5m"}])");
  ASSERT_EQ(beat.status, 200) << beat.body;
  EXPECT_NE(beat.body.find(R"("cancelRequested":false)"), std::string::npos) << beat.body;
  const std::string report = R"([{"token":")" + token +
                             R"(","result":{"n":2},"effects":[{"effect":"scheduleJob",)" +
                             R"("definition":"d","at":"now + 1h","parameters":{}}]}])";
  const auto first = call("POST", "/resources/workers/complete", report);
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_NE(first.body.find(R"("outcome":"completed")"), std::string::npos) << first.body;
  EXPECT_NE(first.body.find(R"("repeated":false)"), std::string::npos);
  const auto again = call("POST", "/resources/workers/complete", report);
  EXPECT_NE(again.body.find(R"("repeated":true)"), std::string::npos) << again.body;
  // All but that it is repeated is the first answer.
  std::string expected = first.body;
  expected.replace(expected.find(R"("repeated":false)"), 16, R"("repeated":true)");
  EXPECT_EQ(again.body, expected);
  const auto other =
      call("POST", "/resources/workers/complete", R"([{"token":")" + token + R"(","result":3}])");
  EXPECT_EQ(other.status, 200);
  EXPECT_NE(other.body.find(R"("status":409)"), std::string::npos) << other.body;
  EXPECT_NE(other.body.find(R"("details":{"field":"token"})"), std::string::npos) << other.body;
  const auto done = call("GET", "/resources/jobs/" + id);
  EXPECT_EQ(member(done.body, "status"), "completed");
  EXPECT_EQ(member(done.body, "result"), R"({"n":2})");
  EXPECT_EQ(member(done.body, "componentId"), "w");
  const auto workers = call("GET", "/resources/workers");
  EXPECT_NE(workers.body.find(R"("workerId":"t")"), std::string::npos);
  EXPECT_GE(std::stoull(member(workers.body, "asOfSeq")), 3U);
}

TEST_F(E2eResources, AFailedAttemptShowsItsError) {
  put_definition("d");
  const auto id = create_job("d");
  const auto token = member(lease_one("d"), "token");
  const auto reported =
      call("POST", "/resources/workers/complete",
           R"([{"token":")" + token +
               R"(","error":{"code":"BROKEN","message":"it broke","details":{"x":1}}}])");
  EXPECT_NE(reported.body.find(R"("outcome":"failed")"), std::string::npos) << reported.body;
  const auto job = call("GET", "/resources/jobs/" + id);
  EXPECT_EQ(member(job.body, "status"), "failed");
  EXPECT_EQ(member(job.body, "error"),
            R"({"code":"BROKEN","message":"it broke","details":{"x":1}})");
}

TEST_F(E2eResources, OneOddItemOfAReportHurtsItselfOnly) {
  put_definition("d");
  std::vector<std::string> ids, tokens;
  for (int i = 0; i < 6; ++i) {
    ids.push_back(create_job("d"));
    tokens.push_back(member(lease_one("d"), "token"));
  }
  const auto item = [&](std::size_t i, const std::string& end) {
    return R"({"token":")" + tokens[i] + "\"," + end + "}";
  };
  const std::string long_text(20'000, 'x');
  const auto reported = call(
      "POST", "/resources/workers/complete",
      "[" + item(0, R"("result":1)") + "," +
          item(1, R"("error":{"code":"a b","message":"\u001b[31mboom\u0000\u007f\u009b\u202e"})") +
          ",{\"token\":\"nonsense\",\"result\":1}," +
          item(2, R"("error":{"code":"LONG","message":")" + long_text + "\"}") + "," +
          item(3, R"("error":{"code":"BIG","details":")" + std::string(70'000, 'y') + "\"}") + "," +
          item(4, R"("unheard":1)") + "," + item(5, R"("result":2)") + "]");
  ASSERT_EQ(reported.status, 200) << reported.body;
  const auto results = elements(reported.body, "results");
  ASSERT_EQ(results.size(), 7U);
  EXPECT_NE(results[2].text().find(R"("token":"nonsense","error":{"status":422)"),
            std::string_view::npos);
  EXPECT_NE(results[5].text().find("UNKNOWN_MEMBER"), std::string_view::npos);
  const auto job = [&](std::size_t i) { return call("GET", "/resources/jobs/" + ids[i]).body; };
  EXPECT_EQ(member(job(0), "status"), "completed");
  EXPECT_EQ(member(job(1), "error"),
            R"({"code":"a_b","message":"\\x1b[31mboom\\x00\\x7f\\x9b\\u202e","details":null})");
  const std::string cut = member(member(job(2), "error"), "message");
  EXPECT_EQ(cut.size(), kErrorMessageBytesMax);
  EXPECT_EQ(cut.substr(cut.size() - 3), "…");
  EXPECT_EQ(member(member(job(3), "error"), "details"), R"({"omittedBytes":70002})");
  EXPECT_EQ(member(job(4), "status"), "running");
  EXPECT_EQ(member(job(5), "status"), "completed");
}

TEST_F(E2eResources, OneOddHeartbeatHurtsItselfOnly) {
  put_definition("d");
  create_job("d");
  const auto token = member(lease_one("d"), "token");
  const auto beat = call("POST", "/resources/workers/heartbeat",
                         R"([{"token":"?"},{"token":")" + token + R"("},{"token":")" + token +
                             R"(","leaseDuration":"2d"}])");
  ASSERT_EQ(beat.status, 200) << beat.body;
  const auto results = elements(beat.body, "results");
  ASSERT_EQ(results.size(), 3U);
  EXPECT_NE(results[0].text().find("BAD_TOKEN"), std::string_view::npos) << beat.body;
  EXPECT_NE(results[1].text().find("leaseUntil"), std::string_view::npos) << beat.body;
  EXPECT_NE(results[2].text().find(R"("field":"leaseDuration")"), std::string_view::npos);
}

// Large ones are read on another thread than their answers are written on.
TEST_F(E2eResources, HeartbeatsThatFillALargeBodyAreAnsweredOneByOne) {
  put_definition("d");
  create_job("d");
  const auto token = member(lease_one("d"), "token");
  std::string beats;
  for (std::size_t i = 0; i < kLeaseJobsMax; ++i) {
    beats += (i == 0 ? "[" : ",") + (R"({"token":")" + (i % 2 == 0 ? token : "?") + "\"}");
  }
  beats += std::string(kInlineBodyBytesMax, ' ') + "]";
  const auto beat = call("POST", "/resources/workers/heartbeat", beats);
  ASSERT_EQ(beat.status, 200) << beat.body;
  const auto results = elements(beat.body, "results");
  ASSERT_EQ(results.size(), kLeaseJobsMax);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_NE(results[i].text().find(i % 2 == 0 ? "leaseUntil" : "BAD_TOKEN"),
              std::string_view::npos)
        << i;
  }
}

TEST_F(E2eResources, AThousandLeasesAreAThousand) {
  put_definition("d");
  std::string jobs = "[";
  for (std::size_t i = 0; i < kLeaseJobsMax; ++i) {
    jobs += std::string(i == 0 ? "" : ",") + R"({"jobDefinitionId":"d"})";
  }
  ASSERT_EQ(call("POST", "/resources/jobs", jobs + "]").status, 201);
  const auto leased = call("POST", "/resources/workers/lease",
                           R"({"definitions":["d"],"workerId":"t","max":1000,"waitMs":5000})");
  EXPECT_EQ(elements(leased.body, "jobs").size(), kLeaseJobsMax);
}

TEST_F(E2eResources, AnIdleLeaseIsAnsweredEmptyHanded) {
  const auto none =
      call("POST", "/resources/workers/lease", R"({"definitions":["d"],"workerId":"t"})");
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(none.body, R"({"jobs":[],"warnings":[{"code":"DEFINITION_NOT_FOUND",)"
                       R"("message":"there is no job definition d","jobDefinitionId":"d"}]})");
  put_definition("d");
  EXPECT_EQ(
      call("POST", "/resources/workers/lease", R"({"definitions":["d"],"workerId":"t"})").body,
      R"({"jobs":[]})");
}

TEST_F(E2eResources, ALeaseForWhatNoWorkerRunsSaysSo) {
  ASSERT_EQ(call("PUT", "/resources/job-definitions/bare", R"({"componentId":"none"})").status,
            201);
  const auto none =
      call("POST", "/resources/workers/lease", R"({"definitions":["own","bare"],"workerId":"t"})");
  EXPECT_NE(none.body.find(R"("code":"DEFINITION_NOT_FOUND")"), std::string::npos) << none.body;
  EXPECT_NE(none.body.find(R"("code":"COMPONENT_NOT_FOUND")"), std::string::npos) << none.body;
}

TEST_F(E2eResources, ReceiptsAreVerifiedAgainstTheLog) {
  put_definition("d");
  const auto created = call("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})");
  const auto seq = member(created.body, "seq");
  const auto hash = member(created.body, "hash");
  const auto verify = [&](const std::string& s, const std::string& h) {
    return call("GET", "/resources/log/verify?seq=" + s + "&hash=" + h);
  };
  EXPECT_EQ(member(verify(seq, hash).body, "verified"), "true");
  EXPECT_EQ(member(verify("1", hash).body, "verified"), "false");
  EXPECT_EQ(member(verify("1", hash).body, "reason"), "OTHER_HASH");
  EXPECT_EQ(member(verify("99999", hash).body, "reason"), "BEYOND_HEAD");
  EXPECT_EQ(verify("0", hash).status, 422);
  EXPECT_EQ(verify("1", "abc").status, 422);
  EXPECT_EQ(call("GET", "/resources/log/verify").status, 422);
  const auto head = call("GET", "/resources/log/head");
  EXPECT_EQ(member(head.body, "firstSeq"), "1");
  EXPECT_EQ(verify(member(head.body, "seq"), member(head.body, "hash")).body.find("false"),
            std::string::npos);
}

TEST_F(E2eResources, HealthMetricsAndDocumentsAnswer) {
  EXPECT_EQ(call("GET", "/health/live").status, 200);
  const auto ready = call("GET", "/health/ready");
  EXPECT_EQ(ready.status, 200) << ready.body;
  EXPECT_TRUE(check_json(ready.body));
  EXPECT_EQ(member(call("GET", "/version").body, "version"), "test");
  EXPECT_TRUE(check_json(call("GET", "/openapi.json").body));
  const auto metrics = call("GET", "/metrics");
  EXPECT_EQ(metrics.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const char* name :
       {"daybook_log_head_seq", "daybook_http_requests_total{method=\"GET\",route=\"/version\"",
        "daybook_http_request_seconds_bucket{le=\"+Inf\"}", "daybook_projection_applied_seq{",
        "process_resident_memory_bytes", "daybook_build_info{version=\"test\"} 1"}) {
    EXPECT_NE(metrics.body.find(name), std::string::npos) << name;
  }
  disk_accepting = false;
  EXPECT_EQ(call("GET", "/health/ready").status, 503);
}

TEST_F(E2eResources, ProjectionsAreListedAndRebuilt) {
  put_definition("d");
  const auto list = call("GET", "/resources/projections");
  const auto all = elements(list.body, "projections");
  ASSERT_FALSE(all.empty());
  const auto name = member(all.front().text(), "name");
  const auto rebuilt = call("POST", "/resources/projections/" + name + "/rebuild");
  EXPECT_EQ(rebuilt.status, 200) << rebuilt.body;
  EXPECT_EQ(member(rebuilt.body, "identical"), "true") << rebuilt.body;
  EXPECT_EQ(call("POST", "/resources/projections/nope/rebuild").status, 404);
}

}  // namespace
}  // namespace daybook::test
