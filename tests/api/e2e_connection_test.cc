// Connections: keep-alive, pipelining, smuggling shapes, slow and silent clients, limits, the end.
#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "base/limits/http.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

class E2eConnection : public ServerFixture {};

const std::string kGet = "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(E2eConnection, StaysOpenForManyRequests) {
  start();
  HttpClient client(port());
  for (int i = 0; i < 200; ++i) {
    const auto reply = client.get("/version");
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
  }
}

TEST_F(E2eConnection, PipelinedRequestsAreAnsweredInOrder) {
  start();
  put_definition("d");
  HttpClient client(port());
  std::string bytes;
  for (int i = 0; i < 50; ++i) {
    const std::string body = R"({"jobDefinitionId":"d","priority":)" + std::to_string(i) + "}";
    bytes +=
        "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        "application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body + kGet;
  }
  ASSERT_TRUE(client.send(bytes));
  for (int i = 0; i < 50; ++i) {
    const auto created = client.receive();
    ASSERT_TRUE(created);
    EXPECT_EQ(member(created->body, "priority"), std::to_string(i));
    const auto version = client.receive();
    ASSERT_TRUE(version);
    EXPECT_EQ(member(version->body, "name"), "daybook");
  }
}

TEST_F(E2eConnection, ClosesWhenAsked) {
  start();
  HttpClient client(port());
  ASSERT_TRUE(client.send("GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(client.receive()->closes);
  EXPECT_TRUE(client.closed_by_peer());
  HttpClient old(port());
  ASSERT_TRUE(old.send("GET /version HTTP/1.0\r\nHost: localhost\r\n\r\n"));
  EXPECT_EQ(old.receive()->status, 200);
  EXPECT_TRUE(old.closed_by_peer());
}

TEST_F(E2eConnection, SmugglingShapesGetOneRefusalAndTheEnd) {
  start();
  const std::string post =
      "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const std::string shapes[] = {
      post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kGet,
      post + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" + kGet,
      post + "Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n{}\r\n" + kGet,
      post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + kGet,
      post + "Transfer-Encoding: identity\r\n\r\n" + kGet,
      post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + kGet,
      post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + kGet,
      post + "Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}" + kGet,
      post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + kGet,
      post + "Content-Length: 2, 2\r\n\r\n{}" + kGet,
      post + "Content-Length: +2\r\n\r\n{}" + kGet,
      "POST /x HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kGet,
      "GET /version HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n" + kGet,
      "GET /version HTTP/1.1\r\n\r\n" + kGet,
      "GET http://evil/version HTTP/1.1\r\nHost: localhost\r\n\r\n" + kGet,
      "GET /version HTTP/1.1\nHost: localhost\n\n" + kGet,
      "GET /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello" + kGet,
      post + "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n" + kGet,
      post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nHost: evil\r\n\r\n" + kGet,
      post + "Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n" + kGet,
  };
  for (const std::string& shape : shapes) {
    HttpClient client(port());
    ASSERT_TRUE(client.send(shape));
    const auto refused = client.receive();
    ASSERT_TRUE(refused) << shape;
    EXPECT_EQ(refused->status, 400) << shape;
    EXPECT_TRUE(refused->closes);
    EXPECT_FALSE(client.receive()) << "a second answer to: " << shape;
  }
}

TEST_F(E2eConnection, HeadersThatDripAreCutOffAtTheDeadline) {
  start();
  HttpClient client(port());
  ASSERT_TRUE(client.send("GET /version HTTP/1.1\r\n"));
  std::atomic<bool> answered{false};
  std::optional<HttpReply> reply;
  std::thread reader([&] {
    reply = client.receive();
    answered = true;
  });
  EXPECT_TRUE(run_clock_until([&] { return answered.load(); }));
  reader.join();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 408);
}

