// Workers that stall, flood and lie: each is ended with a reason, and hurts nobody else.
#include <thread>
#include <tuple>

#include <gtest/gtest.h>

#include "base/limits/http.h"
#include "base/limits/worker_protocol.h"
#include "tests/api/worker_rig.h"

namespace daybook::test {
namespace {

using Kind = WebSocketClient::Kind;

class E2eWorkerHostile : public ServerFixture {
 protected:
  void expect_end(TestWorker& worker, int code, const std::string& reason) {
    const auto end = worker.ended();
    EXPECT_EQ(end.code, code) << end.reason;
    EXPECT_EQ(end.reason, reason);
  }
  // The server goes on.
  void TearDown() override {
    if (!HasFatalFailure()) {
      EXPECT_EQ(call("GET", "/health/live").status, 200);
      until([&] { return metric("daybook_worker_connections") == "0"; });
      EXPECT_EQ(metric("daybook_worker_credits"), "0");
      EXPECT_EQ(metric("daybook_worker_jobs_held"), "0");
    }
  }
};

TEST_F(E2eWorkerHostile, WhatIsNoFrameIsTheEnd) {
  start();
  const std::string hello = R"({"type":"hello","workerId":"w","subscriptions":)";
  const std::tuple<std::string, int, std::string> cases[] = {
      {"nonsense", 1007, "MALFORMED_JSON"},
      {"[{\"type\":1,\"type\":1}]", 1007, "DUPLICATE_MEMBER"},
      {"{}", 1008, "INVALID_FIELD"},
      {R"([{"type":"nothing"}])", 1008, "UNKNOWN_FRAME"},
      {"[" + hello + R"([{"definitions":["d"],"credits":1}],"x":1}])", 1008, "UNKNOWN_MEMBER"},
      {"[" + hello + R"([{"definitions":["d"],"credits":99999999999999}]}])", 1008,
       "INVALID_FIELD"},
      {R"([{"type":"heartbeat","id":1}])", 1008, "HELLO_EXPECTED"},
      {"[" + hello + R"([{"definitions":["d"],"credits":1}]},)" + hello +
           R"([{"definitions":["d"],"credits":1}]}])",
       1008, "HELLO_REPEATED"},
      {"[" + hello +
           R"([{"definitions":["d"],"credits":1}]},)"
           R"({"type":"credits","subscription":1,"credits":1}])",
       1008, "INVALID_FIELD"},
      {"[" + hello + R"([{"definitions":["d"],"credits":1}]},{"type":"credits","credits":-1}])",
       1008, "INVALID_FIELD"},
  };
  for (const auto& [text, code, reason] : cases) {
    TestWorker worker(port());
    ASSERT_TRUE(worker.socket.send_text(text));
    const auto end = worker.ended();
    EXPECT_EQ(end.code, code) << text;
    EXPECT_EQ(end.reason, reason) << text;
  }
}

TEST_F(E2eWorkerHostile, ItIsToldWhatWasWrongBeforeTheEnd) {
  start();
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  worker.say(R"({"type":"report","id":5,"reports":[{}],"x":1})");
  const std::string error = worker.next();
  EXPECT_EQ(member(error, "type"), "error");
  EXPECT_EQ(member(error, "id"), "5");
  EXPECT_EQ(member(member(member(error, "error"), "details"), "field"), "x");
  expect_end(worker, 1008, "UNKNOWN_MEMBER");
}

TEST_F(E2eWorkerHostile, WhatIsNoWebSocketIsTheEnd) {
  start();
  const std::string frames[] = {
      std::string("\x81\x05hello", 7),                     // not masked
      std::string("\xf1\x80\x00\x00\x00\x00", 6),          // reserved bits
      std::string("\x83\x80\x00\x00\x00\x00", 6),          // a reserved kind
      std::string("\x80\x80\x00\x00\x00\x00", 6),          // goes on with nothing
      std::string("\x09\x80\x00\x00\x00\x00", 6),          // a ping in pieces
      std::string("\x89\xfe\x00\x80\x00\x00\x00\x00", 8),  // a long ping
      std::string("\x88\x81\x00\x00\x00\x00\x03", 7),      // half a close code
  };
  for (const std::string& bytes : frames) {
    TestWorker worker(port());
    ASSERT_TRUE(worker.socket.send_bytes(bytes));
    const auto end = worker.ended();
    EXPECT_TRUE(end.code == 1002 || end.code == 0) << end.code;
  }
  TestWorker binary(port());
  ASSERT_TRUE(binary.socket.send_frame(Kind::kBinary, "[]"));
  expect_end(binary, 1003, "NOT_TEXT");
  TestWorker garbled(port());
  ASSERT_TRUE(garbled.socket.send_text("\"\xc0\xaf\""));
  EXPECT_EQ(garbled.ended().code, 1007);
}

TEST_F(E2eWorkerHostile, AMessageThatIsTooLargeIsTheEnd) {
  start();
  TestWorker worker(port());
  ASSERT_TRUE(worker.socket.send_frame(Kind::kText, std::string(1000, ' '), false));
  // Only its head says how much would come.
  ASSERT_TRUE(worker.socket.send_bytes(
      std::string("\x80\xff\x00\x00\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00", 14)));
  EXPECT_EQ(worker.ended().code, 1009);
}

// Frame by frame within the limit, together beyond it by one of any size.
TEST_F(E2eWorkerHostile, AMessageThatIsTooLargeInPiecesIsToldSo) {
  start();
  for (const std::size_t last : {std::size_t{1}, std::size_t{65536}}) {
    TestWorker worker(port());
    for (std::size_t sent = 0; sent < kWorkerMessageBytesMax; sent += 65536) {
      ASSERT_TRUE(worker.socket.send_frame(sent == 0 ? Kind::kText : Kind::kContinuation,
                                           std::string(65536, ' '), false));
    }
    (void)worker.socket.send_frame(Kind::kContinuation, std::string(last, ' '), false);
    EXPECT_EQ(worker.ended().code, 1009) << last;
  }
}

TEST_F(E2eWorkerHostile, AMessageOfTheLargestSizeIsRead) {
  start();
  put_definition("d");
  create_job("d");
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  const auto job = worker.jobs(1).front();
  std::string text =
      "[" + TestWorker::report(1, job, R"(,"result":")" + std::string(1'000'000, 'x') + "\"") + "]";
  text.resize(kWorkerMessageBytesMax, ' ');
  ASSERT_TRUE(worker.socket.send_text(text));
  EXPECT_NE(worker.next().find(R"("outcome":"completed")"), std::string::npos);
}

// The clock stands: all of them come in one second.
TEST_F(E2eWorkerHostile, AFloodOfMessagesIsTheEnd) {
  start();
  TestWorker messages(port());
  messages.hello(TestWorker::wish("d", 1));
  const std::string frame =
      WebSocketClient::frame(Kind::kText, R"([{"type":"credits","credits":1}])");
  std::string flood;
  for (std::size_t i = 0; i < 1000; ++i) {
    flood += frame;
  }
  for (std::size_t sent = 0; sent <= kWorkerMessagesPerSecondMax + 1000; sent += 1000) {
    if (!messages.socket.send_bytes(flood)) {
      break;
    }
  }
  const auto end = messages.ended();
  EXPECT_TRUE(end.code == 1008 || end.code == 0) << end.code;
  until([&] { return metric("daybook_worker_connections_ended_total") == "1"; });
  TestWorker pings(port());
  pings.hello(TestWorker::wish("d", 1));
  flood.clear();
  for (std::size_t i = 0; i < 1000; ++i) {
    flood += WebSocketClient::frame(Kind::kPong, "x");
  }
  for (std::size_t sent = 0; sent <= kWorkerMessagesPerSecondMax + 1000; sent += 1000) {
    if (!pings.socket.send_bytes(flood)) {
      break;
    }
  }
  until([&] { return metric("daybook_worker_connections_ended_total") == "2"; });
}

TEST_F(E2eWorkerHostile, WhoReportsOnlyWhatItDoesNotHoldIsEnded) {
  start();
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  std::string lies;
  for (std::size_t i = 0; i < kWorkerFaultsMax / 2; ++i) {
    lies += std::string(i == 0 ? "" : ",") + R"({"token":"1.00000000000000000000000000000000"})";
  }
  const auto say = [&](int id) {
    worker.say(R"({"type":"report","id":)" + std::to_string(id) + R"(,"reports":[)" + lies + "]}");
    EXPECT_EQ(member(worker.next(), "id"), std::to_string(id));
  };
  say(1);
  say(2);
  say(3);
  expect_end(worker, 1008, "TOO_MANY_FAULTS");
}

TEST_F(E2eWorkerHostile, WhoSaysNothingIsEnded) {
  start();
  TestWorker mute(port());
  std::thread time([this] {
    EXPECT_TRUE(run_clock_until([this] { return metric("daybook_worker_connections") == "0"; }));
  });
  expect_end(mute, 1008, "HELLO_EXPECTED");
  time.join();
  // One that has said hello and answers no ping.
  TestWorker gone(port());
  gone.hello(TestWorker::wish("d", 1));
  EXPECT_TRUE(run_clock_until([this] { return metric("daybook_worker_connections") == "0"; }));
  EXPECT_EQ(metric("daybook_leases_waiting"), "0");
}

// Jobs that cannot be sent are not taken either: what it holds is bounded though its credits are
// not used up.
TEST_F(E2eWorkerHostile, WhoReadsNothingGetsNoMoreThanABoundAndIsEnded) {
  start();
  put_definition("d", R"(,"leaseDuration":"1d")");
  const std::string parameters = R"(,"parameters":{"x":")" + std::string(100'000, 'x') + "\"}";
  constexpr std::size_t kJobs = kWorkerLeaseMax + 30;
  for (std::size_t i = 0; i < kJobs; ++i) {
    create_job("d", parameters);
  }
  WebSocketClient stalled(port());
  stalled.set_receive_buffer(4096);
  ASSERT_EQ(stalled.open("/resources/workers/connect", "daybook.worker.v1"), 101);
  ASSERT_TRUE(stalled.send_text(R"([{"type":"hello","workerId":"s","subscriptions":)" +
                                TestWorker::wish("d", kWorkerCreditsMax) + "}]"));
  until([&] { return metric("daybook_worker_jobs_held") == std::to_string(kWorkerLeaseMax); });
  EXPECT_EQ(metric("daybook_jobs_running"), std::to_string(kWorkerLeaseMax));
  EXPECT_TRUE(run_clock_until([this] { return metric("daybook_worker_connections") == "0"; }));
  EXPECT_EQ(metric("daybook_http_timeouts_total"), "1");
  // What was not even begun to be sent is another's now.
  const auto rest =
      call("POST", "/resources/workers/lease", R"({"definitions":["d"],"workerId":"t","max":100})");
  EXPECT_GT(elements(rest.body, "jobs").size(), 0U);
}

