// What has to be compiled before it is taken: where that is done, who waits for whom, and that
// nobody else does; and the line of those whose bodies are large.
#include <pthread.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits/http.h"
#include "base/limits/http_work.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

const std::string kCode = R"({"code":"from 1"})";

std::string this_thread() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

// Takes as long to compile as it is told to, and notes which threads did.
class SlowCompiler final : public components::Runtime {
 public:
  components::CheckResult check(const components::Draft&) const override {
    compile();
    return components::Checked{};
  }
  std::shared_ptr<components::Run> run(components::Order,
                                       std::function<void(components::RunOutcome)>) override {
    return nullptr;
  }
  void prepare(const components::Draft&) const override { ++prepared; }
  void shutdown() override {}

  mutable std::atomic<int> prepared{0};
  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    begun_ = 0;
  }
  int begun() const {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  std::set<std::string> threads() const {
    const std::lock_guard lock(mutex_);
    return threads_;
  }

 private:
  void compile() const {
    std::unique_lock lock(mutex_);
    threads_.insert(this_thread());
    ++begun_;
    changed_.wait(lock, [&] { return !held_; });
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::set<std::string> threads_;
  mutable int begun_ = 0;
  bool held_ = false;
};

class E2eCompiling : public ServerFixture {
 protected:
  void SetUp() override {
    options.io_threads = 1;
    runtimes = {{events::Runtime::kReactor, &compiler}};
    start();
  }
  void TearDown() override {
    compiler.hold(false);
    stop();
  }
  static std::string request(const std::string& method, const std::string& path,
                             const std::string& body) {
    return method + " " + path +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  // While it compiles, the one I/O thread answers everybody else.
  void compiles(const std::string& method, const std::string& path, const std::string& body,
                int status) {
    compiler.hold(true);
    const int before = compiler.begun();
    HttpClient client(port());
    ASSERT_TRUE(client.send(request(method, path, body)));
    until([&] { return compiler.begun() > before; });
    EXPECT_EQ(call("GET", "/health/live").status, 200) << path;
    compiler.hold(false);
    const auto reply = client.receive();
    ASSERT_TRUE(reply) << path;
    EXPECT_EQ(reply->status, status) << path << " " << reply->body;
  }

  void put_reactor() {
    ASSERT_EQ(call("PUT", "/resources/components/a.hreactor", kCode).status, 201);
    ASSERT_EQ(call("PUT", "/resources/job-definitions/d", R"({"componentId":"a.hreactor"})").status,
              201);
    ASSERT_EQ(call("GET", "/resources/job-definitions/d").status, 200);  // the views have it
    compiler.forget();
  }
  // One that is checked, and as many that wait as may of one address.
  void fill(std::deque<HttpClient>& clients, const std::string& check) {
    for (std::size_t i = 0; i <= kHttpPeerChecksMax; ++i) {
      clients.emplace_back(port());
      ASSERT_TRUE(clients.back().send(check));
      if (i == 0) {
        until([&] { return compiler.begun() == 1; });
      }
    }
    until([&] {
      return metric("daybook_http_compilations_waiting") == std::to_string(kHttpPeerChecksMax);
    });
  }

  SlowCompiler compiler;
};

TEST_F(E2eCompiling, NothingThatCompilesDoesSoOnTheThreadThatAnswers) {
  compiles("PUT", "/resources/components/a.hreactor", kCode, 201);
  compiles("POST", "/resources/components/a.hreactor/check", kCode, 200);
  EXPECT_EQ(compiler.threads(), (std::set<std::string>{"check", "compile"}));
  EXPECT_EQ(compiler.prepared, 1);  // what was put, and not what was only checked
}

TEST_F(E2eCompiling, TooManyCompilationsAreRefusedAndThoseThatWaitTooLongAreTold) {
  compiler.hold(true);
  const std::string check = request("POST", "/resources/components/a.hreactor/check", kCode);
  std::deque<HttpClient> clients;
  fill(clients, check);
  const auto refused = call("POST", "/resources/components/a.hreactor/check", kCode);
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("TOO_MANY_COMPILATIONS"), std::string::npos);
  EXPECT_FALSE(refused.field("Retry-After").empty());
  clock().advance(Duration{kHttpCompileWaitUs});
  const auto told = clients.back().receive();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->status, 503);
  EXPECT_NE(told->body.find("TOO_BUSY"), std::string::npos);
}

