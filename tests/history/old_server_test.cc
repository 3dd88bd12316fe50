// What a server reads on a store that two million jobs have gone through.
#include <chrono>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "bench/load/questions.h"
#include "bench/load/server_process.h"
#include "bench/load/workers.h"
#include "bench/store/facts.h"
#include "tests/history/store.h"

namespace daybook::history {
namespace {

constexpr std::chrono::seconds kPatience{300};

class OldServer : public testing::Test {
 protected:
  void SetUp() override {
    copy_ = StoreCopy::make();
    ASSERT_TRUE(copy_);
    auto child = bench::ServerProcess::start({DAYBOOK_PROGRAM, copy_->data(), {}});
    ASSERT_TRUE(child) << child.error().text();
    child_.emplace(std::move(*child));
    at_start_ = bytes_read();
    ASSERT_TRUE(bench::put_work(child_->server()));
  }
  void TearDown() override {
    if (child_) {
      EXPECT_TRUE(child_->stop());
    }
  }
  // By all its threads, with read(2) and its like: files, and what wakes threads up, but no
  // sockets.
  std::uint64_t bytes_read() const {
    std::ifstream in("/proc/" + std::to_string(child_->pid()) + "/io");
    std::string name;
    std::uint64_t out = 0;
    in >> name >> out;
    EXPECT_EQ(name, "rchar:");
    return out;
  }
  std::string send(const char* method, const char* target, const std::string& body) {
    const auto answer = connection_->send(method, target, body);
    EXPECT_TRUE(answer) << answer.error().text();
    return answer ? *answer : "";
  }
  // On a connection of its own: the server closes one that is idle for so long.
  void settle() {
    ASSERT_TRUE(bench::settle(child_->pid(), kPatience));
    connect();
  }
  void connect() {
    auto connection = bench::HttpConnection::open(child_->server());
    ASSERT_TRUE(connection) << connection.error().text();
    connection_.reset();
    connection_.emplace(std::move(*connection));
  }

  std::unique_ptr<StoreCopy> copy_;
  std::optional<bench::ServerProcess> child_;
  std::optional<bench::HttpConnection> connection_;
  std::uint64_t at_start_ = 0;
};

// The snapshot, the newest million events, and what says where things are: not the log.
TEST_F(OldServer, AStartReadsTheEndOfTheLog) {
  const std::uint64_t log = bench::disk_bytes(copy_->data() / "log");
  EXPECT_LT(at_start_, log / 2);
}

TEST_F(OldServer, ALonePostReadsNothing) {
  constexpr std::uint64_t kPosts = 300;
  const std::string body = R"({"jobDefinitionId":"posted","parameters":{"n":1}})";
  connect();
  send("POST", "/resources/jobs", body);
  settle();
  const std::uint64_t before = bytes_read();
  for (std::uint64_t i = 0; i < kPosts; ++i) {
    send("POST", "/resources/jobs", body);
  }
  // What wakes a thread up is eight bytes.
  EXPECT_LT(bytes_read() - before, kPosts * 128);
}

TEST_F(OldServer, ALifeOfAJobReadsNothing) {
  constexpr std::uint64_t kLives = 100;
  const auto live = [&] {
    send("POST", "/resources/jobs", R"({"jobDefinitionId":"worked"})");
    const std::string leased = send("POST", "/resources/workers/lease",
                                    R"({"definitions":["worked"],"waitMs":10000,"workerId":"w"})");
    const std::size_t at = leased.find(R"("token":")") + 9;
    send("POST", "/resources/workers/complete",
         R"([{"token":")" + leased.substr(at, leased.find('"', at) - at) + R"("}])");
  };
  connect();
  live();
  settle();
  const std::uint64_t before = bytes_read();
  for (std::uint64_t i = 0; i < kLives; ++i) {
    live();
  }
  EXPECT_LT(bytes_read() - before, kLives * 1'024);
}

}  // namespace
}  // namespace daybook::history
