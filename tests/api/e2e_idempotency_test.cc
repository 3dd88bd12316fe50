// One key, one outcome (I11), over a real server.
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/json_value.h"
#include "base/limits/state.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

class E2eIdempotency : public ServerFixture {
 protected:
  void SetUp() override {
    start();
    put_definition("d", R"(,"priority":4)");
  }
  HttpReply keyed(const std::string& method, const std::string& path, const std::string& body,
                  const std::string& key) {
    return call(method, path, body, "Idempotency-Key: " + key + "\r\n");
  }
};

class E2eFullOfKeys : public E2eIdempotency {
 protected:
  void SetUp() override {
    sequencing.keys_max = 10;
    E2eIdempotency::SetUp();
  }
  HttpReply create(char key) {
    return keyed("POST", "/resources/jobs",
                 R"({"jobDefinitionId":"d","runAt":"2031-01-01T00:00Z"})", std::string(1, key));
  }
};

TEST_F(E2eIdempotency, ARepeatedRequestGetsTheFirstAnswerByteForByte) {
  for (const std::string& body :
       {std::string(R"({"jobDefinitionId":"d"})"),
        std::string(R"({"jobDefinitionId":"d","runAt":"2001-01-01T00:00Z","tags":["x"],)"
                    R"("parameters": {"a" : 1}})"),
        std::string(
            R"({"jobDefinitionId":"d","runAt":"2031-01-01T00:00Z","priority":-3,"uniqueKey":"u"})"),
        std::string(R"([{"jobDefinitionId":"d"},{"jobDefinitionId":"d"}])")}) {
    const std::string key = "k" + std::to_string(body.size());
    const auto first = keyed("POST", "/resources/jobs", body, key);
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(first.field("Idempotency-Replayed"), "");
    clock().advance(seconds(60));
    const Seq before = log().last();
    const auto second = keyed("POST", "/resources/jobs", body, key);
    EXPECT_EQ(second.status, 201);
    EXPECT_EQ(second.field("Idempotency-Replayed"), "true");
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(second.field("Location"), first.field("Location"));
    EXPECT_EQ(second.field("Daybook-Seq"), first.field("Daybook-Seq"));
    EXPECT_EQ(second.field("Daybook-Hash"), first.field("Daybook-Hash"));
    EXPECT_EQ(log().last(), before);
  }
}

TEST_F(E2eIdempotency, AnotherRequestWithTheKeyIsRefused) {
  ASSERT_EQ(keyed("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})", "k").status, 201);
  const auto other =
      keyed("POST", "/resources/jobs", R"({"jobDefinitionId":"d","priority":1})", "k");
  EXPECT_EQ(other.status, 409);
  EXPECT_NE(other.body.find("IDEMPOTENCY_KEY_REUSED"), std::string::npos);
}

TEST_F(E2eIdempotency, DeleteIsRepeatableToo) {
  const auto id = create_job("d", R"(,"runAt":"2031-01-01T00:00Z")");
  const auto first = keyed("DELETE", "/resources/jobs/" + id, "", "k1");
  EXPECT_EQ(member(first.body, "status"), "cancelled");
  EXPECT_EQ(keyed("DELETE", "/resources/jobs/" + id, "", "k1").body, first.body);
  // What it asks for is part of the request.
  EXPECT_EQ(keyed("DELETE", "/resources/jobs/" + id + "?remove=true", "", "k1").status, 409);
  const auto removed = keyed("DELETE", "/resources/jobs/" + id + "?remove=true", "", "k2");
  EXPECT_EQ(member(removed.body, "removed"), "true");
  EXPECT_EQ(keyed("DELETE", "/resources/jobs/" + id + "?remove=true", "", "k2").body, removed.body);
  EXPECT_EQ(keyed("DELETE", "/resources/jobs/" + id, "", "k1").body, first.body);
}

TEST_F(E2eIdempotency, ARequestThatChangesNothingHasOneOutcomeToo) {
  const auto id = create_job("d");
  const auto token = member(lease_one("d"), "token");
  const std::string path = "/resources/jobs/" + id + "/cancel";
  ASSERT_EQ(keyed("POST", path, "", "first").status, 202);
  const auto again = keyed("POST", path, "", "second");
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.field("Daybook-Seq"), std::to_string(log().last().value));
  EXPECT_EQ(again.field("Daybook-Hash"), member(again.body, "hash"));
  ASSERT_EQ(call("POST", "/resources/workers/complete",
                 R"([{"token":")" + token + R"(","cancelled":true}])")
                .status,
            200);
  EXPECT_EQ(keyed("POST", path, "", "second").body, again.body);
  EXPECT_EQ(keyed("POST", path, "", "third").status, 409);  // it has ended
}

