// What callers of few permissions see and do, over HTTP and on worker connections.
#include "access/token_text.h"
#include <gtest/gtest.h>

#include "base/limits/access.h"
#include "events/codec.h"
#include "events/json.h"
#include "tests/api/server_fixture.h"
#include "tests/api/worker_rig.h"

namespace daybook::test {
namespace {

class E2eAccess : public ServerFixture {
 protected:
  void SetUp() override {
    with_tokens = true;
    start();
    owner_ = add_token("owner", {"*:*"});
    bearer = owner_;
    put_definition("d");
    put_definition("e");
  }
  HttpReply as(const std::string& token, std::string_view method, std::string_view target,
               std::string_view body = {}, std::string_view fields = {}) {
    bearer = token;
    HttpReply out = call(method, target, body, fields);
    bearer = owner_;
    return out;
  }
  static std::string job_of(const std::string& definition, const std::string& more = "") {
    return R"({"jobDefinitionId":")" + definition + "\"" + more + "}";
  }

  std::string owner_;
};

TEST_F(E2eAccess, JobsAreSeenWherePermitted) {
  const std::string mine = create_job("d");
  const std::string other = create_job("e");
  const std::string reader = add_token("reader", {"jobs/d:read"});
  const auto list = as(reader, "GET", "/resources/jobs");
  EXPECT_NE(list.body.find(mine), std::string::npos) << list.body;
  EXPECT_EQ(list.body.find(other), std::string::npos);
  EXPECT_EQ(member(list.body, "totalCount"), "1");
  EXPECT_EQ(as(reader, "GET", "/resources/jobs/" + mine).status, 200);
  const auto hidden = as(reader, "GET", "/resources/jobs/" + other);
  EXPECT_EQ(hidden.status, 404);
  const auto absent = as(reader, "GET", "/resources/jobs/01963a00-0000-7000-8000-00000000ffff");
  EXPECT_EQ(absent.status, 404);
  EXPECT_EQ(as(reader, "GET", "/resources/jobs/" + mine + "/events").status, 200);
  EXPECT_EQ(as(reader, "GET", "/resources/jobs/" + other + "/events").status, 404);
  EXPECT_EQ(elements(as(reader, "GET", "/resources/jobs?jobDefinitionId=e").body, "jobs").size(),
            0U);
  EXPECT_EQ(member(as(reader, "GET", "/resources/jobs?jobDefinitionId=e").body, "totalCount"), "0");
  EXPECT_EQ(as(reader, "DELETE", "/resources/jobs/" + mine).status, 403);
}

TEST_F(E2eAccess, AJobThatLeftTheListIsSeenNoMoreThanBefore) {
  const std::string job = create_job("e");
  bearer = owner_;
  ASSERT_EQ(call("DELETE", "/resources/jobs/" + job).status, 200);
  ASSERT_EQ(call("DELETE", "/resources/jobs/" + job + "?remove=true").status, 200);
  const std::string path = "/resources/jobs/" + job + "/events";
  EXPECT_EQ(as(add_token("d-reader", {"jobs/d:read"}), "GET", path).status, 404);
  EXPECT_EQ(as(add_token("e-reader", {"jobs/e:read"}), "GET", path).status, 200);
}

TEST_F(E2eAccess, StatisticsCountOnlyWhatIsSeen) {
  create_job("d");
  create_job("e");
  create_job("e");
  const std::string reader = add_token("reader", {"jobs/d:read"});
  const auto each = as(reader, "GET", "/resources/jobs/statistics");
  EXPECT_NE(each.body.find(R"("jobDefinitionId":"d")"), std::string::npos) << each.body;
  EXPECT_EQ(each.body.find(R"("jobDefinitionId":"e")"), std::string::npos) << each.body;
  const auto all = as(reader, "GET", "/resources/jobs/statistics?groupBy=none&resolution=day");
  EXPECT_NE(all.body.find(R"("scheduled":1,)"), std::string::npos) << all.body;
  EXPECT_EQ(as(reader, "GET", "/resources/jobs/statistics?jobDefinitionId=e").body, "[]");
}

TEST_F(E2eAccess, NamedThingsAreListedWherePermitted) {
  ASSERT_EQ(call("PUT", "/resources/components/lib/x", R"({"runtime":"worker"})").status, 201);
  ASSERT_EQ(call("PUT", "/resources/rules/r", R"({"componentId":"a.hrule"})").status, 201);
  ASSERT_EQ(call("PUT", "/resources/rules/s", R"({"componentId":"a.hrule"})").status, 201);
  const std::string reader = add_token("reader", {"components/lib:read", "job-definitions/e*:read",
                                                  "rules/s:read", "tokens/reader:read"});
  for (const auto& [list, member_name, seen, hidden] :
       {std::tuple("components", "components", "lib/x", "\"w\""),
        std::tuple("job-definitions", "jobDefinitions", "\"e\"", "\"d\""),
        std::tuple("rules", "rules", "\"s\"", "\"r\""),
        std::tuple("tokens", "tokens", "\"reader\"", "\"owner\",\"displayName")}) {
    const auto page = as(reader, "GET", std::string("/resources/") + list);
    EXPECT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(elements(page.body, member_name).size(), 1U) << page.body;
    EXPECT_EQ(member(page.body, "totalCount"), "1") << page.body;
    EXPECT_NE(page.body.find(seen), std::string::npos) << page.body;
    EXPECT_EQ(page.body.find(hidden), std::string::npos) << page.body;
  }
  const auto definition = as(reader, "GET", "/resources/job-definitions/e");
  EXPECT_EQ(definition.status, 200);
  EXPECT_EQ(member(definition.body, "jobs"), "") << "counts of jobs are not for who sees none";
  EXPECT_EQ(as(reader, "GET", "/resources/job-definitions/d").status, 403);
}

TEST_F(E2eAccess, EventsAreThoseOfADefinitionOrAll) {
  create_job("d");
  create_job("e");
  const std::string reader = add_token("reader", {"events/d:read"});
  EXPECT_EQ(as(reader, "GET", "/resources/events").status, 403);
  EXPECT_EQ(as(reader, "GET", "/resources/events?jobDefinitionId=e").status, 403);
  EXPECT_EQ(as(reader, "GET", "/resources/events?type=JobCreated").status, 403);
  const auto mine = as(reader, "GET", "/resources/events?jobDefinitionId=d&type=JobCreated");
  EXPECT_EQ(elements(mine.body, "events").size(), 1U) << mine.body;
}

TEST_F(E2eAccess, TheGraphAnswersOfSetsThatAreSeenWhole) {
  const std::string part = add_token("part", {"graph:read", "jobs/d:read", "job-definitions:read"});
  EXPECT_EQ(as(part, "POST", "/resources/graph", R"([{"edge":"jobs"}])").status, 403);
  EXPECT_EQ(as(part, "POST", "/resources/graph", R"([{"edge":"jobDefinitions"}])").status, 200);
  const std::string inner = R"([{"edge":"jobDefinitions","node":{"navigate":[{"edge":"jobs"}]}}])";
  const auto refused = as(part, "POST", "/resources/graph", inner);
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_NE(refused.body.find("jobs:read"), std::string::npos);
  const std::string whole = add_token("whole", {"graph:read", "jobs:read", "job-definitions:read"});
  EXPECT_EQ(as(whole, "POST", "/resources/graph", inner).status, 200);
}

TEST_F(E2eAccess, JobsAreScheduledAndEndedWherePermitted) {
  const std::string writer = add_token("writer", {"jobs/d:write"});
  const auto created = as(writer, "POST", "/resources/jobs", job_of("d"));
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(member(created.body, "createdBy"), "writer");
  const auto refused = as(writer, "POST", "/resources/jobs", job_of("e"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("jobs/e:write"), std::string::npos) << refused.body;
  EXPECT_EQ(as(writer, "POST", "/resources/jobs", job_of("nothing")).status, 403);
  const std::string other = create_job("e");
  EXPECT_EQ(as(writer, "DELETE", "/resources/jobs/" + other).status, 404);
  EXPECT_EQ(as(writer, "POST", "/resources/jobs/" + other + "/cancel").status, 404);
  EXPECT_EQ(as(writer, "POST", "/resources/jobs/" + other + "/retry").status, 404);
  EXPECT_EQ(as(writer, "DELETE", "/resources/jobs/" + member(created.body, "jobId")).status, 200);
  // Ended ones of others are not there for it either.
  ASSERT_EQ(call("DELETE", "/resources/jobs/" + other).status, 200);
  EXPECT_EQ(as(writer, "DELETE", "/resources/jobs/" + other).status, 404);
  EXPECT_EQ(as(writer, "DELETE", "/resources/jobs/" + other + "?remove=true").status, 404);
  EXPECT_EQ(as(writer, "POST", "/resources/jobs/" + other + "/cancel").status, 404);
  EXPECT_EQ(as(writer, "POST", "/resources/jobs/" + other + "/retry").status, 404);
}

TEST_F(E2eAccess, AKeyAnswersOnlyTheTokenThatUsedIt) {
  const std::string one = add_token("one", {"jobs:write"});
  const std::string two = add_token("two", {"jobs:write"});
  const std::string key = "Idempotency-Key: k\r\n";
  const auto first = as(one, "POST", "/resources/jobs", job_of("d"), key);
  const auto again = as(one, "POST", "/resources/jobs", job_of("d"), key);
  const auto other = as(two, "POST", "/resources/jobs", job_of("d"), key);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(other.status, 201);
  EXPECT_NE(member(other.body, "jobId"), member(first.body, "jobId"));
}

TEST_F(E2eAccess, AWorkerLeasesWhatItMay) {
  const std::string worker = add_token("worker", {"workers/d:lease"});
  create_job("d");
  create_job("e");
  const auto lease = [&](const std::string& definitions) {
    return as(worker, "POST", "/resources/workers/lease",
              R"({"definitions":)" + definitions + R"(,"workerId":"w"})");
  };
  const auto refused = lease(R"(["d","e"])");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("workers/e:lease"), std::string::npos) << refused.body;
  const auto leased = lease(R"(["d"])");
  ASSERT_EQ(elements(leased.body, "jobs").size(), 1U) << leased.body;
  const std::string token = member(elements(leased.body, "jobs").front().text(), "token");
  const std::string foreign = member(lease_one("e"), "token");
  const auto report = [&](const std::string& attempt) {
    return as(worker, "POST", "/resources/workers/complete",
              R"([{"token":")" + attempt + R"(","result":1}])");
  };
  EXPECT_NE(report(foreign).body.find("FORBIDDEN"), std::string::npos);
  EXPECT_NE(report(token).body.find("completed"), std::string::npos);
  EXPECT_EQ(as(worker, "GET", "/resources/jobs").status, 403);
  const auto combined = as(worker, "POST", "/resources/workers/complete",
                           R"({"reports":[{"token":")" + token +
                               R"(","result":1}],"lease":{"definitions":["e"],"workerId":"w"}})");
  EXPECT_EQ(combined.status, 403) << combined.body;
}

