// A server that is asked for more than it has: connections, memory, threads. Who asks for little is
// answered, and who looks after it always.
#include <pthread.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <future>
#include <iomanip>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/limits/http.h"
#include "base/limits/http_work.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

// How many connections to the port wait to be accepted.
std::size_t waiting_at(std::uint16_t port) {
  std::ostringstream local;
  local << ':' << std::uppercase << std::hex << std::setw(4) << std::setfill('0') << port;
  std::ifstream table("/proc/net/tcp");
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream columns(line);
    std::string number;
    std::string address;
    std::string remote;
    std::string state;
    std::string queues;  // sent:received, which of one that listens are those that wait
    columns >> number >> address >> remote >> state >> queues;
    if (state == "0A" && address.ends_with(local.str())) {
      return std::stoul(queues.substr(queues.find(':') + 1), nullptr, 16);
    }
  }
  ADD_FAILURE() << "nobody listens at " << port;
  return 0;
}

class E2eLoad : public ServerFixture {
 protected:
  std::size_t memory() { return std::stoul(metric("daybook_http_memory_bytes")); }
  static std::string post(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  // A body of 8 MiB of which only so much comes.
  void send_part(HttpClient& client, std::size_t bytes) {
    ASSERT_TRUE(client.send(
        "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(kHttpBodyBytesMax) + "\r\n\r\n" + std::string(bytes, ' ')));
  }
};

TEST_F(E2eLoad, UnfinishedBodiesShareTheMemoryThatThereIs) {
  options.memory_bytes = 8 * kMiB;
  start();
  put_definition("d");
  std::deque<HttpClient> slow;
  for (int i = 0; i < 3; ++i) {
    slow.emplace_back(port());
    send_part(slow.back(), kMiB);
  }
  until([&] { return memory() >= 3 * kMiB; });
  HttpClient refused(port());
  send_part(refused, 6 * kMiB);
  const auto busy = refused.receive();
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->status, 503);
  EXPECT_NE(busy->body.find("SERVER_BUSY"), std::string::npos);
  EXPECT_FALSE(busy->field("Retry-After").empty());
  create_job("d");  // a small body needs none of it
  EXPECT_LE(memory(), options.memory_bytes);
  // Those that held theirs for long make room for the next.
  clock().advance(Duration{kHttpHoldGraceUs});
  HttpClient asks(port());
  send_part(asks, 6 * kMiB);
  EXPECT_EQ(asks.receive()->status, 503);
  const auto evicted = slow.front().receive();
  ASSERT_TRUE(evicted);
  EXPECT_EQ(evicted->status, 503);
  EXPECT_NE(metric("daybook_http_memory_evicted_total"), "0");
}

TEST_F(E2eLoad, AnswersThatNobodyReadsShareTheMemoryThatThereIs) {
  options.memory_bytes = 16 * kMiB;
  start();
  put_definition("d");
  for (int i = 0; i < 30; ++i) {
    create_job("d", R"(,"parameters":{"x":")" + std::string(200 * kKiB, 'x') + "\"}");
  }
  const std::string list = "GET /resources/jobs?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::deque<HttpClient> mute;
  for (int i = 0; i < 20; ++i) {
    mute.emplace_back(port());
    mute.back().set_receive_buffer(4096);
    ASSERT_TRUE(mute.back().send(list));
  }
  until([&] { return metric("daybook_http_memory_refused_total") != "0"; });
  EXPECT_LE(memory(), options.memory_bytes);
  EXPECT_EQ(call("GET", "/resources/jobs?limit=1000").status, 503);
  create_job("d");
  clock().advance(Duration{kHttpHoldGraceUs});
  until([&] { return call("GET", "/resources/jobs?limit=1000").status == 200; });
}

TEST_F(E2eLoad, ABodyThatCameFastAndThenStopsIsCutOffSoon) {
  start();
  HttpClient client(port());
  const Micros began = clock().steady();
  send_part(client, 4 * kMiB);
  until([&] { return memory() >= 4 * kMiB; });
  EXPECT_TRUE(run_clock_until([&] { return metric("daybook_http_timeouts_total") == "1"; }));
  // By what came until then it could have taken more than an hour.
  EXPECT_LT((clock().steady() - began).value, seconds(600).value);
  const auto late = client.receive();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->status, 408);
}