TEST_F(E2eCompiling, WhoOnlyChecksHoldsUpNobodyWhoWrites) {
  compiler.hold(true);
  std::deque<HttpClient> checks;
  fill(checks, request("POST", "/resources/components/a.hreactor/check", kCode));
  const int before = compiler.begun();
  HttpClient puts(port());
  ASSERT_TRUE(puts.send(request("PUT", "/resources/components/b.hreactor", kCode)));
  until([&] { return compiler.begun() == before + 1; });
  compiler.hold(false);
  EXPECT_EQ(puts.receive()->status, 201);
}

TEST_F(E2eCompiling, JobsReportsAndRulesWaitForNone) {
  put_reactor();
  put_definition("w");
  create_job("w");
  const auto token = member(lease_one("w"), "token");
  compiler.hold(true);
  HttpClient puts(port());
  ASSERT_TRUE(puts.send(request("PUT", "/resources/components/b.hreactor", kCode)));
  until([&] { return compiler.begun() == 1; });
  EXPECT_EQ(call("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})").status, 201);
  EXPECT_EQ(call("PUT", "/resources/rules/r", R"({"componentId":"a.hreactor"})").status, 201);
  const auto reported = call(
      "POST", "/resources/workers/complete",
      R"([{"token":")" + token + R"(","effects":[{"effect":"scheduleJob","definition":"d"}]}])");
  EXPECT_NE(reported.body.find(R"("outcome":"completed")"), std::string::npos) << reported.body;
  EXPECT_EQ(compiler.begun(), 1);
  compiler.hold(false);
  EXPECT_EQ(puts.receive()->status, 201);
}

// Large bodies are read by one thread beside the I/O threads; so many may wait for it.
class E2eBodies : public ServerFixture {
 protected:
  void SetUp() override {
    options.queries_max = 8;
    // A report takes a random number when it is read.
    on_chance = [this] {
      if (this_thread() != "body") {
        return;
      }
      std::unique_lock lock(mutex_);
      ++read_;
      changed_.wait(lock, [&] { return !held_; });
    };
    start();
  }
  void TearDown() override {
    hold(false);
    stop();
  }
  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  int read() {
    const std::lock_guard lock(mutex_);
    return read_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int read_ = 0;
  bool held_ = false;
};

TEST_F(E2eBodies, MoreThanMayWaitAreRefused) {
  std::string report = R"([{"token":"1.00000000000000000000000000000000"}])";
  report.resize(kInlineBodyBytesMax + 1, ' ');
  hold(true);
  std::deque<HttpClient> clients;
  // One is read, the others wait, and there is one more.
  for (std::size_t i = 0; i < options.queries_max + 2; ++i) {
    clients.emplace_back(port());
    ASSERT_TRUE(
        clients.back().send("POST /resources/workers/complete HTTP/1.1\r\nHost: localhost\r\n"
                            "Content-Type: application/json\r\nContent-Length: " +
                            std::to_string(report.size()) + "\r\n\r\n" + report));
    if (i == 0) {
      until([&] { return read() > 0; });
    }
  }
  std::size_t refused = 0;
  until([&] {
    refused = (refused + 1) % clients.size();
    const auto reply = clients[refused].receive(std::chrono::milliseconds(5));
    if (!reply) {
      return false;
    }
    EXPECT_EQ(reply->status, 503);
    EXPECT_NE(reply->body.find("TOO_MANY_BODIES"), std::string::npos) << reply->body;
    return true;
  });
  hold(false);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (i != refused) {
      const auto reply = clients[i].receive();
      ASSERT_TRUE(reply) << i;
      EXPECT_EQ(reply->status, 200) << reply->body;
    }
  }
}

}  // namespace
}  // namespace daybook::test
