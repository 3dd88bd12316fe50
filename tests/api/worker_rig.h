// A worker on a connection of its own, frame by frame.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/api/server_fixture.h"
#include "tests/support/websocket_client.h"

namespace daybook::test {

class TestWorker {
 public:
  explicit TestWorker(std::uint16_t port, const std::string& bearer = {}) : socket(port) {
    status = socket.open("/resources/workers/connect", "daybook.worker.v1",
                         bearer.empty() ? "" : "Authorization: Bearer " + bearer + "\r\n");
    EXPECT_EQ(status, 101) << socket.head();
  }

  // Says hello; the welcome has come.
  void hello(const std::string& subscriptions, const std::string& id = "w") {
    say(R"({"type":"hello","workerId":")" + id + R"(","subscriptions":)" + subscriptions + "}");
    EXPECT_EQ(member(next(), "type"), "welcome");
  }
  static std::string wish(const std::string& definition, std::size_t credits) {
    return R"([{"definitions":[")" + definition + R"("],"credits":)" + std::to_string(credits) +
           "}]";
  }
  bool say(const std::string& frames) { return socket.send_text("[" + frames + "]"); }

  // The next frame, "{}" when none comes.
  std::string next() {
    if (frames_.empty()) {
      const auto message = socket.receive();
      EXPECT_TRUE(message) << "no frame came";
      if (!message) {
        return "{}";
      }
      ++messages;
      for (const JsonValue& frame : JsonValue(*message).elements()) {
        frames_.emplace_back(frame.text());
      }
    }
    std::string out = frames_.empty() ? "{}" : frames_.front();
    frames_.pop_front();
    return out;
  }
  // Jobs until so many have come.
  std::vector<std::string> jobs(std::size_t count) {
    std::vector<std::string> out;
    while (out.size() < count) {
      const std::string frame = next();
      if (member(frame, "type") != "jobs") {
        ADD_FAILURE() << "no jobs, but " << frame;
        break;
      }
      for (const JsonValue& job : elements(frame, "jobs")) {
        out.emplace_back(job.text());
      }
    }
    EXPECT_EQ(out.size(), count);
    return out;
  }
  static std::string report(int id, const std::string& job, const std::string& more = "") {
    return R"({"type":"report","id":)" + std::to_string(id) + R"(,"reports":[{"token":")" +
           member(job, "token") + "\"" + more + "}]}";
  }
  // How it was ended, which it must be.
  WebSocketClient::Goodbye ended() {
    const auto out = socket.goodbye();
    EXPECT_TRUE(out) << "the server does not end it";
    return out.value_or(WebSocketClient::Goodbye{});
  }

  WebSocketClient socket;
  int status = 0;
  std::size_t messages = 0;

 private:
  std::deque<std::string> frames_;
};

}  // namespace daybook::test