TEST_F(E2eConnection, BodiesThatStallAreCutOff) {
  start();
  HttpClient client(port());
  ASSERT_TRUE(client.send(
      "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"));
  std::atomic<bool> answered{false};
  std::optional<HttpReply> reply;
  std::thread reader([&] {
    reply = client.receive();
    answered = true;
  });
  EXPECT_TRUE(run_clock_until([&] { return answered.load(); }));
  reader.join();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 408);
}

TEST_F(E2eConnection, IdleConnectionsAreClosed) {
  start();
  HttpClient client(port());
  ASSERT_TRUE(client.get("/version"));
  std::atomic<bool> closed{false};
  std::thread reader([&] { closed = client.closed_by_peer(); });
  EXPECT_TRUE(run_clock_until([&] { return closed.load(); }));
  reader.join();
}

TEST_F(E2eConnection, SizesHaveTheirOwnStatus) {
  start();
  HttpClient body(port());
  ASSERT_TRUE(body.send("POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                        std::to_string(kHttpBodyBytesMax + 1) + "\r\n\r\n"));
  EXPECT_EQ(body.receive()->status, 413);
  HttpClient target(port());
  ASSERT_TRUE(target.send("GET /" + std::string(kHttpTargetBytesMax, 'a') +
                          " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_EQ(target.receive()->status, 414);
  HttpClient header(port());
  ASSERT_TRUE(header.send("GET / HTTP/1.1\r\nX: " + std::string(kHttpHeaderBytesMax, 'a')));
  EXPECT_EQ(header.receive()->status, 431);
}

TEST_F(E2eConnection, AClientThatWaitsForContinueIsTold) {
  start();
  put_definition("d");
  const std::string body = R"({"jobDefinitionId":"d"})";
  HttpClient client(port());
  ASSERT_TRUE(client.send(
      "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Expect: 100-continue\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n"));
  EXPECT_EQ(client.receive()->status, 100);
  ASSERT_TRUE(client.send(body));
  EXPECT_EQ(client.receive()->status, 201);
}

TEST_F(E2eConnection, ReadsOverTheirLimitAreRefused) {
  options.queries_max = 0;
  start();
  const auto refused = call("GET", "/resources/jobs");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("TOO_MANY_READS"), std::string::npos);
  EXPECT_FALSE(refused.field("Retry-After").empty());
}

TEST_F(E2eConnection, StopFinishesWhatIsUnderWayAndClosesTheRest) {
  start();
  put_definition("d");
  HttpClient idle(port());
  ASSERT_TRUE(idle.get("/version"));
  HttpClient busy(port());
  const std::string body = R"({"definitions":["d"],"workerId":"w","waitMs":300})";
  ASSERT_TRUE(
      busy.send("POST /resources/workers/lease HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                "application/json\r\n"
                "Content-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body));
  EXPECT_TRUE(run_clock_until([&] {
    return call("GET", "/metrics").body.find("daybook_leases_waiting 1") != std::string::npos;
  }));
  std::atomic<bool> stopped{false};
  std::thread stopper([&] {
    stop();
    stopped = true;
  });
  EXPECT_TRUE(idle.closed_by_peer());
  EXPECT_TRUE(run_clock_until([&] { return stopped.load(); }));
  stopper.join();
  const auto answered = busy.receive();
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->status, 200);
}

TEST_F(E2eConnection, StopAnswersLongPollsWithNothing) {
  options.drain_timeout = seconds(600);
  start();
  put_definition("d");
  HttpClient poll(port());
  const std::string body = R"({"definitions":["d"],"workerId":"w","waitMs":60000})";
  ASSERT_TRUE(
      poll.send("POST /resources/workers/lease HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                "application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body));
  EXPECT_TRUE(run_clock_until([&] {
    return call("GET", "/metrics").body.find("daybook_leases_waiting 1") != std::string::npos;
  }));
  stop();  // though the clock, by which the poll would end, stands
  const auto answered = poll.receive();
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->status, 200);
  EXPECT_EQ(answered->body, R"({"jobs":[]})");
}

TEST_F(E2eConnection, ALongPollWhoseClientLeftTakesNoJob) {
  start();
  put_definition("d");
  const auto polls = [&](const std::string& open) {
    return run_clock_until([&] {
      return call("GET", "/metrics").body.find("daybook_leases_waiting " + open + "\n") !=
             std::string::npos;
    });
  };
  {
    HttpClient ghost(port());
    const std::string body = R"({"definitions":["d"],"workerId":"ghost","waitMs":60000})";
    ASSERT_TRUE(
        ghost.send("POST /resources/workers/lease HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                   "application/json\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body));
    ASSERT_TRUE(polls("1"));
  }
  EXPECT_TRUE(polls("0"));
  const std::string job = create_job("d");
  const std::string leased = lease_one("d");
  EXPECT_EQ(member(leased, "jobId"), job);
  EXPECT_EQ(member(leased, "attempt"), "1");
}

// Receipts and the state of the server are asked for when the views are in trouble. The clock
// stands still, so that what waited for a view would never be answered.
TEST_F(E2eConnection, WhatNeedsNoViewWaitsForNone) {
  start();
  put_definition("d");
  views().stop();
  const std::string job = create_job("d");
  const auto head = call("GET", "/resources/log/head");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(member(head.body, "seq"), std::to_string(log().last().value));
  EXPECT_EQ(call("GET", "/resources/log/verify?seq=" + member(head.body, "seq") +
                            "&hash=" + member(head.body, "hash"))
                .status,
            200);
  for (const char* path : {"/health/live", "/health/ready", "/metrics", "/version",
                           "/resources/workers", "/resources/projections"}) {
    EXPECT_EQ(call("GET", path).status, 200) << path;
  }
  HttpClient waits(port());
  ASSERT_TRUE(waits.send("GET /resources/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_FALSE(waits.receive(std::chrono::milliseconds(50)));
}

TEST_F(E2eConnection, ReadyNamesWhatStandsStill) {
  start();
  EXPECT_EQ(elements(call("GET", "/health/ready").body, "faults").size(), 0U);
  supervisor().fail("retention", make_error(Code::kIo, "A_REASON", "why"), Consequence::kDegraded);
  const auto ready = call("GET", "/health/ready");
  EXPECT_EQ(ready.status, 503);
  const auto faults = elements(ready.body, "faults");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults.front().text(), R"({"part":"retention","code":"A_REASON","message":"why"})");
  supervisor().heal("retention");
  EXPECT_EQ(call("GET", "/health/ready").status, 200);
}

TEST_F(E2eConnection, WhatWasLeftUndoneIsNamedAndTheServerIsReady) {
  start();
  supervisor().fail("run of a rule", make_error(Code::kInternal, "RULE_LOST", "why"),
                    Consequence::kNoted);
  const auto ready = call("GET", "/health/ready");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(member(ready.body, "status"), "ready");
  EXPECT_EQ(member(ready.body, "faults"),
            R"([{"part":"run of a rule","code":"RULE_LOST","message":"why"}])");
}

// A timer that has run out while the thread was busy cannot be cancelled any more: it must not keep
// the server alive.
TEST_F(E2eConnection, StopEndsThoughATimerIsDue) {
  options.drain_timeout = Duration{0};
  std::promise<void> entered;
  std::promise<void> release;
  start();
  std::once_flag once;
  on_chance = [&] {
    std::call_once(once, [&] {
      entered.set_value();
      release.get_future().wait();
    });
  };
  HttpClient client(port());
  ASSERT_TRUE(client.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  entered.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { stop(); });
  // Longer than the sweep's interval: its timer and the stop are due at once.
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  release.set_value();
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST(ListenAddress, OnlyThisMachine) {
  for (const char* host : {"127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"}) {
    EXPECT_TRUE(api::check_listen(host, false)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "example.org", "", "192.168.1.1"}) {
    EXPECT_TRUE(api::check_listen(host, true)) << host;
    const auto refused = api::check_listen(host, false);
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().reason, "LISTEN_NOT_LOOPBACK");
  }
}

}  // namespace
}  // namespace daybook::test
