// Requests that come without waiting for the answers to those before: in order, together, bounded,
// and at nobody's expense. Counted, not timed.
#include <atomic>
#include <future>

#include <gtest/gtest.h>

#include "base/limits/http.h"
#include "base/limits/http_work.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

const std::string kVersion = "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string times(std::size_t count, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

class E2ePipelining : public ServerFixture {
 protected:
  // Requests that began, each of which takes a random id; only while io_threads is 1.
  void count_begun() {
    on_chance = [this] { ++chances_; };
  }
  std::size_t begun() const { return chances_ / 2; }  // two numbers make an id
  std::size_t number(const std::string& name) { return std::stoul(metric(name)); }

  // The sequencer stands still at the next command until release().
  void hold_writes() {
    sequencing.admit = [this] {
      if (holds_) {
        held_.set_value();
        holds_ = false;
        released_.get_future().wait();
      }
      return Status();
    };
  }
  void hold() { holds_ = true; }
  void wait_until_held() { held_.get_future().wait(); }
  void release() { released_.set_value(); }

  std::atomic<std::size_t> chances_{0};
  std::atomic<bool> holds_{false};
  std::promise<void> held_;
  std::promise<void> released_;
};

TEST_F(E2ePipelining, WhatCameTogetherIsReadAndWrittenTogether) {
  start();
  HttpClient client(port());
  ASSERT_TRUE(client.get("/version"));
  const std::size_t reads = number("daybook_http_socket_reads_total");
  const std::size_t writes = number("daybook_http_socket_writes_total");
  constexpr std::size_t kCount = 50;
  ASSERT_TRUE(client.send(times(kCount, kVersion)));
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(client.receive());
  }
  // Beside them, what asked for the numbers: two or three requests.
  EXPECT_LE(number("daybook_http_socket_reads_total") - reads, 1U + 3 + 3);
  EXPECT_LE(number("daybook_http_socket_writes_total") - writes, 1U + 3 + 1);
}

TEST_F(E2ePipelining, WritesAreHandedInWithoutWaitingForEachOther) {
  hold_writes();
  options.io_threads = 1;
  start();
  put_definition("d");
  HttpClient client(port());
  ASSERT_TRUE(client.get("/version"));
  hold();
  count_begun();
  constexpr std::size_t kSent = 3 * kHttpPipelinedMax;
  ASSERT_TRUE(client.send(times(kSent, post("/resources/jobs", R"({"jobDefinitionId":"d"})"))));
  wait_until_held();
  until([&] { return begun() >= kHttpPipelinedMax; });
  const std::size_t open = begun();
  EXPECT_EQ(open, kHttpPipelinedMax);
  release();
  for (std::size_t i = 0; i < kSent; ++i) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 201) << reply->body;
  }
  EXPECT_EQ(begun(), kSent);
}

TEST_F(E2ePipelining, WhatOpenRequestsHoldIsBounded) {
  hold_writes();
  options.io_threads = 1;
  start();
  put_definition("d");
  const std::string request =
      post("/resources/jobs",
           R"({"jobDefinitionId":"d","parameters":{"x":")" + std::string(10'000, 'x') + "\"}}");
  HttpClient client(port());
  ASSERT_TRUE(client.get("/version"));
  hold();
  count_begun();
  constexpr std::size_t kSent = 20;
  ASSERT_TRUE(client.send(times(kSent, request)));
  wait_until_held();
  const std::size_t most = kHttpFreeBytes / request.size();
  until([&] { return begun() >= most; });
  EXPECT_EQ(begun(), most);
  release();
  for (std::size_t i = 0; i < kSent; ++i) {
    ASSERT_TRUE(client.receive());
  }
}

TEST_F(E2ePipelining, AReadSeesTheWritesBeforeItAndAWriteNoReadBehindIt) {
  start();
  put_definition("d");
  HttpClient client(port());
  const std::string list = "GET /resources/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string create = post("/resources/jobs", R"({"jobDefinitionId":"d"})");
  ASSERT_TRUE(client.send(times(10, create + create + list + list)));
  for (std::size_t i = 1; i <= 10; ++i) {
    ASSERT_EQ(client.receive()->status, 201);
    ASSERT_EQ(client.receive()->status, 201);
    EXPECT_EQ(member(client.receive()->body, "totalCount"), std::to_string(2 * i));
    EXPECT_EQ(member(client.receive()->body, "totalCount"), std::to_string(2 * i));
  }
}

TEST_F(E2ePipelining, JobsAreCreatedInTheOrderOfTheirRequests) {
  start();
  put_definition("d");
  HttpClient client(port());
  std::string requests;
  for (int i = 0; i < 300; ++i) {
    requests += post("/resources/jobs",
                     R"({"jobDefinitionId":"d","parameters":{"n":)" + std::to_string(i) + "}}");
  }
  ASSERT_TRUE(client.send(requests));
  std::string last;
  for (int i = 0; i < 300; ++i) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(member(member(reply->body, "parameters"), "n"), std::to_string(i));
    EXPECT_LT(last, member(reply->body, "jobId"));
    last = member(reply->body, "jobId");
  }
}

