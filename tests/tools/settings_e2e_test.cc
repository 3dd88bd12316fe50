// Settings of `serve` on the command line of the real program: what each does, and what is refused.
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/dispatch.h"
#include "base/limits/http.h"
#include "base/time_text.h"
#include "tests/support/http_client.h"
#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/settings.h"

namespace daybook::cli {
namespace {

using namespace std::string_literals;
using std::chrono::steady_clock;
using test::HttpClient;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{60};

class SettingsE2e : public testing::Test {
 protected:
  // A definition of the same name, whose component is `spec`.
  Ran define(const ServerProcess& server, const std::string& id, const std::string& spec) {
    const Ran put =
        ask(server, {"component", "put", id, "--json", directory_.write(id + ".json", spec)});
    if (put.code == 0) {
      (void)answer(server, {"definition", "put", id, "--component", id});
    }
    return put;
  }
  // The job that ran, ended well or not.
  boost::json::value outcome(const ServerProcess& server, const std::string& id,
                             const std::string& spec) {
    EXPECT_EQ(define(server, id, spec).code, 0);
    const Ran ran = ask(server, {"job", "run", id, "--wait", "--timeout", "60s"});
    const auto job = parse_json(ran.out, "");
    EXPECT_TRUE(job) << ran.out << ran.err;
    return job ? *job : boost::json::value();
  }
  static std::uint16_t port_of(const ServerProcess& server) {
    const std::string address = server.address();
    return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
  }
  static std::uint64_t metric(const ServerProcess& server, const std::string& name) {
    const auto reply = HttpClient(port_of(server)).get("/metrics");
    const std::string text = reply ? reply->body : "";
    const std::size_t at = text.find("\n" + name + " ");
    EXPECT_NE(at, std::string::npos) << name;
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + name.size() + 2));
  }

  const TempDirectory directory_;
  const std::string data_ = (directory_.path() / "data").string();
};

TEST_F(SettingsE2e, AWrongValueIsRefusedByItsNameWithTheReason) {
  const struct {
    const char* setting;
    const char* value;
    const char* reason;
  } kCases[] = {
      {"drain", "2h", "'2h' is not a duration of at most 1h"},
      {"drain", "soon", "'soon' is not a duration"},
      {"idempotency-keys", "999", "'999' is not a whole number from 1000 to 1000000000"},
      {"queue-memory", "1023K", "'1023K' is not a size from 1M to 1024T"},
      {"http-memory", "15", "'15' is not a whole number from 16 to 65536"},
      {"exec-memory-mb", "63", "'63' is not a whole number from 64 to 16777216"},
      {"exec-directory-mb", "0", "'0' is not a whole number from 1 to 16777216"},
      {"exec-allowed-user", "no-such-user", "there is no user 'no-such-user'"},
  };
  for (const auto& [setting, value, reason] : kCases) {
    const std::string name(setting);
    const Ended ended = serve_to_its_end(data_, "--listen 127.0.0.1:0 --" + name + " " + value);
    EXPECT_EQ(ended.code, 2) << ended.said;
    EXPECT_THAT(ended.said, AllOf(HasSubstr("BAD_SETTING"), HasSubstr(reason), HasSubstr(name)));
  }
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(SettingsE2e, WhatRunsMayTakeTheDrainAndNoLonger) {
  ServerProcess server(data_, {"--drain", "0s"});
  ASSERT_EQ(
      define(server, "d", R"({"runtime":"exec","output":"none","command":["sleep","30"]})").code,
      0);
  const std::string id = cell(answer(server, {"job", "run", "d"}), "jobId");
  const auto status = [&] { return cell(answer(server, {"job", "get", id}), "status"); };
  const auto end = steady_clock::now() + kPatience;
  while (status() != "running" && steady_clock::now() < end) {
    std::this_thread::yield();
  }
  ASSERT_EQ(status(), "running");
  const auto began = steady_clock::now();
  EXPECT_EQ(server.end(SIGTERM), 0);
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(15)) << "the default is 20 s";
}

TEST_F(SettingsE2e, TheKeysThatAreRememberedAreAsMany) {
  const ServerProcess server(data_, {"--idempotency-keys", "1234"});
  EXPECT_EQ(metric(server, "daybook_idempotency_keys_max"), 1234U);
}