TEST_F(E2eIdempotency, ALeaseIsRepeatable) {
  const std::string body = R"({"definitions":["d"],"workerId":"w","max":5})";
  const std::string path = "/resources/workers/lease";
  EXPECT_EQ(keyed("POST", path, body, "l").body, R"({"jobs":[]})");
  create_job("d", R"(,"parameters":{"a":1})");
  create_job("d");
  const std::string waits = R"({"definitions":["d"],"workerId":"w","max":5,"waitMs":10000})";
  const auto first = keyed("POST", path, waits, "w");
  ASSERT_EQ(elements(first.body, "jobs").size(), 1U) << first.body;
  EXPECT_EQ(first.field("Daybook-Seq"), member(first.body, "seq"));
  EXPECT_EQ(first.field("Daybook-Hash"), member(first.body, "hash"));
  const Seq before = log().last();
  const auto again = keyed("POST", path, waits, "w");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(log().last(), before);
  EXPECT_EQ(keyed("POST", path, body, "w").status, 409);
  const auto free = call("POST", path, waits);  // without a key: the other one
  ASSERT_EQ(elements(free.body, "jobs").size(), 1U) << free.body;
  EXPECT_EQ(free.field("Daybook-Hash"), member(free.body, "hash"));
  EXPECT_EQ(keyed("POST", path, body, "l").body, R"({"jobs":[]})");  // it was used up by nothing
}

TEST_F(E2eIdempotency, RetryAndCancelAreRepeatable) {
  const auto id = create_job("d", R"(,"runAt":"2031-01-01T00:00Z")");
  const auto cancelled = keyed("POST", "/resources/jobs/" + id + "/cancel", "", "c");
  EXPECT_EQ(cancelled.status, 200);
  EXPECT_EQ(keyed("POST", "/resources/jobs/" + id + "/cancel", "", "c").body, cancelled.body);
  const auto retried = keyed("POST", "/resources/jobs/" + id + "/retry", "", "r");
  ASSERT_EQ(retried.status, 201) << retried.body;
  ASSERT_EQ(call("DELETE", "/resources/jobs/" + id + "?remove=true").status,
            200);  // the parent is gone from the list
  EXPECT_EQ(keyed("POST", "/resources/jobs/" + id + "/retry", "", "r").body, retried.body);
}

TEST_F(E2eIdempotency, KeysHaveALength) {
  EXPECT_EQ(
      keyed("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})", std::string(128, 'k')).status,
      201);
  EXPECT_EQ(
      keyed("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})", std::string(129, 'k')).status,
      422);
  EXPECT_EQ(keyed("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})", "").status, 422);
}

TEST_F(E2eIdempotency, ARaceOfAHundredMakesOneJob) {
  constexpr int kThreads = 100;
  std::vector<HttpReply> replies(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      replies[static_cast<std::size_t>(i)] =
          keyed("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})", "race");
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  std::set<std::string> bodies;
  int fresh = 0;
  for (const auto& reply : replies) {
    EXPECT_EQ(reply.status, 201) << reply.body;
    bodies.insert(reply.body);
    fresh += reply.field("Idempotency-Replayed").empty() ? 1 : 0;
  }
  EXPECT_EQ(bodies.size(), 1U);
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(member(call("GET", "/resources/jobs").body, "totalCount"), "1");
}

TEST_F(E2eIdempotency, AFailedWriteHasAnUnknownOutcome) {
  fail_append(1);
  const auto reply = keyed("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})", "k");
  EXPECT_EQ(reply.status, 503);
  EXPECT_NE(reply.body.find("OUTCOME_UNKNOWN"), std::string::npos) << reply.body;
  EXPECT_FALSE(reply.field("Retry-After").empty());
}

// Nine of ten are one caller's, when it is alone.
TEST_F(E2eFullOfKeys, SaysHowFullItIsAndHowLongUntilThereIsRoom) {
  for (const char key : std::string("abcdefghi")) {
    ASSERT_EQ(create(key).status, 201);
  }
  EXPECT_EQ(metric("daybook_idempotency_keys_refused_total"), "0");
  clock().advance(hours(1));
  const auto refused = create('j');
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.body.find("TOO_MANY_KEYS"), std::string::npos) << refused.body;
  EXPECT_EQ(refused.field("Retry-After"), std::to_string(kIdempotencyWindowUs / 1'000'000 - 3600));
  EXPECT_EQ(metric("daybook_idempotency_keys"), "9");
  EXPECT_EQ(metric("daybook_idempotency_keys_max"), "10");
  EXPECT_EQ(metric("daybook_idempotency_keys_refused_total"), "1");
  EXPECT_GT(std::stoull("0" + metric("daybook_idempotency_key_bytes")), 0U);
}

}  // namespace
}  // namespace daybook::test
