// The HTTP source against a real server on loopback.
#include <chrono>
#include <future>
#include <mutex>

#include "graph/limits.h"
#include "tests/components/http_server.h"
#include "tests/graph/source_rig.h"

namespace daybook::graph {
namespace {

using components::HttpServer;
using components::SeenRequest;

class HttpSource : public SourceTest {
 protected:
  void serve(const HttpServer& server) {
    SetConfig config;
    config.schema = orders_schema();
    config.source = SourceKind::kHttp;
    config.url = server.url();
    config.headers = {{"Authorization", "Bearer t0"}};
    add(std::move(config));
  }
};

TEST_F(HttpSource, TakesAnArrayOrAnObjectWithItems) {
  std::string body = R"([{"orderNumber":"a","total":1.5},{"orderNumber":"b","total":2}])";
  HttpServer server([&](const SeenRequest&) { return components::answer("200 OK", body); });
  serve(server);
  EXPECT_EQ(numbers("total > 1.6"), "b");
  body = R"({"items":[{"orderNumber":"c"}],"next":null})";
  EXPECT_EQ(numbers(""), "c");
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_TRUE(seen[0].head.starts_with("GET /run HTTP/1.1\r\n")) << seen[0].head;
  EXPECT_EQ(seen[0].header("Accept"), "application/json");
  EXPECT_EQ(seen[0].header("Authorization"), "Bearer t0");
}

TEST_F(HttpSource, WhatIsNoListOfRowsIsSaid) {
  struct Case {
    std::string reply;
    std::string reason;
    std::string says;
  };
  const Case cases[] = {
      {components::answer("500 No", "[]"), "GRAPH_SOURCE", "answered with status 500"},
      {components::answer("302 Found", "", "Location: /other\r\n"), "GRAPH_SOURCE",
       "answered with status 302"},
      {components::answer("200 OK", "<html>"), "GRAPH_SOURCE", "the answer is not JSON at byte 0"},
      {components::answer("200 OK", R"({"rows":[]})"), "GRAPH_SOURCE",
       "neither an array nor an object with items"},
      {components::answer("200 OK", "7"), "GRAPH_SOURCE", "neither an array"},
      {components::answer("200 OK", R"([{},{"paid":"yes"}])"), "GRAPH_ROW",
       "orders, row 2: the field paid is a text that is no bool"},
      {"", "GRAPH_SOURCE", "orders: "},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n[", "GRAPH_SOURCE", "orders: "},
  };
  std::mutex mutex;  // guards the reply
  std::string reply;
  HttpServer server([&](const SeenRequest&) {
    const std::lock_guard lock(mutex);
    return reply;
  });
  serve(server);
  for (const Case& c : cases) {
    {
      const std::lock_guard lock(mutex);
      reply = c.reply + (c.reply.ends_with("[") ? " " : "");
    }
    const auto started = std::chrono::steady_clock::now();
    Query q = query({"orderNumber"});
    const auto out = graph.answer(q, now, clock.steady() + millis(700));
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(10));
    ASSERT_FALSE(out) << c.reply;
    EXPECT_EQ(out.error().reason, c.reason) << out.error().text();
    EXPECT_NE(out.error().message.find(c.says), std::string::npos) << out.error().text();
    EXPECT_EQ(out.error().message.find("127.0.0.1:" + std::to_string(server.port()) + "/run"),
              std::string::npos);
  }
}

TEST_F(HttpSource, ALargeAnswerIsCutOff) {
  const std::string large(kSourceBytesMax, ' ');
  HttpServer server([&](const SeenRequest&) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large.size() + 2) + "\r\n\r\n[]" +
           large;
  });
  serve(server);
  EXPECT_NE(refusal(query({"orderNumber"})).message.find("over the limit of 64 MiB"),
            std::string::npos);
}

TEST_F(HttpSource, ASilentServerIsLeftAtTheDeadline) {
  std::promise<void> done;
  const std::shared_future<void> end = done.get_future().share();
  HttpServer server([&](const SeenRequest&) {
    end.wait();
    return std::string();
  });
  serve(server);
  const auto out = graph.answer(query({"orderNumber"}), now, clock.steady() + millis(200));
  done.set_value();
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().reason, "GRAPH_SOURCE");
  EXPECT_NE(out.error().message.find("timed out"), std::string::npos) << out.error().message;
}

TEST_F(HttpSource, NobodyThereIsSaid) {
  int port = 0;
  {
    const HttpServer gone([](const SeenRequest&) { return std::string(); });
    port = gone.port();
  }
  SetConfig config;
  config.schema = orders_schema();
  config.url = "http://127.0.0.1:" + std::to_string(port) + "/orders";
  add(std::move(config));
  const Error error = refusal(query({"orderNumber"}));
  EXPECT_EQ(error.reason, "GRAPH_SOURCE");
  EXPECT_NE(error.message.find("Failed to connect"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace daybook::graph
