// Workers on connections of their own that keep to the protocol (docs/worker-protocol.md).
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/limits/worker_protocol.h"
#include "tests/api/worker_rig.h"

namespace daybook::test {
namespace {

class E2eWorkerProtocol : public ServerFixture {
 protected:
  void SetUp() override {
    start();
    put_definition("d");
  }
  static std::string first_result(const std::string& frame) {
    const auto all = elements(frame, "results");
    EXPECT_FALSE(all.empty()) << frame;
    return all.empty() ? "{}" : std::string(all.front().text());
  }
};

TEST_F(E2eWorkerProtocol, AJobGoesThroughItsLife) {
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  const std::string id = create_job("d", R"(,"parameters":{"n":1})");
  const auto job = worker.jobs(1).front();
  EXPECT_EQ(member(job, "jobId"), id);
  EXPECT_EQ(member(job, "parameters"), R"({"n":1})");
  worker.say(TestWorker::report(7, job, R"(,"result":{"done":true})"));
  const std::string reported = worker.next();
  EXPECT_EQ(member(reported, "type"), "reported");
  EXPECT_EQ(member(reported, "id"), "7");
  EXPECT_EQ(member(first_result(reported), "outcome"), "completed");
  EXPECT_FALSE(member(first_result(reported), "hash").empty());
  const auto shown = call("GET", "/resources/jobs/" + id);
  EXPECT_EQ(member(shown.body, "status"), "completed");
  EXPECT_EQ(member(shown.body, "result"), R"({"done":true})");
}

TEST_F(E2eWorkerProtocol, ItHoldsAsManyAsItHasCreditsAndAReportGivesOneBack) {
  for (int i = 0; i < 10; ++i) {
    create_job("d");
  }
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 4));
  auto held = worker.jobs(4);
  EXPECT_EQ(metric("daybook_worker_jobs_held"), "4");
  EXPECT_EQ(metric("daybook_worker_credits"), "4");
  EXPECT_EQ(metric("daybook_jobs_running"), "4");
  worker.say(TestWorker::report(1, held[0]) + "," + TestWorker::report(2, held[1]));
  EXPECT_EQ(member(worker.next(), "id"), "1");
  EXPECT_EQ(member(worker.next(), "id"), "2");
  EXPECT_EQ(worker.jobs(2).size(), 2U);
  EXPECT_EQ(metric("daybook_jobs_running"), "4");
  worker.say(R"({"type":"credits","credits":10})");
  EXPECT_EQ(worker.jobs(4).size(), 4U);
  EXPECT_EQ(metric("daybook_jobs_running"), "8");
}

TEST_F(E2eWorkerProtocol, ThousandsOfJobsAreInFlightOnOneConnection) {
  constexpr std::size_t kJobs = 3000;
  std::string body = "[";
  for (std::size_t i = 0; i < kJobs; ++i) {
    body += std::string(i == 0 ? "" : ",") + R"({"jobDefinitionId":"d"})";
  }
  ASSERT_EQ(call("POST", "/resources/jobs", body + "]").status, 201);
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", kWorkerCreditsMax));
  const auto jobs = worker.jobs(kJobs);
  std::set<std::string> tokens;
  for (const auto& job : jobs) {
    tokens.insert(member(job, "token"));
  }
  EXPECT_EQ(tokens.size(), kJobs);
  worker.say(R"({"type":"heartbeat","id":1,"leaseDuration":"1h"})");
  const std::string extended = worker.next();
  EXPECT_EQ(member(extended, "type"), "extended");
  EXPECT_EQ(member(extended, "extended"), std::to_string(kJobs));
  EXPECT_EQ(member(extended, "results"), "[]");
  std::string reports;
  for (std::size_t i = 0; i < kJobs; ++i) {
    const bool begins = i % 1000 == 0;
    reports += begins ? std::string(i == 0 ? "" : "]},") + R"({"type":"report","id":)" +
                            std::to_string(i) + R"(,"reports":[)"
                      : ",";
    reports += R"({"token":")" + member(jobs[i], "token") + "\"}";
  }
  worker.say(reports + "]}");
  for (std::size_t i = 0; i < kJobs; i += 1000) {
    const std::string reported = worker.next();
    EXPECT_EQ(member(reported, "id"), std::to_string(i));
    EXPECT_EQ(elements(reported, "results").size(), 1000U);
  }
  EXPECT_EQ(metric("daybook_worker_jobs_held"), "0");
  EXPECT_EQ(metric("daybook_jobs_running"), "0");
}