TEST_F(E2ePipelining, ALongPollHoldsUpTheAnswersBehindItAndNothingElse) {
  start();
  put_definition("d");
  HttpClient client(port());
  ASSERT_TRUE(client.send(
      post("/resources/workers/lease", R"({"definitions":["d"],"workerId":"w","waitMs":60000})") +
      kVersion));
  until([&] { return metric("daybook_leases_waiting") == "1"; });
  const std::string job = create_job("d");
  const auto leased = client.receive();
  ASSERT_TRUE(leased);
  EXPECT_NE(leased->body.find(job), std::string::npos);
  EXPECT_EQ(member(client.receive()->body, "name"), "daybook");
}

// Its end cannot be read behind what it has sent.
TEST_F(E2ePipelining, WhoLeavesALongPollIsMissedThoughItSentMore) {
  start();
  put_definition("d");
  {
    HttpClient client(port());
    ASSERT_TRUE(client.send(
        post("/resources/workers/lease", R"({"definitions":["d"],"workerId":"w","waitMs":60000})") +
        kVersion));
    until([&] { return metric("daybook_leases_waiting") == "1"; });
  }
  until([&] { return metric("daybook_leases_waiting") == "0"; });
}

// On one thread: who sends one request is answered before who sends hundreds.
TEST_F(E2ePipelining, OneConnectionDoesNotStarveAnother) {
  options.io_threads = 1;
  start();
  constexpr std::size_t kSent = 8 * kHttpPipelinedMax;
  HttpClient greedy(port());
  HttpClient modest(port());
  ASSERT_TRUE(greedy.get("/version"));
  ASSERT_TRUE(modest.get("/version"));
  std::promise<void> began;
  std::promise<void> go_on;
  std::optional<bool> answered;
  on_chance = [&] {
    const std::size_t chance = ++chances_;
    if (chance == 1) {
      began.set_value();
      go_on.get_future().wait();
    } else if (begun() == 5 * kHttpPipelinedMax && !answered) {
      answered = modest.receive(std::chrono::milliseconds(50)).has_value();
    }
  };
  ASSERT_TRUE(greedy.send(times(kSent, kVersion)));
  began.get_future().wait();
  ASSERT_TRUE(modest.send(kVersion));
  go_on.set_value();
  for (std::size_t i = 0; i < kSent; ++i) {
    ASSERT_TRUE(greedy.receive());
  }
  stop();
  EXPECT_EQ(answered, true);
}

TEST_F(E2ePipelining, WhoEndsItsSideGetsAllItAskedFor) {
  start();
  put_definition("d");
  HttpClient client(port());
  constexpr std::size_t kSent = 2 * kHttpPipelinedMax;
  ASSERT_TRUE(client.send(times(kSent, post("/resources/jobs", R"({"jobDefinitionId":"d"})"))));
  client.end_sending();
  for (std::size_t i = 0; i < kSent; ++i) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply) << i;
    EXPECT_EQ(reply->status, 201);
  }
  EXPECT_TRUE(client.closed_by_peer());
}

TEST_F(E2ePipelining, WhatFollowsARefusalOrACloseIsNotDone) {
  start();
  put_definition("d");
  const std::string create = post("/resources/jobs", R"({"jobDefinitionId":"d"})");
  HttpClient refused(port());
  ASSERT_TRUE(refused.send(create + "GET /x HTTP/9.9\r\n\r\n" + create));
  EXPECT_EQ(refused.receive()->status, 201);
  const auto last = refused.receive();
  ASSERT_TRUE(last);
  EXPECT_GE(last->status, 400);
  EXPECT_TRUE(last->closes);
  EXPECT_TRUE(refused.closed_by_peer());
  HttpClient closes(port());
  ASSERT_TRUE(closes.send(create + "GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close" +
                          "\r\n\r\n" + create));
  EXPECT_EQ(closes.receive()->status, 201);
  EXPECT_TRUE(closes.receive()->closes);
  EXPECT_TRUE(closes.closed_by_peer());
  EXPECT_EQ(metric("daybook_jobs_pending"), "2");
}

// Nothing is due for seconds: no thread looks whether something is.
TEST_F(E2ePipelining, AnIdleThreadSleeps) {
  options.sleep_max = Duration{kHttpSleepMaxUs};
  options.header_timeout = options.idle_timeout = options.stall_timeout = seconds(3000);
  start();
  HttpClient idle(port());
  ASSERT_TRUE(idle.get("/version"));
  clock().advance(seconds(6000));
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(call("GET", "/resources/jobs").status, 200);
  }
  EXPECT_EQ(metric("daybook_http_deadline_looks_total"), "0");
  EXPECT_TRUE(idle.get("/version"));  // which the clock alone would have closed
}

}  // namespace
}  // namespace daybook::test
