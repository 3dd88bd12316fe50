// `daybook bench store`: what it makes is what a server could have left, and one goes on with it.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>
#include <utility>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_client.h"
#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class StoreE2e : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  // The JSON line.
  boost::json::value make(std::vector<std::string> more) {
    std::vector<std::string> words = {"bench", "store",     data_, "--jobs",
                                      "1200",  "--pending", "200", "--cancelled",
                                      "4",     "--failed",  "4"};
    words.insert(words.end(), more.begin(), more.end());
    const Ran ran = run_line(std::move(words));
    EXPECT_EQ(ran.code, 0) << ran.err;
    const auto value = parse_json(ran.out, "");
    EXPECT_TRUE(value) << ran.out;
    return value ? *value : boost::json::value();
  }
  static std::uint64_t number(const boost::json::value& line, const char* name) {
    return line.at("numbers").at(name).at("median").to_number<std::uint64_t>();
  }
  // Every promise of the log holds, and it folds to what was kept.
  void expect_sound() {
    const Ran verified = run_line({"log", "verify", "--data-dir", data_, "-o", "json"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    const auto found = parse_json(verified.out, "");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->at("violations").to_number<int>(), 0);
    EXPECT_EQ(found->at("jobRules").as_string(), "checked");
    const Ran replayed = run_line({"replay", "--data-dir", data_, "--compare", "--chain"});
    EXPECT_EQ(replayed.code, 0) << replayed.out << replayed.err;
    EXPECT_THAT(replayed.out, HasSubstr("replay: identical"));
  }
  static std::uint16_t port_of(const ServerProcess& server) {
    const std::string address = server.address();
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  static boost::json::value call(test::HttpClient& client, const char* method, const char* target,
                                 const std::string& body, int status) {
    const auto reply = client.call(method, target, body);
    EXPECT_TRUE(reply && reply->status == status) << target << (reply ? reply->body : "");
    return reply ? boost::json::parse(reply->body) : boost::json::value();
  }
  // Asked again while the views are being built: each question waits for them for some seconds.
  static std::uint64_t listed(test::HttpClient& client, const std::string& status) {
    constexpr int kTries = 30;
    const std::string target = "/resources/jobs?limit=1&status=" + status;
    auto reply = client.get(target);
    for (int i = 0; i < kTries && reply && reply->status == 503; ++i) {
      reply = client.get(target);
    }
    EXPECT_TRUE(reply && reply->status == 200) << target << (reply ? reply->body : "");
    return reply && reply->status == 200
               ? boost::json::parse(reply->body).at("totalCount").to_number<std::uint64_t>()
               : 0;
  }
  // What the program's `bench` says of a line, begun from the store; and its code.
  std::pair<int, std::string> bench(const std::string& line) const {
    const std::string command = std::string(DAYBOOK_PROGRAM) + " bench " + line + " --store " +
                                data_ + " --dir " + directory_.path().string() + " > " +
                                path("printed") + " 2>&1";
    const int code = std::system(command.c_str());
    std::ifstream in(path("printed"));
    return {code, std::string((std::istreambuf_iterator<char>(in)), {})};
  }
  // Sizes and times of all its files.
  std::map<std::string, std::pair<std::uintmax_t, std::int64_t>> files() const {
    std::map<std::string, std::pair<std::uintmax_t, std::int64_t>> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data_)) {
      if (entry.is_regular_file()) {
        out[entry.path().string()] = {entry.file_size(),
                                      entry.last_write_time().time_since_epoch().count()};
      }
    }
    return out;
  }

  const TempDirectory directory_;
  const std::string data_ = path("data");
};