// Ten messages in one packet are one command batch, and one message answers them.
TEST_F(E2eWorkerProtocol, FramesThatComeTogetherAreOneBatchAndItsAnswersOneMessage) {
  for (int i = 0; i < 10; ++i) {
    create_job("d");
  }
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 10));
  const auto jobs = worker.jobs(10);
  worker.say(R"({"type":"credits","credits":0})");
  std::string bytes;
  for (int i = 0; i < 10; ++i) {
    bytes += WebSocketClient::frame(
        WebSocketClient::Kind::kText,
        "[" + TestWorker::report(i, jobs[static_cast<std::size_t>(i)]) + "]");
  }
  const std::size_t before = worker.messages;
  ASSERT_TRUE(worker.socket.send_bytes(bytes));
  std::set<std::string> requests;
  for (int i = 0; i < 10; ++i) {
    const std::string reported = worker.next();
    EXPECT_EQ(member(reported, "id"), std::to_string(i));
    const auto events =
        call("GET", "/resources/events?after=" +
                        std::to_string(std::stoul(member(first_result(reported), "seq")) - 1) +
                        "&limit=1");
    requests.insert(member(elements(events.body, "events").front().text(), "requestId"));
  }
  EXPECT_EQ(worker.messages - before, 1U);
  EXPECT_EQ(requests.size(), 1U);
}

TEST_F(E2eWorkerProtocol, ARepeatedReportGetsItsFirstAnswerWhateverItComesBy) {
  create_job("d");
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  const auto job = worker.jobs(1).front();
  worker.say(TestWorker::report(1, job, R"(,"result":1)"));
  const std::string first = first_result(worker.next());
  TestWorker other(port());
  other.hello(TestWorker::wish("d", 1), "other");
  other.say(TestWorker::report(1, job, R"(,"result":1)") + "," +
            TestWorker::report(2, job, R"(,"result":2)"));
  const std::string again = first_result(other.next());
  EXPECT_EQ(member(again, "repeated"), "true");
  EXPECT_EQ(member(again, "seq"), member(first, "seq"));
  EXPECT_NE(other.next().find("TOKEN_STALE"), std::string::npos);
  const auto http = call("POST", "/resources/workers/complete",
                         R"([{"token":")" + member(job, "token") + R"(","result":1}])");
  EXPECT_EQ(member(std::string(elements(http.body, "results").front().text()), "repeated"), "true");
}

TEST_F(E2eWorkerProtocol, FailuresAndHeartbeatsAreAsOnTheRoutes) {
  create_job("d");
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  const auto job = worker.jobs(1).front();
  worker.say(R"({"type":"heartbeat","id":1,"leases":[{"token":")" + member(job, "token") +
             R"(","leaseDuration":"10m"},{"token":"1.00000000000000000000000000000000"}]})");
  const std::string extended = worker.next();
  const auto leases = elements(extended, "results");
  ASSERT_EQ(leases.size(), 2U) << extended;
  EXPECT_GT(member(leases[0].text(), "leaseUntil"), member(job, "leaseUntil"));
  EXPECT_NE(leases[1].text().find("TOKEN_STALE"), std::string::npos);
  ASSERT_EQ(call("POST", "/resources/jobs/" + member(job, "jobId") + "/cancel").status, 202);
  worker.say(R"({"type":"heartbeat","id":2})");
  EXPECT_EQ(member(first_result(worker.next()), "cancelRequested"), "true");
  worker.say(TestWorker::report(3, job, R"(,"error":{"code":"BROKEN","message":"why"})"));
  EXPECT_EQ(member(member(first_result(worker.next()), "failure"), "code"), "BROKEN");
}

TEST_F(E2eWorkerProtocol, WhatIsNotItsOwnGivesTheCreditBack) {
  create_job("d");
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  const auto lost = worker.jobs(1).front();
  ASSERT_EQ(
      call("POST", "/resources/jobs/" + member(lost, "jobId") + "/cancel", R"({"force":true})")
          .status,
      200);
  const std::string next = create_job("d");
  worker.say(R"({"type":"heartbeat","id":1})");
  EXPECT_NE(worker.next().find("TOKEN_STALE"), std::string::npos);
  EXPECT_EQ(member(worker.jobs(1).front(), "jobId"), next);
}

TEST_F(E2eWorkerProtocol, ADefinitionThatCannotGiveIsNamed) {
  TestWorker worker(port());
  worker.hello(TestWorker::wish("nowhere", 1));
  std::atomic<bool> told{false};
  std::thread time([&] { EXPECT_TRUE(run_clock_until([&] { return told.load(); })); });
  const std::string frame = worker.next();
  told = true;
  time.join();
  EXPECT_EQ(member(frame, "type"), "jobs");
  EXPECT_EQ(member(frame, "jobs"), "[]");
  EXPECT_NE(member(frame, "warnings").find("DEFINITION_NOT_FOUND"), std::string::npos);
}