TEST_F(E2eLoad, AnAnswerThatIsNotReadIsCutOffSoon) {
  start();
  put_definition("d");
  for (int i = 0; i < 40; ++i) {
    create_job("d", R"(,"parameters":{"x":")" + std::string(200 * kKiB, 'x') + "\"}");
  }
  HttpClient mute(port());
  mute.set_receive_buffer(4096);
  ASSERT_TRUE(mute.send("GET /resources/jobs?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  until([&] { return memory() > 0; });
  EXPECT_TRUE(run_clock_until([&] { return memory() == 0; }));
  EXPECT_EQ(metric("daybook_http_timeouts_total"), "1");
}

TEST_F(E2eLoad, ReadsWhoseClientsLeftMakeRoomForOthers) {
  options.queries_max = 4;
  start();
  put_definition("d");
  views().stop();
  create_job("d");  // which no list shows: reads wait for it
  const std::string list = "GET /resources/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n";
  {
    std::deque<HttpClient> left;
    for (int i = 0; i < 4; ++i) {
      left.emplace_back(port());
      // One has sent its next request too, behind which its end cannot be read.
      ASSERT_TRUE(left.back().send(i == 0 ? list + list : list));
    }
    until([&] { return metric("daybook_http_reads_waiting") == "4"; });
    EXPECT_EQ(call("GET", "/resources/jobs").status, 503);
  }
  std::deque<HttpClient> honest;
  while (std::stoul(metric("daybook_http_reads_dropped_total")) < 4) {
    honest.emplace_back(port());
    ASSERT_TRUE(honest.back().send(list));
    (void)honest.back().receive(std::chrono::milliseconds(1));
  }
}

TEST_F(E2eLoad, AFullServerTellsHowItIs) {
  options.connections_max = 2;
  start();
  HttpClient first(port());
  HttpClient second(port());
  ASSERT_TRUE(first.get("/version"));
  ASSERT_TRUE(second.get("/version"));
  for (const char* path : {"/health/live", "/health/ready", "/metrics"}) {
    HttpClient asks(port());
    const auto reply = asks.get(path);
    ASSERT_TRUE(reply) << path;
    EXPECT_EQ(reply->status, 200) << path;
    EXPECT_TRUE(reply->closes);
  }
  HttpClient third(port());
  const auto refused = third.get("/version");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->field("Content-Type"), "application/problem+json");
  EXPECT_NE(refused->body.find("SERVER_FULL"), std::string::npos);
  EXPECT_TRUE(first.get("/version"));
}

// However many connect, who has a place of the reserve has the time to ask.
TEST_F(E2eLoad, TheReserveIsNotTakenFromWhoHasJustCome) {
  options.connections_max = 1;
  start();
  HttpClient first(port());
  ASSERT_TRUE(first.get("/version"));
  HttpClient asks(port());
  std::deque<HttpClient> silent;
  for (std::size_t i = 0; i < 3 * kHttpReserveMax; ++i) {
    silent.emplace_back(port());
  }
  EXPECT_TRUE(silent.back().closed_by_peer());
  const auto live = asks.get("/health/live");
  ASSERT_TRUE(live);
  EXPECT_EQ(live->status, 200);
}

TEST_F(E2eLoad, TheReserveIsNotHeldByWhoSaysNothing) {
  options.connections_max = 1;
  start();
  HttpClient first(port());
  ASSERT_TRUE(first.get("/version"));
  std::deque<HttpClient> silent;
  for (std::size_t i = 0; i < 3 * kHttpReserveMax; ++i) {
    silent.emplace_back(port());
  }
  ASSERT_TRUE(silent.back().closed_by_peer());
  ASSERT_TRUE(first.get("/version"));  // it has not been idle for longest
  clock().advance(Duration{kHttpIdleGraceUs});
  ASSERT_TRUE(first.get("/version"));
  HttpClient asks(port());
  EXPECT_EQ(asks.get("/health/live")->status, 200);
}

// Each of its requests takes a while, and says where it is handled.
TEST_F(E2eLoad, HowTheServerIsIsToldOnAThreadOfItsOwn) {
  std::mutex mutex;
  std::set<std::string> threads;
  on_disk = [&] {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    const std::lock_guard lock(mutex);
    threads.insert(name.data());
  };
  start();
  EXPECT_EQ(call("GET", "/health/ready").status, 200);
  EXPECT_EQ(call("GET", "/metrics").status, 200);
  EXPECT_EQ(call("GET", "/resources/workers").status, 200);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(threads, std::set<std::string>{"health"});
}

TEST_F(E2eLoad, ALongPollHoldsNothingOfItsBody) {
  options.memory_bytes = kMiB;
  start();
  put_definition("d");
  const std::string body =
      R"({"definitions":["d"],"workerId":"w","waitMs":60000)" + std::string(200 * kKiB, ' ') + "}";
  std::deque<HttpClient> polls;
  for (int i = 0; i < 20; ++i) {
    polls.emplace_back(port());
    ASSERT_TRUE(polls.back().send(post("/resources/workers/lease", body)));
    until([&] { return metric("daybook_leases_waiting") == std::to_string(i + 1); });
  }
  EXPECT_EQ(memory(), 0U);
}

