#include "api/worker_frames.h"

#include <gtest/gtest.h>

#include "base/limits/definitions.h"
#include "base/limits/dispatch.h"
#include "base/limits/worker_protocol.h"

namespace daybook::api {
namespace {

template <typename Frame>
Frame only(const std::string& text) {
  const WorkerMessage message = read_message(text);
  EXPECT_FALSE(message.fault) << text << "\n" << message.fault->error.text();
  EXPECT_EQ(message.frames.size(), 1U) << text;
  return std::get<Frame>(message.frames.at(0));
}

FrameFault fault(const std::string& text) {
  const WorkerMessage message = read_message(text);
  EXPECT_TRUE(message.fault) << text;
  return message.fault.value_or(FrameFault{{}, true, make_error(Code::kInternal, "", "")});
}

TEST(WorkerFrames, Hello) {
  const auto hello = only<HelloFrame>(
      R"([{"type":"hello","workerId":"w","subscriptions":[{"definitions":["a","b/c"],"credits":5},)"
      R"({"definitions":["d"],"credits":0}]}])");
  EXPECT_EQ(hello.worker, "w");
  ASSERT_EQ(hello.subscriptions.size(), 2U);
  EXPECT_EQ(hello.subscriptions[0].definitions, (std::vector<std::string>{"a", "b/c"}));
  EXPECT_EQ(hello.subscriptions[0].credits, 5U);
  EXPECT_EQ(hello.subscriptions[1].credits, 0U);
}

TEST(WorkerFrames, TheOthers) {
  const auto credits = only<CreditsFrame>(R"([{"type":"credits","subscription":1,"credits":7}])");
  EXPECT_EQ(credits.subscription, 1U);
  EXPECT_EQ(credits.credits, 7U);
  const std::string text =
      R"([{"type":"report","id":9,"reports":[{"token":"x","result":{"a": 1}}]}])";
  const auto report = only<ReportFrame>(text);
  EXPECT_EQ(report.id, 9);
  ASSERT_EQ(report.items.size(), 1U);
  EXPECT_EQ(report.items[0].text(), R"({"token":"x","result":{"a": 1}})");
  const auto some = only<HeartbeatFrame>(
      R"([{"type":"heartbeat","id":1,"leases":[{"token":"x"},{"token":"y"}]}])");
  EXPECT_EQ(some.items->size(), 2U);
  const auto all = only<HeartbeatFrame>(R"([{"type":"heartbeat","id":0,"leaseDuration":"90s"}])");
  EXPECT_FALSE(all.items);
  EXPECT_EQ(all.lease, seconds(90));
}

TEST(WorkerFrames, WhatStandsBeforeAFaultIsRead) {
  const WorkerMessage message = read_message(
      R"([{"type":"credits","credits":1},{"type":"report","id":4,"reports":[]},{"type":"x"}])");
  EXPECT_EQ(message.frames.size(), 1U);
  ASSERT_TRUE(message.fault);
  EXPECT_EQ(message.fault->id, 4);
  EXPECT_EQ(message.fault->error.field, "reports");
}

TEST(WorkerFrames, FaultsNameTheField) {
  const std::string hello = R"([{"type":"hello","workerId":"w","subscriptions":)";
  const auto many_credits = std::to_string(kWorkerCreditsMax + 1);
  const std::pair<std::string, std::string> cases[] = {
      {"{}", "message"},
      {"[]", "message"},
      {"7", "message"},
      {"[7]", "body"},
      {"[{}]", "type"},
      {R"([{"type":1}])", "type"},
      {R"([{"type":"hallo"}])", "type"},
      {R"([{"type":"hello"}])", "workerId"},
      {R"([{"type":"hello","workerId":"a b","subscriptions":[]}])", "workerId"},
      {hello + "[]}]", "subscriptions"},
      {hello + "{}}]", "subscriptions"},
      {hello + R"([{"credits":1}]}])", "subscriptions[0].definitions"},
      {hello + R"([{"definitions":[],"credits":1}]}])", "subscriptions[0].definitions"},
      {hello + R"([{"definitions":["/"],"credits":1}]}])", "subscriptions[0].definitions[0]"},
      {hello + R"([{"definitions":["a"]}]}])", "subscriptions[0].credits"},
      {hello + R"([{"definitions":["a"],"credits":-1}]}])", "subscriptions[0].credits"},
      {hello + R"([{"definitions":["a"],"credits":1.5}]}])", "subscriptions[0].credits"},
      {hello + R"([{"definitions":["a"],"credits":1e300}]}])", "subscriptions[0].credits"},
      {hello + R"([{"definitions":["a"],"credits":)" + many_credits + "}]}]",
       "subscriptions[0].credits"},
      {hello + R"([{"definitions":["a"],"credits":9999},{"definitions":["b"],"credits":2}]}])",
       "subscriptions"},
      {hello + R"([{"definitions":["a"],"credits":1,"max":1}]}])", "subscriptions[0].max"},
      {hello + R"([{"definitions":["a"],"credits":1}],"x":1}])", "x"},
      {R"([{"type":"credits"}])", "credits"},
      {R"([{"type":"credits","credits":1,"subscription":-1}])", "subscription"},
      {R"([{"type":"report","reports":[{}]}])", "id"},
      {R"([{"type":"report","id":-1,"reports":[{}]}])", "id"},
      {R"([{"type":"report","id":9007199254740992,"reports":[{}]}])", "id"},
      {R"([{"type":"report","id":"a","reports":[{}]}])", "id"},
      {R"([{"type":"report","id":1}])", "reports"},
      {R"([{"type":"report","id":1,"reports":{}}])", "reports"},
      {R"([{"type":"heartbeat"}])", "id"},
      {R"([{"type":"heartbeat","id":1,"leases":[]}])", "leases"},
      {R"([{"type":"heartbeat","id":1,"leaseDuration":"1ms"}])", "leaseDuration"},
      {R"([{"type":"heartbeat","id":1,"leases":[{}],"leaseDuration":"9s"}])", "leaseDuration"},
  };
  for (const auto& [text, field] : cases) {
    const FrameFault found = fault(text);
    EXPECT_EQ(found.error.field, field) << text << "\n" << found.error.text();
    EXPECT_TRUE(found.is_json);
  }
}

TEST(WorkerFrames, WhatIsNoJsonIsSaidToBeNone) {
  for (const char* text :
       {"", "[", "nonsense", "[{\"type\":\"hello\"}", "[{\"a\":1,\"a\":2}]", "[\"\xff\"]"}) {
    EXPECT_FALSE(fault(text).is_json) << text;
  }
  EXPECT_FALSE(fault(std::string(1000, '[')).is_json);
}

TEST(WorkerFrames, EveryListIsBounded) {
  const auto repeat = [](std::size_t count, const std::string& what) {
    std::string out = "[";
    for (std::size_t i = 0; i < count; ++i) {
      out += (i == 0 ? "" : ",") + what;
    }
    return out + "]";
  };
  EXPECT_EQ(fault(repeat(kWorkerFramesPerMessageMax + 1, R"({"type":"credits","credits":1})"))
                .error.field,
            "message");
  EXPECT_EQ(read_message(repeat(kWorkerFramesPerMessageMax, R"({"type":"credits","credits":1})"))
                .frames.size(),
            kWorkerFramesPerMessageMax);
  EXPECT_EQ(fault(R"([{"type":"report","id":1,"reports":)" + repeat(kLeaseJobsMax + 1, "{}") + "}]")
                .error.field,
            "reports");
  EXPECT_EQ(
      fault(R"([{"type":"heartbeat","id":1,"leases":)" + repeat(kLeaseJobsMax + 1, "{}") + "}]")
          .error.field,
      "leases");
  EXPECT_EQ(
      fault(R"([{"type":"hello","workerId":"w","subscriptions":)" +
            repeat(kWorkerSubscriptionsMax + 1, R"({"definitions":["a"],"credits":1})") + "}]")
          .error.field,
      "subscriptions");
}

}  // namespace
}  // namespace daybook::api