TEST_F(E2eWorkerProtocol, SubscriptionsHaveTheirOwnCredits) {
  put_definition("e");
  for (int i = 0; i < 3; ++i) {
    create_job("d");
    create_job("e");
  }
  TestWorker worker(port());
  worker.hello(R"([{"definitions":["d"],"credits":1},{"definitions":["e"],"credits":2}])");
  std::map<std::string, int> got;
  for (const auto& job : worker.jobs(3)) {
    ++got[member(job, "jobDefinitionId")];
  }
  EXPECT_EQ(got, (std::map<std::string, int>{{"d", 1}, {"e", 2}}));
}

TEST_F(E2eWorkerProtocol, WhoLeavesKeepsItsJobsForTheirLeasesAndTakesNoMore) {
  create_job("d");
  {
    TestWorker worker(port());
    worker.hello(TestWorker::wish("d", 5));
    worker.jobs(1);
    worker.socket.cut();
  }
  until([&] { return metric("daybook_worker_connections") == "0"; });
  until([&] { return metric("daybook_leases_waiting") == "0"; });
  EXPECT_EQ(metric("daybook_jobs_running"), "1");
  EXPECT_EQ(metric("daybook_worker_jobs_held"), "0");
  const std::string job = create_job("d");
  EXPECT_EQ(member(lease_one("d"), "jobId"), job);
}

TEST_F(E2eWorkerProtocol, TheServerSaysGoodbyeWhenItStops) {
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 5));
  TestWorker silent(port());  // has not even said hello
  std::thread stopper([this] { stop(); });
  const auto end = worker.ended();
  EXPECT_EQ(end.code, 1001);
  EXPECT_EQ(end.reason, "SHUTTING_DOWN");
  // Who was not taken over yet when it stopped just ends.
  const auto other = silent.ended();
  EXPECT_TRUE(other.code == 1001 || other.code == 0) << other.code;
  stopper.join();
}

TEST_F(E2eWorkerProtocol, ASilentWorkerIsPingedAndStays) {
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  std::thread time([this] {
    EXPECT_TRUE(run_clock_until([this] { return clock().steady() > Micros{80'000'000}; }));
    create_job("d");
  });
  const auto jobs = worker.jobs(1);
  time.join();
  EXPECT_GT(worker.socket.pings(), 3U);
}

TEST_F(E2eWorkerProtocol, HandshakesThatAreNoneAreRefused) {
  const auto refused = [this](const std::string& fields, int status, const std::string& code) {
    const auto reply = call("GET", "/resources/workers/connect", {}, fields);
    EXPECT_EQ(reply.status, status) << fields << reply.body;
    EXPECT_NE(reply.body.find(code), std::string::npos) << fields << reply.body;
    return reply;
  };
  const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const std::string protocol = "Sec-WebSocket-Protocol: daybook.worker.v1\r\n";
  EXPECT_EQ(refused("", 426, "UPGRADE_REQUIRED").field("Upgrade"), "websocket");
  refused("Upgrade: websocket\r\n" + key + version + protocol, 426, "UPGRADE_REQUIRED");
  refused("Upgrade: h2c\r\nConnection: Upgrade\r\n" + key + version + protocol, 426,
          "UPGRADE_REQUIRED");
  refused(upgrade + key + protocol, 426, "UPGRADE_REQUIRED");
  refused(upgrade + key + protocol + "Sec-WebSocket-Version: 8\r\n", 426, "UPGRADE_REQUIRED");
  refused(upgrade + version + protocol, 400, "MALFORMED_REQUEST");
  refused(upgrade + version + protocol + "Sec-WebSocket-Key: short\r\n", 400, "MALFORMED_REQUEST");
  refused(upgrade + version + protocol + key + key, 400, "MALFORMED_REQUEST");
  refused(upgrade + version + key, 400, "PROTOCOL_UNKNOWN");
  refused(upgrade + version + key + "Sec-WebSocket-Protocol: daybook.worker.v2, x\r\n", 400,
          "PROTOCOL_UNKNOWN");
  refused(upgrade + version + key + protocol + "Origin: http://evil.example\r\n", 403,
          "ORIGIN_NOT_ALLOWED");
  WebSocketClient chosen(port());
  EXPECT_EQ(chosen.open("/resources/workers/connect", "x, daybook.worker.v1"), 101);
  EXPECT_NE(chosen.head().find("Sec-WebSocket-Protocol: daybook.worker.v1\r\n"), std::string::npos);
}

}  // namespace
}  // namespace daybook::test