// More far jobs than queue-memory has room for: they are counted, survive a start, and are handed
// out with their parameters once their time has come.
TEST_F(SettingsE2e, FarJobsBeyondTheQueuesMemoryAreOnDisk) {
  constexpr std::uint64_t kJobs = 24'000;
  constexpr std::uint64_t kNear = kQueueMemoryLeast / 8 * 5 / kQueueJobBytes;
  const std::vector<std::string> settings = {"--queue-memory", "1M", "--clock",
                                             "2025-11-16T00:00:00Z"};
  const auto expect_far = [&](const ServerProcess& server) {
    EXPECT_EQ(metric(server, "daybook_queue_waiting"), kJobs);
    EXPECT_GE(metric(server, "daybook_queue_on_disk"), kJobs - kNear);
    EXPECT_LE(metric(server, "daybook_queue_memory_bytes"), kQueueMemoryLeast);
  };
  {
    ServerProcess server(data_, settings);
    ASSERT_EQ(define(server, "far", R"({"runtime":"worker"})").code, 0);
    HttpClient client(port_of(server));
    for (std::uint64_t first = 0; first < kJobs; first += 8'000) {
      std::string body;
      for (std::uint64_t i = first; i < first + 8'000; ++i) {
        body += (i == first ? "[" : ",") + R"({"jobDefinitionId":"far","runAt":")"s +
                format_time(Micros{1'763'251'200'000'000} + hours(48) +
                            millis(static_cast<std::int64_t>(i))) +
                R"(","parameters":{"n":)" + std::to_string(i) + "}}";
      }
      const auto made = client.call("POST", "/resources/jobs", body + "]");
      ASSERT_TRUE(made);
      ASSERT_EQ(made->status, 201) << made->body;
    }
    expect_far(server);
    EXPECT_EQ(server.end(SIGKILL), 128 + SIGKILL);
  }
  const ServerProcess server(data_, settings);
  expect_far(server);
  (void)answer(server, {"clock", "advance", "3d"});
  const auto end = steady_clock::now() + kPatience;
  while (metric(server, "daybook_queue_ready") < kJobs && steady_clock::now() < end) {
    std::this_thread::yield();
  }
  EXPECT_EQ(metric(server, "daybook_queue_ready"), kJobs);
  EXPECT_EQ(metric(server, "daybook_queue_on_disk"), 0U);
  const auto leased = HttpClient(port_of(server))
                          .call("POST", "/resources/workers/lease",
                                R"({"workerId":"w","definitions":["far"],"max":3,"waitMs":1000})");
  ASSERT_TRUE(leased);
  EXPECT_THAT(leased->body,
              AllOf(HasSubstr(R"("parameters":{"n":0})"), HasSubstr(R"("parameters":{"n":2})")));
}

TEST_F(SettingsE2e, BodiesOfAllConnectionsShareTheMemory) {
  const ServerProcess server(data_, {"--http-memory", "16"});
  const auto send_part = [](HttpClient& client) {
    ASSERT_TRUE(client.send(
        "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(kHttpBodyBytesMax) + "\r\n\r\n" + std::string(6 * kMiB, ' ')));
  };
  HttpClient first(port_of(server));
  HttpClient second(port_of(server));
  send_part(first);
  send_part(second);
  const auto end = steady_clock::now() + kPatience;
  while (metric(server, "daybook_http_memory_bytes") < 11 * kMiB && steady_clock::now() < end) {
    std::this_thread::yield();
  }
  HttpClient third(port_of(server));
  send_part(third);
  const auto busy = third.receive();
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->status, 503);
  EXPECT_THAT(busy->body, HasSubstr("SERVER_BUSY"));
}

TEST_F(SettingsE2e, ProgramsAreHeldToMemoryAndDirectory) {
  const ServerProcess server(data_, {"--exec-memory-mb", "64", "--exec-directory-mb", "1"});
  const auto memory = outcome(
      server, "m", R"({"runtime":"exec","output":"text","command":["sh","-c","ulimit -d"]})");
  EXPECT_EQ(cell(memory, "result"), "65536\n") << "KiB";
  const auto directory =
      outcome(server, "f",
              R"({"runtime":"exec","output":"none",)"
              R"("command":["sh","-c","head -c 3000000 /dev/zero > f; sleep 60"]})");
  EXPECT_EQ(cell(directory, "error.code"), "DIRECTORY_TOO_LARGE");
}

TEST_F(SettingsE2e, ProgramsRunAsTheUserThatIsAllowed) {
  const passwd* nobody = ::getpwnam("nobody");
  if (nobody == nullptr) {
    GTEST_SKIP() << "needs the user nobody";
  }
  const std::string uid = std::to_string(nobody->pw_uid) + "\n";
  if (::geteuid() != 0) {
    const Ended ended = serve_to_its_end(data_, "--listen 127.0.0.1:0 --exec-allowed-user nobody");
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.said, AllOf(HasSubstr("only a server that runs as root"),
                                  HasSubstr("exec-allowed-user")));
    return;
  }
  const auto spec = [](const std::string& user) {
    return R"({"runtime":"exec","output":"text","command":["id","-u"],"user":")" + user + "\"}";
  };
  {
    const ServerProcess server(data_, {"--exec-allowed-user", "nobody"});
    const auto ran = outcome(server, "named", spec("nobody"));
    EXPECT_EQ(cell(ran, "result"), uid) << cell(ran, "error.message");
    const Ran other = define(server, "other", spec("daemon"));
    EXPECT_NE(other.code, 0);
    EXPECT_THAT(other.err, AllOf(HasSubstr("NOT_PERMITTED"), HasSubstr("exec-allowed-user")));
  }
  const ServerProcess server((directory_.path() / "other").string(), {"--exec-user", "nobody"});
  const auto ran =
      outcome(server, "unnamed", R"({"runtime":"exec","output":"text","command":["id","-u"]})");
  EXPECT_EQ(cell(ran, "result"), uid) << cell(ran, "error.message");
}

}  // namespace
}  // namespace daybook::cli
