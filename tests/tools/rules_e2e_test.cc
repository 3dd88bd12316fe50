// The example of rules on the real program: applied, run, killed, started again.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class RulesE2e : public testing::Test {
 protected:
  std::size_t events(const ServerProcess& server, const std::string& type) {
    return answer(server, {"event", "list", "--type", type}).at("events").as_array().size();
  }
  // Until the condition holds: each look is a request to the server.
  static bool eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) {
        return false;
      }
      std::this_thread::yield();
    }
    return true;
  }

  const TempDirectory directory_;
  const std::string data_ = (directory_.path() / "data").string();
};

TEST_F(RulesE2e, TheExampleRunsItsChainOnceThoughTheServerIsKilled) {
  auto server = std::make_unique<ServerProcess>(data_);
  const std::string manifest = std::string(DAYBOOK_EXAMPLES) + "/rules/h_manifest.yaml";
  const Ran applied = ask(*server, {"apply", manifest});
  ASSERT_EQ(applied.code, 0) << applied.err;
  EXPECT_EQ(applied.err, "");
  EXPECT_THAT(applied.out, HasSubstr("created /resources/rules/pack-after-pick"));
  EXPECT_THAT(ask(*server, {"apply", manifest}).out,
              HasSubstr("unchanged /resources/rules/pack-after-pick"));
  ASSERT_EQ(ask(*server, {"job", "run", "pick", "--wait"}).code, 0);
  ASSERT_TRUE(eventually([&] { return events(*server, "RuleApplied") == 1; }));
  EXPECT_EQ(server->end(SIGKILL), 128 + SIGKILL);
  server = std::make_unique<ServerProcess>(data_);
  ASSERT_NE(server->address(), "");
  ASSERT_EQ(ask(*server, {"job", "run", "pick", "--wait"}).code, 0);
  ASSERT_TRUE(eventually([&] {
    return answer(*server, {"job", "list", "--definition", "pack", "--status", "completed"})
               .at("jobs")
               .as_array()
               .size() == 2;
  }));
  EXPECT_EQ(events(*server, "RuleApplied"), 2U);
  const auto jobs = answer(*server, {"job", "list", "--definition", "pack"});
  for (const auto& job : jobs.at("jobs").as_array()) {
    EXPECT_NE(cell(job, "parameters.pick"), "");
  }
  EXPECT_EQ(server->end(SIGTERM), 0);
  EXPECT_EQ(run_line({"replay", "--data-dir", data_, "--compare"}).code, 0);
  EXPECT_EQ(run_line({"replay", "rule", "--all", "--data-dir", data_}).out,
            "2 identical, 0 different, 0 not repeatable\n");
}

TEST_F(RulesE2e, AQueryOfARuleSeesTheEventThatItRunsFor) {
  const ServerProcess server(data_);
  std::ofstream(directory_.path() / "see.hrule")
      << "param input: OnJobCompleted\n"
         "let row = query jobs(status) filter $'jobId == {input.jobId}' first\n"
         "let seen = row match nothing |> 'no row' |> row.status\n"
         "from { effect = 'sendEmail', to = 'a@example.org', subject = seen, body = { plainText = "
         "'x' } }\n";
  answer(server, {"component", "put", "see.hrule", "--runtime", "reactor", "--code-file",
                  (directory_.path() / "see.hrule").string()});
  std::ofstream(directory_.path() / "one.hreactor") << "from 1\n";
  answer(server, {"component", "put", "one.hreactor", "--runtime", "reactor", "--code-file",
                  (directory_.path() / "one.hreactor").string()});
  answer(server, {"definition", "put", "one", "--component", "one.hreactor"});
  answer(server, {"rule", "put", "see", "--component", "see.hrule"});
  constexpr std::size_t kJobs = 30;
  for (std::size_t i = 0; i < kJobs; ++i) {
    answer(server, {"job", "run", "one"});
  }
  ASSERT_TRUE(eventually([&] { return events(server, "SendingCreated") == kJobs; }));
  const std::string sent = boost::json::serialize(
      answer(server, {"event", "list", "--type", "SendingCreated", "--limit", "100"}));
  std::size_t completed = 0;
  for (std::size_t at = 0; (at = sent.find(R"("subject":"completed")", at)) != sent.npos; ++at) {
    ++completed;
  }
  EXPECT_EQ(completed, kJobs) << sent;
}

// An untouched log repeats the same, whatever times its rules give.
TEST_F(RulesE2e, ReplayFindsTheSameTimesWhereverTheyLie) {
  ServerProcess server(data_);
  std::ofstream(directory_.path() / "times.hrule")
      << "param input: OnJobCompleted\n"
         "from [\n"
         "  { effect = 'scheduleJob', definition = 'later' },\n"
         "  { effect = 'scheduleJob', definition = 'later', at = now },\n"
         "  { effect = 'scheduleJob', definition = 'later', at = now - 1 days },\n"
         "  { effect = 'scheduleJob', definition = 'later', at = input.event.time + 1 days },\n"
         "  { effect = 'scheduleJob', definition = 'later', at = now + 1 hours }\n"
         "]\n";
  answer(server, {"component", "put", "times.hrule", "--runtime", "reactor", "--code-file",
                  (directory_.path() / "times.hrule").string()});
  std::ofstream(directory_.path() / "one.hreactor") << "from 1\n";
  answer(server, {"component", "put", "one.hreactor", "--runtime", "reactor", "--code-file",
                  (directory_.path() / "one.hreactor").string()});
  answer(server, {"definition", "put", "one", "--component", "one.hreactor"});
  answer(server, {"definition", "put", "later", "--component", "one.hreactor", "--paused"});
  answer(server, {"rule", "put", "times", "--component", "times.hrule"});
  ASSERT_EQ(ask(server, {"job", "run", "one", "--wait"}).code, 0);
  ASSERT_TRUE(eventually([&] { return events(server, "RuleApplied") == 1; }));
  EXPECT_EQ(answer(server, {"job", "list", "--definition", "later"}).at("jobs").as_array().size(),
            5U);
  EXPECT_EQ(server.end(SIGTERM), 0);
  EXPECT_EQ(run_line({"replay", "rule", "--all", "--data-dir", data_}).out,
            "1 identical, 0 different, 0 not repeatable\n");
}

TEST_F(RulesE2e, RulesAreReadAndWrittenFromTheCommandLine) {
  const ServerProcess server(data_);
  const auto put = answer(server, {"rule", "put", "r", "--component", "a.hrule", "--component",
                                   "b.hrule", "--parameters", R"({"n":1})"});
  EXPECT_EQ(boost::json::serialize(put.at("components")),
            R"([{"componentId":"a.hrule","parameters":{"n":1}},)"
            R"({"componentId":"b.hrule","parameters":{"n":1}}])");
  EXPECT_EQ(cell(answer(server, {"rule", "get", "r"}), "ruleId"), "r");
  EXPECT_EQ(answer(server, {"rule", "list"}).at("rules").as_array().size(), 1U);
  EXPECT_EQ(ask(server, {"rule", "put", "r", "--component", "a", "--parameters", "[]"}).code, 2);
  EXPECT_EQ(ask(server, {"rule", "delete", "r"}).code, 0);
  EXPECT_EQ(ask(server, {"rule", "get", "r"}).code, 3);
}

}  // namespace
}  // namespace daybook::cli
