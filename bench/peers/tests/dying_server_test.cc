// A server that dies, falls silent, lies or is not there ends a run with a reason, and in time.
#include <string>

#include <gtest/gtest.h>

#include "bench/peers/client/failure.h"
#include "bench/peers/client/figures.h"
#include "bench/peers/tests/fake_server.h"

namespace daybook::peers {
namespace {

constexpr const char* kInserted = "INSERTED 1\r\n";

FigureOptions against(int port) {
  FigureOptions out;
  out.server.peer = "beanstalkd";
  out.server.port = port;
  out.server.silence_max = std::chrono::milliseconds(200);
  out.span = std::chrono::seconds(60);
  return out;
}

std::string why_it_failed(const FigureOptions& options) {
  try {
    run_create(options);
    return "it did not fail";
  } catch (const Failure& failure) {
    return failure.what();
  }
}

TEST(PeersDyingServer, OneThatClosesEndsTheRun) {
  const FakeServer server(kInserted, 3, FakeServer::Then::kClose);
  EXPECT_NE(why_it_failed(against(server.port())).find("connection"), std::string::npos);
}

TEST(PeersDyingServer, OneThatFallsSilentEndsTheRun) {
  const FakeServer server(kInserted, 3, FakeServer::Then::kSilence);
  EXPECT_EQ(why_it_failed(against(server.port())), "the server says nothing any more");
}

TEST(PeersDyingServer, OneThatLiesEndsTheRun) {
  const FakeServer server("OUT_OF_MEMORY\r\n", 1, FakeServer::Then::kSilence);
  EXPECT_EQ(why_it_failed(against(server.port())), "beanstalkd said: OUT_OF_MEMORY");
}

TEST(PeersDyingServer, OneThatIsNotThereEndsTheRun) {
  int port = 0;
  {
    const FakeServer gone(kInserted, 0, FakeServer::Then::kClose);
    port = gone.port();
  }
  EXPECT_NE(why_it_failed(against(port)).find("cannot connect"), std::string::npos);
}

TEST(PeersDyingServer, ARunThatGoesOnForEverMeetsItsDeadline) {
  const FakeServer server(kInserted, 1'000'000'000, FakeServer::Then::kClose);
  FigureOptions options = against(server.port());
  options.server.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  EXPECT_EQ(why_it_failed(options), "the run did not end before its deadline");
}

TEST(PeersDyingServer, TheWaitForTheFirstJobMeetsItsDeadline) {
  const FakeServer server("TIMED_OUT\r\n", 1, FakeServer::Then::kClose);
  LaneOptions options = against(server.port()).server;
  options.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  EXPECT_THROW(run_first(options), Failure);
}

TEST(PeersDyingServer, ARunThatIsAnsweredCountsWhatWasAnswered) {
  const FakeServer server(kInserted, 50, FakeServer::Then::kClose);
  FigureOptions options = against(server.port());
  options.jobs = 50;
  std::string marks;
  options.mark = [&](const char* what) { marks += what; };
  const FigureResult result = run_create(options);
  EXPECT_EQ(result.jobs, 50U);
  EXPECT_EQ(result.counted, 50U);
  EXPECT_EQ(result.latency.count(), 50U);
  EXPECT_EQ(marks, "beginend");
}

}  // namespace
}  // namespace daybook::peers
