// Reports that bring a lease: one request ends jobs and gives the next ones.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

constexpr const char* kComplete = "/resources/workers/complete";

class E2eWorkers : public ServerFixture {
 protected:
  static std::string report(const std::string& job) {
    return R"({"token":")" + member(job, "token") + R"("})";
  }
  static std::string both(const std::string& reports, const std::string& lease) {
    return R"({"reports":[)" + reports + R"(],"lease":{"definitions":["d"],"workerId":"t")" +
           lease + "}}";
  }
  static std::vector<JsonValue> leased(const std::string& lease) { return elements(lease, "jobs"); }
  static std::string only_result(const HttpReply& reply) {
    const auto all = elements(reply.body, "results");
    EXPECT_EQ(all.size(), 1U) << reply.body;
    return all.empty() ? "{}" : std::string(all.front().text());
  }
};

TEST_F(E2eWorkers, OneRequestReportsAndLeases) {
  start();
  put_definition("d");
  for (int i = 0; i < 3; ++i) {
    create_job("d");
  }
  const std::string first = lease_one("d");
  const auto reply = call("POST", kComplete, both(report(first), R"(,"max":10)"));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(member(only_result(reply), "outcome"), "completed");
  const std::string lease = member(reply.body, "lease");
  EXPECT_EQ(leased(lease).size(), 2U) << lease;
  EXPECT_FALSE(member(lease, "hash").empty());
}

TEST_F(E2eWorkers, RepeatedItTellsTheFirstOutcomesAndLeasesWhatIsLeft) {
  start();
  put_definition("d");
  create_job("d");
  const std::string request = both(report(lease_one("d")), "");
  const auto first = call("POST", kComplete, request);
  const std::string job = create_job("d");
  const auto again = call("POST", kComplete, request);
  EXPECT_EQ(member(only_result(first), "repeated"), "false");
  EXPECT_EQ(member(only_result(again), "repeated"), "true");
  EXPECT_EQ(member(only_result(again), "seq"), member(only_result(first), "seq"));
  const std::string lease = member(again.body, "lease");
  ASSERT_EQ(leased(lease).size(), 1U) << again.body;
  EXPECT_EQ(member(std::string(leased(lease).front().text()), "jobId"), job);
}

// The one slot of the definition is held by the job that is reported.
TEST_F(E2eWorkers, WhatTheReportsMakeDueIsLeasedThoughNothingIsWaitedFor) {
  start();
  put_definition("d", R"(,"concurrency":1)");
  create_job("d");
  const std::string second = create_job("d");
  const auto reply = call("POST", kComplete, both(report(lease_one("d")), R"(,"waitMs":0)"));
  const std::string lease = member(reply.body, "lease");
  ASSERT_EQ(leased(lease).size(), 1U) << reply.body;
  EXPECT_EQ(member(std::string(leased(lease).front().text()), "jobId"), second);
}

TEST_F(E2eWorkers, ItsWaitBeginsWhenTheReportsAreDurable) {
  start();
  put_definition("d");
  create_job("d");
  HttpClient worker(port());
  const std::string body = both(report(lease_one("d")), R"(,"waitMs":10000)");
  ASSERT_TRUE(worker.send("POST " + std::string(kComplete) +
                          " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                          "Content-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body));
  std::optional<HttpReply> reply;
  std::atomic<bool> answered{false};
  std::thread reader([&] {
    reply = worker.receive();
    answered = true;
  });
  EXPECT_TRUE(run_clock_until([&] { return answered.load(); }));
  reader.join();
  ASSERT_TRUE(reply);
  EXPECT_EQ(member(only_result(*reply), "outcome"), "completed");
  EXPECT_EQ(member(reply->body, "lease"), R"({"jobs":[]})");
}