TEST_F(E2eAccess, AWorkersConnectionEndsWithItsToken) {
  const std::string text = add_token("worker", {"workers/d:lease"});
  WebSocketClient nobody(port());
  EXPECT_EQ(nobody.open("/resources/workers/connect", "daybook.worker.v1"), 401);
  TestWorker worker(port(), text);
  worker.hello(TestWorker::wish("d", 2));
  create_job("d");
  EXPECT_EQ(worker.jobs(1).size(), 1U);
  ASSERT_TRUE(command(scheduler::RevokeToken{"worker"}));
  worker.say(R"({"type":"heartbeat","id":1})");
  const auto goodbye = worker.socket.goodbye();
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->code, 1008);
  EXPECT_EQ(goodbye->reason, "UNAUTHORIZED");
}

TEST_F(E2eAccess, AWorkersWishesAreHeldAgainstItsToken) {
  TestWorker worker(port(), add_token("worker", {"workers/d:lease"}));
  worker.say(R"({"type":"hello","workerId":"w","subscriptions":)" + TestWorker::wish("e", 1) + "}");
  EXPECT_NE(worker.next().find("workers/e:lease"), std::string::npos);
  EXPECT_EQ(worker.socket.goodbye()->code, 1008);
}

TEST_F(E2eAccess, AStreamEndsWithItsToken) {
  const std::string reader = add_token("reader", {"events:read"});
  HttpClient client(port());
  ASSERT_TRUE(
      client.send("GET /resources/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                  "Authorization: Bearer " +
                  reader + "\r\n\r\n"));
  client.receive_until("retry: 2000");
  ASSERT_TRUE(command(scheduler::RevokeToken{"reader"}));
  create_job("d");
  const std::string rest = client.receive_until("JobCreated", std::chrono::milliseconds(2000));
  EXPECT_EQ(rest.find("JobCreated"), std::string::npos) << rest;
  EXPECT_TRUE(client.closed_by_peer());
}

