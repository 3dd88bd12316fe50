// What has to be compiled or checked before it is taken: where that is done, who waits for whom,
// and that nobody else does.
#include <pthread.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
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
const std::string kSchedules = R"({"effect":"scheduleJob","definition":"d"})";

std::string this_thread() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

// One of a report.
std::string item(const std::string& token, const std::string& effects) {
  return R"({"token":")" + token + R"(","result":1,"effects":[)" + effects + "]}";
}

// Takes as long to compile as it is told to, and notes which threads did.
class SlowCompiler final : public components::Runtime {
 public:
  components::CheckResult check(const components::Draft&) const override {
    compile();
    return components::Checked{};
  }
  Result<components::ParameterRules> parameter_rules(
      const components::Stored&, components::Compiling compiling) const override {
    if (compiling == components::Compiling::kNever) {
      return fail(Code::kUnavailable, "NOT_COMPILED", "");
    }
    compile();
    return components::ParameterRules();
  }
  Status check_rule_parameters(const components::Stored&, std::string_view) const override {
    compile();
    return {};
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
  std::string status_of(const std::string& job) {
    return member(call("GET", "/resources/jobs/" + job).body, "status");
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
  ASSERT_EQ(call("PUT", "/resources/job-definitions/d", R"({"componentId":"a.hreactor"})").status,
            201);
  ASSERT_EQ(call("GET", "/resources/job-definitions/d").status, 200);  // the views have it
  compiles("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})", 201);
  compiles("PUT", "/resources/rules/r", R"({"componentId":"a.hreactor"})", 201);
  EXPECT_EQ(compiler.threads(), (std::set<std::string>{"check", "compile", "program"}));
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
  put_reactor();
  compiler.hold(true);
  std::deque<HttpClient> checks;
  fill(checks, request("POST", "/resources/components/a.hreactor/check", kCode));
  const int before = compiler.begun();
  HttpClient puts(port());
  ASSERT_TRUE(puts.send(request("PUT", "/resources/components/b.hreactor", kCode)));
  HttpClient posts(port());
  ASSERT_TRUE(posts.send(request("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})")));
  until([&] { return compiler.begun() == before + 2; });
  compiler.hold(false);
  EXPECT_EQ(puts.receive()->status, 201);
  EXPECT_EQ(posts.receive()->status, 201);
}

// One effect of it needs what takes long: the other jobs are done all the same.
TEST_F(E2eCompiling, ItemsThatNeedNoCompilationAreNotHeldUp) {
  put_reactor();
  put_definition("w");
  const auto sound = create_job("w");
  const auto sound_token = member(lease_one("w"), "token");
  create_job("w");
  const auto other_token = member(lease_one("w"), "token");
  compiler.hold(true);
  HttpClient worker(port());
  ASSERT_TRUE(worker.send(request("POST", "/resources/workers/complete",
                                  "[" + item(other_token, kSchedules) + "," +
                                      item(sound_token, "") + R"(,{"token":"none"}])")));
  until([&] { return compiler.begun() > 0 && status_of(sound) == "completed"; });
  compiler.hold(false);
  const auto reply = worker.receive();
  ASSERT_TRUE(reply);
  const auto results = elements(reply->body, "results");
  ASSERT_EQ(results.size(), 3U) << reply->body;
  EXPECT_EQ(member(results[0].text(), "token"), other_token);
  EXPECT_EQ(member(results[0].text(), "outcome"), "completed") << reply->body;
  EXPECT_EQ(member(results[1].text(), "token"), sound_token);
  EXPECT_EQ(member(results[1].text(), "outcome"), "completed") << reply->body;
  EXPECT_NE(member(results[2].text(), "error"), "") << reply->body;
}

TEST_F(E2eCompiling, ItemsThatCannotBeCompiledInTimeAreRefusedAlone) {
  put_reactor();
  put_definition("w");
  create_job("w");
  const auto sound_token = member(lease_one("w"), "token");
  create_job("w");
  const auto other_token = member(lease_one("w"), "token");
  compiler.hold(true);
  HttpClient first(port());
  ASSERT_TRUE(first.send(request("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})")));
  until([&] { return compiler.begun() == 1; });
  HttpClient worker(port());
  ASSERT_TRUE(worker.send(
      request("POST", "/resources/workers/complete",
              "[" + item(other_token, kSchedules) + "," + item(sound_token, "") + "]")));
  until([&] { return metric("daybook_http_compilations_waiting") == "1"; });
  clock().advance(Duration{kHttpCompileWaitUs});
  const auto reply = worker.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200) << reply->body;
  const auto results = elements(reply->body, "results");
  ASSERT_EQ(results.size(), 2U) << reply->body;
  EXPECT_EQ(member(member(results[0].text(), "error"), "status"), "503") << reply->body;
  EXPECT_EQ(member(results[1].text(), "outcome"), "completed") << reply->body;
  compiler.hold(false);
}

// Knows every component, and notes what it is asked for and where.
class KnowingRuntime final : public components::Runtime {
 public:
  components::CheckResult check(const components::Draft&) const override {
    return components::Checked{};
  }
  Result<components::ParameterRules> parameter_rules(const components::Stored& stored,
                                                     components::Compiling) const override {
    const std::lock_guard lock(mutex_);
    hashes_.push_back(stored.own.spec_hash);
    return components::ParameterRules([this](std::string_view) {
      std::unique_lock guard(mutex_);
      ++checked_[this_thread()];
      changed_.wait(guard, [this] { return !held_; });
      return Status();
    });
  }
  std::shared_ptr<components::Run> run(components::Order,
                                       std::function<void(components::RunOutcome)>) override {
    return nullptr;
  }
  void shutdown() override {}