TEST_F(E2eWorkerHostile, LargeMessagesShareTheMemoryThatThereIs) {
  options.memory_bytes = 1024 * 1024;
  start();
  constexpr std::size_t kPart = 900'001;  // a number that /metrics writes in full
  TestWorker first(port());
  ASSERT_TRUE(first.socket.send_frame(Kind::kText, std::string(kPart, ' '), false));
  const auto only_the_first = [&] {
    return metric("daybook_http_memory_bytes") == std::to_string(kPart);
  };
  until(only_the_first);
  TestWorker second(port());
  ASSERT_TRUE(second.socket.send_frame(Kind::kText, std::string(kPart, ' '), false));
  expect_end(second, 1013, "SERVER_BUSY");
  until(only_the_first);
  first.socket.cut();
  until([&] { return metric("daybook_http_memory_bytes") == "0"; });
}

TEST_F(E2eWorkerHostile, ConnectionsOfWorkersHaveALimit) {
  options.workers_max = 2;
  start();
  TestWorker first(port());
  TestWorker second(port());
  WebSocketClient third(port());
  EXPECT_EQ(third.open("/resources/workers/connect", "daybook.worker.v1"), 503);
  EXPECT_NE(third.head().find("Retry-After"), std::string::npos);
  second.socket.cut();
  until([&] { return metric("daybook_worker_connections") == "1"; });
  TestWorker again(port());
  first.socket.cut();
  again.socket.cut();
}

TEST_F(E2eWorkerHostile, WhoSpeaksBeforeItIsAnsweredIsRefused) {
  start();
  HttpClient eager(port());
  ASSERT_TRUE(eager.send(
      "GET /resources/workers/connect HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: daybook.worker.v1\r\n\r\n" +
      WebSocketClient::frame(Kind::kText, "[]")));
  const auto reply = eager.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400);
  EXPECT_TRUE(reply->closes);
}

// What nobody knows the outcome of is said to be so, frame by frame.
TEST_F(E2eWorkerHostile, AFailedWriteIsNoOutcome) {
  start();
  put_definition("d");
  create_job("d");
  TestWorker worker(port());
  worker.hello(TestWorker::wish("d", 1));
  const auto job = worker.jobs(1).front();
  worker.say(R"({"type":"credits","credits":0})");
  fail_append(1);
  worker.say(TestWorker::report(3, job));
  const std::string error = worker.next();
  EXPECT_EQ(member(error, "type"), "error");
  EXPECT_EQ(member(error, "id"), "3");
  EXPECT_EQ(member(member(error, "error"), "code"), "OUTCOME_UNKNOWN");
  worker.socket.cut();
}

}  // namespace
}  // namespace daybook::test