TEST_F(StoreE2e, IsWhatAServerCouldHaveLeft) {
  const auto line = make({});
  EXPECT_EQ(line.at("name").as_string(), "store");
  EXPECT_EQ(number(line, "jobs_ended"), 1'200U);
  EXPECT_EQ(number(line, "jobs_pending"), 200U);
  EXPECT_GT(number(line, "events"), 3'600U);
  expect_sound();
}

TEST_F(StoreE2e, AServerGoesOnWithIt) {
  make({});
  {
    ServerProcess server(data_);
    test::HttpClient client(port_of(server));
    EXPECT_EQ(listed(client, "pending"), 200U);
    EXPECT_EQ(listed(client, "running"), 0U);
    EXPECT_EQ(listed(client, "completed") + listed(client, "failed") + listed(client, "cancelled"),
              1'200U);
    EXPECT_FALSE(call(client, "GET", "/resources/jobs/statistics", "", 200).as_array().empty());
    call(client, "PUT", "/resources/components/c", R"({"runtime":"worker"})", 201);
    call(client, "PUT", "/resources/job-definitions/d", R"({"componentId":"c"})", 201);
    call(client, "POST", "/resources/jobs", R"({"jobDefinitionId":"d"})", 201);
    const auto leased = call(client, "POST", "/resources/workers/lease",
                             R"({"definitions":["d"],"workerId":"w","waitMs":10000})", 200);
    const auto& jobs = leased.at("jobs").as_array();
    ASSERT_EQ(jobs.size(), 1U);
    const std::string token = jobs[0].at("token").as_string().c_str();
    call(client, "POST", "/resources/workers/complete", R"([{"token":")" + token + R"("}])", 200);
    EXPECT_EQ(listed(client, "pending"), 200U);
    EXPECT_EQ(server.end(SIGKILL), 128 + SIGKILL);
  }
  {
    ServerProcess server(data_);
    test::HttpClient client(port_of(server));
    EXPECT_EQ(listed(client, "completed") + listed(client, "failed") + listed(client, "cancelled"),
              1'201U);
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  expect_sound();
}

TEST_F(StoreE2e, ASweptOneIsSoundAndTheFirstServerBuildsItsViews) {
  make({"--sweep", "--retention", "2d", "--no-views", "--span", "6d", "--batch", "20"});
  EXPECT_FALSE(std::filesystem::exists(data_ + "/views"));
  {
    ServerProcess server(data_);
    test::HttpClient client(port_of(server));
    const std::uint64_t left =
        listed(client, "completed") + listed(client, "failed") + listed(client, "cancelled");
    EXPECT_GT(left, 300U);
    EXPECT_LT(left, 500U);
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  expect_sound();
}

TEST_F(StoreE2e, OneWhoseMakingWasKilledIsRefused) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(DAYBOOK_PROGRAM, "daybook", "bench", "store", "--jobs", "100000000", data_.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  while (!std::filesystem::exists(data_ + "/identity")) {
    ASSERT_EQ(::waitpid(child, nullptr, WNOHANG), 0) << "it ended by itself";
    std::this_thread::yield();
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const Ended ended = serve_to_its_end(data_, "");
  EXPECT_NE(ended.code, 0);
  EXPECT_THAT(ended.said, HasSubstr("remove it and make it again"));
  const Ran again = run_line({"bench", "store", data_});
  EXPECT_NE(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("DIRECTORY_NOT_EMPTY"));
}

TEST_F(StoreE2e, BenchmarksBeginFromItAndLeaveItAsItIs) {
  make({});
  const auto before = files();
  for (const std::string& line :
       {std::string("cycles --jobs 500"), std::string("replay"),
        std::string("http --connections 2 --seconds 0.2 --warm-up 0"),
        std::string("pending --jobs 200"), std::string("old --rounds 1 --seconds 0.2")}) {
    const auto [code, said] = bench(line);
    EXPECT_EQ(code, 0) << line << "\n" << said;
    EXPECT_THAT(said, HasSubstr("store_jobs_ended=1200  store_jobs_pending=200"));
    EXPECT_TRUE(files() == before) << line;
  }
  // So few jobs are gone before they are counted.
  const auto [code, said] = bench("old --rounds 1 --seconds 0.2 --sweep-retention 1h");
  EXPECT_NE(code, 0);
  EXPECT_THAT(said, HasSubstr("NOTHING_OVER"));
  EXPECT_TRUE(files() == before);
  const Ran both = run_line({"--server", "http://127.0.0.1:1", "bench", "http", "--store", data_});
  EXPECT_NE(both.code, 0);
  EXPECT_THAT(both.err, HasSubstr("TWO_STORES"));
}

}  // namespace
}  // namespace daybook::cli