  // Of which components it was asked since the last call.
  std::vector<Hash> hashes() {
    const std::lock_guard lock(mutex_);
    return std::exchange(hashes_, {});
  }
  // How many sets of parameters which threads checked since the last call.
  std::map<std::string, int> checked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(checked_, {});
  }
  // While it is held, what checks waits.
  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::vector<Hash> hashes_;
  mutable std::map<std::string, int> checked_;
  bool held_ = false;
};

class E2eChecks : public ServerFixture {
 protected:
  void SetUp() override {
    options.queries_max = 8;
    runtimes = {{events::Runtime::kReactor, &runtime}};
    start();
    ASSERT_EQ(call("PUT", "/resources/components/a.hreactor", kCode).status, 201);
    ASSERT_EQ(call("PUT", "/resources/job-definitions/d", R"({"componentId":"a.hreactor"})").status,
              201);
    ASSERT_EQ(call("GET", "/resources/job-definitions/d").status, 200);  // the views have it
  }
  void TearDown() override {
    runtime.hold(false);
    stop();
  }

  KnowingRuntime runtime;
};

TEST_F(E2eChecks, AComponentIsLookedUpOnceForARequestAndManyJobsAreCheckedOffTheIoThreads) {
  std::string jobs = "[";
  for (int i = 0; i < 600; ++i) {
    jobs += R"({"jobDefinitionId":"d"},)";
  }
  jobs.back() = ']';
  ASSERT_LT(jobs.size(), kInlineBodyBytesMax);
  ASSERT_EQ(call("POST", "/resources/jobs", jobs).status, 201);
  EXPECT_EQ(runtime.hashes().size(), 1U);
  EXPECT_EQ(runtime.checked(), (std::map<std::string, int>{{"body", 600}}));
  ASSERT_EQ(call("POST", "/resources/jobs", R"({"jobDefinitionId":"d"})").status, 201);
  EXPECT_EQ(runtime.checked(), (std::map<std::string, int>{{"io", 1}}));
}

TEST_F(E2eChecks, SoAreTheEffectsOfAReport) {
  put_definition("w");
  create_job("w");
  const auto token = member(lease_one("w"), "token");
  std::string effects;
  for (int i = 0; i < 60; ++i) {
    effects += (i == 0 ? "" : ",") + std::string(R"({"effect":"scheduleJob","definition":"d"})");
  }
  const auto reply = call("POST", "/resources/workers/complete", "[" + item(token, effects) + "]");
  ASSERT_NE(reply.body.find(R"("outcome":"completed")"), std::string::npos) << reply.body;
  EXPECT_EQ(runtime.hashes().size(), 1U);
  EXPECT_EQ(runtime.checked(), (std::map<std::string, int>{{"body", 60}}));
}

TEST_F(E2eChecks, MoreLargeBodiesThanMayWaitAreRefused) {
  std::string jobs = R"([{"jobDefinitionId":"d"},{"jobDefinitionId":"d"}])";
  jobs.resize(kInlineBodyBytesMax + 1, ' ');
  runtime.hold(true);
  std::deque<HttpClient> clients;
  // One is read, the others wait, and there is one more.
  for (std::size_t i = 0; i < options.queries_max + 2; ++i) {
    clients.emplace_back(port());
    ASSERT_TRUE(clients.back().send(
        "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(jobs.size()) + "\r\n\r\n" + jobs));
    if (i == 0) {
      until([&] { return !runtime.checked().empty(); });
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
  runtime.hold(false);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (i != refused) {
      const auto reply = clients[i].receive();
      ASSERT_TRUE(reply) << i;
      EXPECT_EQ(reply->status, 201) << reply->body;
    }
  }
}

TEST_F(E2eChecks, AComponentThatChangedIsAnotherOne) {
  const std::string job = R"({"jobDefinitionId":"d"})";
  ASSERT_EQ(call("POST", "/resources/jobs", job).status, 201);
  ASSERT_EQ(call("POST", "/resources/jobs", job).status, 201);
  const auto before = runtime.hashes();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_EQ(before[0], before[1]);
  ASSERT_EQ(call("PUT", "/resources/components/a.hreactor", R"({"code":"from 2"})").status, 200);
  ASSERT_EQ(call("GET", "/resources/components/a.hreactor").status, 200);
  ASSERT_EQ(call("POST", "/resources/jobs", job).status, 201);
  EXPECT_NE(runtime.hashes().front(), before[0]);
  ASSERT_EQ(call("DELETE", "/resources/components/a.hreactor").status, 200);
  ASSERT_EQ(call("GET", "/resources/components/a.hreactor").status, 404);
  ASSERT_EQ(call("POST", "/resources/jobs", job).status, 201);
  EXPECT_TRUE(runtime.hashes().empty());
}

}  // namespace
}  // namespace daybook::test