TEST_F(E2eAccess, TokensAreMadeRotatedAndRevoked) {
  const auto created =
      call("POST", "/resources/tokens",
           R"({"tokenId":"ci","displayName":"CI","permissions":["jobs:read"],"expiresIn":"1d"})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.field("location"), "/resources/tokens/ci");
  const std::string token = member(created.body, "token");
  EXPECT_EQ(as(token, "GET", "/resources/jobs").status, 200);
  const auto self = as(token, "GET", "/resources/tokens/self");
  EXPECT_EQ(member(self.body, "actor"), "ci") << self.body;
  EXPECT_EQ(member(self.body, "access"), "tokens");
  const auto row = as(token, "GET", "/resources/tokens/ci");
  EXPECT_EQ(row.status, 200) << "everybody may see his own";
  EXPECT_EQ(member(row.body, "createdBy"), "owner");
  EXPECT_EQ(row.body.find("secret"), std::string::npos);
  EXPECT_EQ(as(token, "GET", "/resources/tokens/owner").status, 403);
  EXPECT_EQ(as(token, "GET", "/resources/tokens").status, 403);
  const auto rotated = as(token, "POST", "/resources/tokens/ci/rotate");
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_EQ(as(token, "GET", "/resources/jobs").status, 401);
  const std::string next = member(rotated.body, "token");
  EXPECT_EQ(as(next, "GET", "/resources/jobs").status, 200);
  EXPECT_EQ(as(next, "DELETE", "/resources/tokens/ci").status, 200);
  EXPECT_EQ(as(next, "GET", "/resources/jobs").status, 401);
  EXPECT_EQ(call("GET", "/resources/tokens/ci").status, 404);
  EXPECT_EQ(call("DELETE", "/resources/tokens/ci").status, 404);
  EXPECT_EQ(call("DELETE", "/resources/tokens/owner").status, 409) << "it is the last such one";
}

TEST_F(E2eAccess, ASecretIsShownOnceAndKeptNowhere) {
  const std::string body = R"({"tokenId":"ci","permissions":["jobs:read"]})";
  const auto first = call("POST", "/resources/tokens", body, "Idempotency-Key: k\r\n");
  const auto again = call("POST", "/resources/tokens", body, "Idempotency-Key: k\r\n");
  EXPECT_EQ(member(first.body, "tokenShown"), "true");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(member(again.body, "tokenShown"), "false") << again.body;
  EXPECT_EQ(member(again.body, "token"), "");
  const std::string token = member(first.body, "token");
  const std::string secret = token.substr(token.rfind('_') + 1);
  ASSERT_EQ(secret.size(), access::kSecretDigits);
  const auto events = call("GET", "/resources/events?limit=1000");
  EXPECT_NE(events.body.find("TokenCreated"), std::string::npos);
  EXPECT_EQ(events.body.find(secret), std::string::npos);
  const auto cursor = log().read(Seq{1});
  ASSERT_TRUE(cursor);
  events::RecordView view;
  while (*(*cursor)->next(view)) {
    const std::string_view bytes(reinterpret_cast<const char*>(view.bytes.data()),
                                 view.bytes.size());
    EXPECT_EQ(bytes.find(secret), std::string_view::npos);
  }
}

TEST_F(E2eAccess, NobodyGetsMoreThanHeHas) {
  const std::string clerk = add_token("clerk", {"tokens:*", "jobs/d:write"});
  const auto create = [&](const std::string& permission) {
    return as(clerk, "POST", "/resources/tokens", R"({"permissions":[")" + permission + R"("]})");
  };
  EXPECT_EQ(create("jobs:write").status, 403);
  EXPECT_EQ(create("*:*").status, 403);
  EXPECT_EQ(create("*:read").status, 403);
  EXPECT_EQ(create("jobs/d:write").status, 201);
  for (const std::string path : {"/resources/tokens/owner/rotate"}) {
    const auto refused = as(clerk, "POST", path);
    EXPECT_EQ(refused.status, 403) << refused.body;
    EXPECT_EQ(refused.body.find("db_"), std::string::npos);
  }
  EXPECT_EQ(as(clerk, "DELETE", "/resources/tokens/owner").status, 403);
  EXPECT_EQ(call("GET", "/resources/jobs").status, 200) << "the owner's token is as it was";
}

TEST_F(E2eAccess, BadTokensAreNamedByField) {
  const auto create = [&](const std::string& body) {
    const auto reply = call("POST", "/resources/tokens", body);
    return std::to_string(reply.status) + " " + reply.body;
  };
  EXPECT_NE(create(R"({})").find(R"("field":"permissions")"), std::string::npos);
  EXPECT_NE(create(R"({"permissions":["jobs:fly"]})").find(R"("field":"permissions[0]")"),
            std::string::npos);
  EXPECT_NE(create(R"({"permissions":["*:*"],"tokenId":"A b"})").find(R"("field":"tokenId")"),
            std::string::npos);
  EXPECT_NE(create(R"({"permissions":["*:*"],"expiresAt":"2001-01-01T00:00:00Z"})")
                .find("EXPIRES_IN_PAST"),
            std::string::npos);
  EXPECT_NE(create(R"({"permissions":["*:*"],"expiresAt":"2101-01-01T00:00:00Z","expiresIn":"1d"})")
                .find(R"("field":"expiresIn")"),
            std::string::npos);
  EXPECT_NE(create(R"({"permissions":["*:*"],"secret":"x"})").find("UNKNOWN_MEMBER"),
            std::string::npos);
}

TEST_F(E2eAccess, ATokenInAnAddressIsRefused) {
  for (const std::string& target : {"/resources/jobs?token=" + owner_, "/resources/jobs/" + owner_,
                                    "/health/live?x=" + owner_}) {
    const auto refused = as("", "GET", target);
    EXPECT_EQ(refused.status, 400) << target;
    EXPECT_NE(refused.body.find("TOKEN_IN_URL"), std::string::npos) << refused.body;
    EXPECT_EQ(refused.body.find(owner_), std::string::npos);
  }
}

TEST_F(E2eAccess, WhoGuessesIsToldToWaitAndNobodyElse) {
  for (std::uint32_t i = 0; i < kLoginFailuresMax; ++i) {
    EXPECT_EQ(as("db_owner_" + std::string(32, '0'), "GET", "/resources/jobs").status, 401);
  }
  const auto told = as("db_owner_" + std::string(32, '0'), "GET", "/resources/jobs");
  EXPECT_EQ(told.status, 429);
  EXPECT_FALSE(told.field("retry-after").empty());
  EXPECT_EQ(call("GET", "/resources/jobs").status, 200);
  EXPECT_EQ(metric("daybook_http_unauthorized_total"), std::to_string(kLoginFailuresMax + 1));
  clock().advance(Duration{kLoginWindowUs});
  EXPECT_EQ(as("", "GET", "/resources/jobs").status, 401);
}

TEST_F(E2eAccess, WarningsNameOnlyWhatIsSeen) {
  const std::string writer = add_token("writer", {"components:*"});
  const auto deleted = as(writer, "DELETE", "/resources/components/w");
  ASSERT_EQ(deleted.status, 200) << deleted.body;
  EXPECT_EQ(deleted.body.find("jobDefinitionId"), std::string::npos) << deleted.body;
}

TEST_F(E2eAccess, TheHeaderIsReadAsItIsMeant) {
  const auto with = [&](const std::string& value) {
    return as("", "GET", "/resources/jobs", {}, "Authorization: " + value + "\r\n").status;
  };
  EXPECT_EQ(with("Bearer " + owner_), 200);
  EXPECT_EQ(with("bearer  " + owner_), 200);
  EXPECT_EQ(with(owner_), 401);
  EXPECT_EQ(with("Basic " + owner_), 401);
  EXPECT_EQ(with("Bearer " + owner_ + " x"), 401);
  EXPECT_EQ(with("Bearer"), 401);
}

TEST_F(E2eAccess, WithTokensAnyNameOfTheHostWillDo) {
  HttpClient client(port());
  ASSERT_TRUE(
      client.send("GET /resources/jobs HTTP/1.1\r\nHost: daybook.example.org\r\n"
                  "Authorization: Bearer " +
                  owner_ + "\r\n\r\n"));
  EXPECT_EQ(client.receive()->status, 200);
}

}  // namespace
}  // namespace daybook::test
