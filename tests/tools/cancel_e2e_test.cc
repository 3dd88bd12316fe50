// A cancel from the command line: what is asked to stop, and what is ended.
#include <chrono>
#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/client.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class CancelE2e : public testing::Test {
 protected:
  std::string run(const std::string& definition, const std::string& at = "+0s") {
    return cell(answer(server_, {"job", "run", definition, "--run-at", at}), "jobId");
  }
  std::string shown(const std::string& id, const std::string& name) {
    return cell(answer(server_, {"job", "get", id}), name);
  }
  Ran cancel(const std::string& id, bool force) {
    std::vector<std::string> words = {"job",      "cancel",         id, "-o", "table",
                                      "--server", server_.address()};
    if (force) {
      words.emplace_back("--force");
    }
    return run_line(std::move(words));
  }
  Response post(const std::string& path, const std::string& body) {
    ClientOptions options;
    options.server = server_.address();
    auto client = Client::connect_to(std::move(options));
    return client ? client->send("POST", path, body).value_or(Response{}) : Response{};
  }
  bool comes_to_run(const std::string& id) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (shown(id, "status") != "running" && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
    return shown(id, "status") == "running";
  }

  const TempDirectory directory_;
  ServerProcess server_{(directory_.path() / "data").string()};
};

TEST_F(CancelE2e, AWorkersJobIsAskedToStopAndByForceItIsOver) {
  (void)answer(server_, {"component", "put", "w", "--runtime", "worker"});
  (void)answer(server_, {"definition", "put", "w", "--component", "w"});
  const std::string id = run("w");
  const auto leased =
      parse_json(post("/resources/workers/lease",
                      R"({"definitions":["w"],"max":1,"waitMs":10000,"workerId":"a"})")
                     .body,
                 "");
  ASSERT_TRUE(leased);
  ASSERT_EQ(leased->at("jobs").as_array().size(), 1U);
  EXPECT_EQ(cancel(id, false).out, "asked to stop: " + id + "\n");
  EXPECT_EQ(shown(id, "status"), "running");
  EXPECT_EQ(shown(id, "cancelRequested"), "true");
  EXPECT_EQ(cancel(id, true).out, "cancelled: " + id + "\n");
  EXPECT_EQ(shown(id, "status"), "cancelled");
  // Whoever ran it hears that it is no longer theirs.
  const Response late =
      post("/resources/workers/complete",
           R"([{"token":")" + cell(leased->at("jobs").at(0), "token") + R"(","result":1}])");
  EXPECT_THAT(late.body, HasSubstr("TOKEN_STALE"));
  EXPECT_EQ(shown(id, "status"), "cancelled");
  const Ran again = cancel(id, true);
  EXPECT_EQ(again.code, 4);
  EXPECT_THAT(again.err, HasSubstr("JOB_ENDED"));
}

TEST_F(CancelE2e, AProgramThatDoesNotHearIsOverByForce) {
  const std::string deaf = directory_.write(
      "deaf.json",
      R"({"runtime":"exec","output":"none","command":["sh","-c","trap '' TERM; sleep 20"]})");
  (void)answer(server_, {"component", "put", "deaf", "--json", deaf});
  (void)answer(server_, {"definition", "put", "deaf", "--component", "deaf"});
  const std::string id = run("deaf");
  ASSERT_TRUE(comes_to_run(id));
  EXPECT_EQ(cancel(id, true).out, "cancelled: " + id + "\n");
  EXPECT_EQ(shown(id, "status"), "cancelled");
}

TEST_F(CancelE2e, APendingJobIsCancelledWithForceOrWithout) {
  (void)answer(server_, {"definition", "put", "d", "--component", "none"});
  for (const bool force : {false, true}) {
    const std::string id = run("d", "+1h");
    EXPECT_EQ(cancel(id, force).out, "cancelled: " + id + "\n");
    EXPECT_EQ(shown(id, "status"), "cancelled");
  }
}

}  // namespace
}  // namespace daybook::cli