TEST_F(E2eLoad, ABodyThatIsTooLargeForItsRouteIsNotRead) {
  start();
  for (const char* path : {"/resources/workers/lease", "/resources/workers/heartbeat"}) {
    HttpClient client(port());
    ASSERT_TRUE(client.send("POST " + std::string(path) +
                            " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            "Content-Length: " +
                            std::to_string(kHttpSmallBodyBytesMax + 1) + "\r\n\r\n"));
    const auto refused = client.receive();
    ASSERT_TRUE(refused) << path;
    EXPECT_EQ(refused->status, 413) << path;
  }
}

TEST_F(E2eLoad, AComponentOfTheLargestSizeIsReadAndALargerOneIsNot) {
  start();
  const std::string path = "/resources/components/w";
  std::string body = R"({"runtime":"worker"})";
  body.resize(kHttpComponentBodyBytesMax, ' ');
  EXPECT_EQ(call("PUT", path, body).status, 201);
  HttpClient client(port());
  ASSERT_TRUE(client.send("PUT " + path +
                          " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                          "Content-Length: " +
                          std::to_string(kHttpComponentBodyBytesMax + 1) + "\r\n\r\n"));
  const auto refused = client.receive();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 413);
}

TEST_F(E2eLoad, AnAnswerThatIsNotReadHoldsNoBody) {
  start();
  put_definition("d");
  std::string body = "[";
  for (std::size_t i = 0; i < kJobsPerRequestMax; ++i) {
    body += R"({"jobDefinitionId":"d"},)";
  }
  body.back() = ']';
  body.resize(kHttpBodyBytesMax, ' ');
  HttpClient mute(port());
  mute.set_receive_buffer(4096);
  ASSERT_TRUE(mute.send(post("/resources/jobs", body)));
  until([&] { return metric("daybook_jobs_pending") == std::to_string(kJobsPerRequestMax); });
  until([&] { return memory() > 0 && memory() < kHttpBodyBytesMax; });
}

// Between two requests of those that are in it, more than one comes in.
TEST_F(E2eLoad, WhoComesDoesNotWaitForAllThatOthersAsk) {
  constexpr int kAsked = 12 * static_cast<int>(kHttpPipelinedMax);
  constexpr std::size_t kComing = 100;
  options.io_threads = 1;
  start();
  std::promise<void> began;
  std::promise<void> go_on;
  std::atomic<int> asked{0};
  std::atomic<std::size_t> left{kComing};
  on_chance = [&, at = port()] {
    const int turn = ++asked;
    if (turn == 1) {
      began.set_value();
      go_on.get_future().wait();
    } else if (turn == kAsked) {
      left = waiting_at(at);
    }
  };
  HttpClient asks(port());
  std::string requests;
  for (int i = 0; i < kAsked; ++i) {
    requests += "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  ASSERT_TRUE(asks.send(requests));
  began.get_future().wait();
  std::deque<HttpClient> coming;
  while (coming.size() < kComing) {
    coming.emplace_back(port());
  }
  until([&] { return waiting_at(port()) == kComing; });
  go_on.set_value();
  for (int i = 0; i < kAsked; ++i) {
    EXPECT_TRUE(asks.receive());
  }
  EXPECT_EQ(left, 0U);
  stop();
}

TEST_F(E2eLoad, TheLongestIdleConnectionMakesRoom) {
  options.connections_max = 2;
  start();
  HttpClient first(port());
  HttpClient second(port());
  ASSERT_TRUE(second.get("/version"));
  ASSERT_TRUE(first.get("/version"));
  clock().advance(millis(500));
  ASSERT_TRUE(first.get("/version"));
  clock().advance(Duration{kHttpIdleGraceUs});
  HttpClient third(port());
  const auto reply = third.get("/version");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_FALSE(reply->closes);
  EXPECT_TRUE(second.closed_by_peer());
  EXPECT_TRUE(first.get("/version"));
}

TEST_F(E2eLoad, TheLongestOpenStreamMakesRoom) {
  options.streams_max = 1;
  start();
  const std::string stream = "GET /resources/events?format=sse HTTP/1.1\r\nHost: localhost\r\n\r\n";
  HttpClient first(port());
  ASSERT_TRUE(first.send(stream));
  until([&] { return metric("daybook_http_streams") == "1"; });
  EXPECT_EQ(call("GET", "/resources/events?format=sse").status, 503);
  clock().advance(Duration{kHttpStreamGraceUs});
  HttpClient second(port());
  ASSERT_TRUE(second.send(stream));
  EXPECT_NE(second.receive_until("text/event-stream").find("200 OK"), std::string::npos);
  EXPECT_TRUE(first.closed_by_peer());
}

}  // namespace
}  // namespace daybook::test