TEST_F(E2eWorkers, WithAKeyTheSameRequestGetsTheSameJobAgain) {
  start();
  put_definition("d");
  for (int i = 0; i < 3; ++i) {
    create_job("d");
  }
  const std::string request = both(report(lease_one("d")), R"(,"max":10)");
  const auto first = call("POST", kComplete, request, "Idempotency-Key: k\r\n");
  const auto again = call("POST", kComplete, request, "Idempotency-Key: k\r\n");
  EXPECT_EQ(leased(member(first.body, "lease")).size(), 1U) << first.body;
  EXPECT_EQ(member(again.body, "lease"), member(first.body, "lease"));
  EXPECT_EQ(member(only_result(again), "repeated"), "true");
  const auto other =
      call("POST", kComplete, both(R"({"token":"x"})", ""), "Idempotency-Key: k\r\n");
  EXPECT_EQ(other.status, 200) << other.body;
  EXPECT_NE(member(other.body, "lease").find("IDEMPOTENCY_KEY_REUSED"), std::string::npos);
}

TEST_F(E2eWorkers, ReportsThatCannotBeTakenDoNotHoldUpTheLease) {
  start();
  put_definition("d");
  create_job("d");
  const auto reply = call("POST", kComplete, both(R"({"token":"x"},{"tokn":1},7)", ""));
  ASSERT_EQ(reply.status, 200) << reply.body;
  for (const auto& result : elements(reply.body, "results")) {
    EXPECT_NE(std::string(result.text()).find("error"), std::string::npos) << result.text();
  }
  EXPECT_EQ(leased(member(reply.body, "lease")).size(), 1U) << reply.body;
}

TEST_F(E2eWorkers, ALeaseThatIsWrongReportsNothing) {
  start();
  put_definition("d");
  create_job("d");
  const std::string job = lease_one("d");
  const Seq before = log().last();
  const std::string reports = R"({"reports":[)" + report(job) + "]";
  const std::pair<std::string, std::string> cases[] = {
      {reports + R"(,"lease":{}})", "lease.definitions"},
      {reports + R"(,"lease":{"definitions":["d"],"workerId":"t","max":0}})", "lease.max"},
      {reports + R"(,"lease":{"definitions":["d"],"workerId":"t","wait":1}})", "lease.wait"},
      {reports + R"(,"lease":{"definitions":["/"],"workerId":"t"}})", "lease.definitions[0]"},
      {reports + R"(,"lease":7})", "lease"},
      {reports + R"(,"leese":{}})", "leese"},
      {R"({"reports":[],"lease":{"definitions":["d"],"workerId":"t"}})", "reports"},
      {R"({"reports":{},"lease":{"definitions":["d"],"workerId":"t"}})", "reports"},
      {R"({"lease":{"definitions":["d"],"workerId":"t"}})", "reports"},
  };
  for (const auto& [body, field] : cases) {
    const auto refused = call("POST", kComplete, body);
    EXPECT_EQ(refused.status, 422) << body << "\n" << refused.body;
    EXPECT_NE(refused.body.find('"' + field + '"'), std::string::npos) << body << refused.body;
  }
  EXPECT_EQ(log().last(), before);
  EXPECT_EQ(call("POST", kComplete, reports + "}").status, 200);
}

TEST_F(E2eWorkers, WhoLeavesMeanwhileTakesNoJob) {
  start();
  put_definition("d");
  create_job("d");
  const std::string body = both(report(lease_one("d")), R"(,"waitMs":60000)");
  {
    HttpClient ghost(port());
    ASSERT_TRUE(ghost.send("POST " + std::string(kComplete) +
                           " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           "Content-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body));
    until([&] { return metric("daybook_leases_waiting") == "1"; });
  }
  until([&] { return metric("daybook_leases_waiting") == "0"; });
  const std::string job = create_job("d");
  EXPECT_EQ(member(lease_one("d"), "jobId"), job);
  EXPECT_EQ(metric("daybook_jobs_running"), "1");  // the first has ended
}

}  // namespace
}  // namespace daybook::test
