// When a token's time is over: streams, workers' connections, requests that wait, and the requests
// that share a connection.
#include <gtest/gtest.h>

#include "tests/api/server_fixture.h"
#include "tests/api/worker_rig.h"

namespace daybook::test {
namespace {

class E2eAccessEnds : public ServerFixture {
 protected:
  void SetUp() override {
    with_tokens = true;
    start();
    owner_ = add_token("owner", {"*:*"});
    bearer = owner_;
    put_definition("d");
  }
  static std::string request(const std::string& token, const std::string& more = "") {
    return "GET /resources/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n" +
           more + "\r\n";
  }

  std::string owner_;
};

TEST_F(E2eAccessEnds, EachRequestOfAConnectionShowsItsOwnToken) {
  const std::string none = add_token("none", {"graph:read"});
  HttpClient client(port());
  const std::string nobody = "GET /resources/jobs HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_TRUE(client.send(request(owner_) + nobody + request(none) + request(owner_)));
  for (const int expected : {200, 401, 403, 200}) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, expected) << reply->body;
  }
}

TEST_F(E2eAccessEnds, AWriteIsInTheNameOfWhoSentIt) {
  add_token("other", {"jobs:write"});
  bearer = add_token("writer", {"jobs/d:*"});
  const std::string job = create_job("d");
  const auto shown = call("GET", "/resources/jobs/" + job);
  EXPECT_EQ(member(shown.body, "createdBy"), "writer") << shown.body;
}

TEST_F(E2eAccessEnds, ATokenThatIsOverEndsAStreamThatHasNothingToSay) {
  const std::string reader = add_token("reader", {"events:read"}, clock().wall() + seconds(60));
  HttpClient client(port());
  ASSERT_TRUE(
      client.send("GET /resources/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                  "Authorization: Bearer " +
                  reader + "\r\n\r\n"));
  client.receive_until("retry: 2000");
  clock().advance(seconds(61));
  EXPECT_TRUE(run_clock_until([&] { return metric("daybook_http_streams") == "0"; }));
  EXPECT_TRUE(client.closed_by_peer());
}

TEST_F(E2eAccessEnds, AWorkersConnectionThatIsSilentEndsWithItsToken) {
  TestWorker worker(port(), add_token("worker", {"workers/d:lease"}, clock().wall() + seconds(60)));
  worker.hello(TestWorker::wish("d", 2));
  clock().advance(seconds(55));
  ASSERT_TRUE(run_clock_until([&] { return metric("daybook_worker_connections") == "0"; }));
  EXPECT_EQ(worker.ended().code, 1008);
}

TEST_F(E2eAccessEnds, ARotatedTokenEndsTheConnectionOfTheOldSecret) {
  TestWorker worker(port(), add_token("worker", {"workers/d:lease"}));
  worker.hello(TestWorker::wish("d", 2));
  ASSERT_EQ(call("POST", "/resources/tokens/worker/rotate").status, 200);
  worker.say(R"({"type":"heartbeat","id":1})");
  EXPECT_EQ(worker.ended().reason, "UNAUTHORIZED");
}

TEST_F(E2eAccessEnds, ALeaseThatWaitsGetsNothingOnceItsTokenIsRevoked) {
  const std::string worker = add_token("worker", {"workers/d:lease"});
  const std::string body = R"({"definitions":["d"],"workerId":"w","waitMs":20000})";
  HttpClient client(port());
  ASSERT_TRUE(client.send(
      "POST /resources/workers/lease HTTP/1.1\r\nHost: x\r\n"
      "Content-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\nAuthorization: Bearer " + worker + "\r\n\r\n" + body));
  until(
      [&] { return metric("daybook_waiters") == "1" || metric("daybook_leases_waiting") == "1"; });
  ASSERT_TRUE(command(scheduler::RevokeToken{"worker"}));
  const std::string job = create_job("d");
  EXPECT_EQ(member(call("GET", "/resources/jobs/" + job).body, "status"), "pending");
  EXPECT_EQ(member(lease_one("d"), "jobId"), job) << "others get it";
  const auto told = client.receive();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->status, 401) << told->body;
}

TEST_F(E2eAccessEnds, ForbiddenRequestsAreCounted) {
  const std::string reader = add_token("reader", {"graph:read"});
  bearer = reader;
  EXPECT_EQ(call("GET", "/resources/jobs").status, 403);
  EXPECT_EQ(call("GET", "/metrics").status, 403);
  bearer = owner_;
  EXPECT_EQ(metric("daybook_http_forbidden_total"), "2");
}

TEST_F(E2eAccessEnds, DecisionsNameWhatIsMissingInAMember) {
  bearer = add_token("writer", {"jobs/d:read", "jobs/e:write", "tokens:*"});
  const auto refused = call("POST", "/resources/jobs", R"([{"jobDefinitionId":"d"}])");
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_NE(
      refused.body.find(R"("details":{"field":"[0].jobDefinitionId","permission":"jobs/d:write"})"),
      std::string::npos)
      << refused.body;
  const auto token = call("POST", "/resources/tokens", R"({"permissions":["jobs/d:*"]})");
  EXPECT_EQ(token.status, 403) << token.body;
  EXPECT_NE(token.body.find(R"("permission":"jobs/d:*")"), std::string::npos) << token.body;
  EXPECT_EQ(call("POST", "/resources/tokens", R"({"tokenId":"self","permissions":["jobs/d:read"]})")
                .status,
            422);
}

}  // namespace
}  // namespace daybook::test
