// A job that a run or a rule asks for is checked as one that is created over HTTP: what its
// component refuses is refused there, with the whole batch.
#include <signal.h>

#include <chrono>
#include <fstream>
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

constexpr const char* kNext = "param day: instant\nparam count: number = 1\nfrom count\n";

class EffectsE2e : public testing::Test {
 protected:
  // `parameters` of the job that the run of "first" asks for, after a mail.
  Ran run_first(const std::string& parameters, bool next_exists = true) {
    std::string manifest;
    const auto add = [&](const std::string& id, const std::string& code) {
      std::ofstream(directory_.path() / (id + ".hreactor")) << code;
      manifest += "uri: /resources/components/" + id + ".hreactor\nspec:\n  codeFile: " + id +
                  ".hreactor\n---\nuri: /resources/job-definitions/" + id +
                  "\nspec:\n  componentId: " + id + ".hreactor\n---\n";
    };
    add("first",
        "from { effect = 'sendEmail', to = 'a@example.org', subject = 's', body = { plainText = "
        "'b' "
        "} }\n"
        "from { effect = 'scheduleJob', definition = 'next', at = now addHours 1, parameters = " +
            parameters + " }\n");
    if (next_exists) {
      add("next", kNext);
    }
    const auto path = (directory_.path() / "h_manifest.yaml").string();
    std::ofstream(path) << manifest;
    const Ran applied = ask(server_, {"apply", path});
    EXPECT_EQ(applied.code, 0) << applied.out << applied.err;
    return ask(server_, {"job", "run", "first", "--wait", "--timeout", "30s"});
  }
  std::size_t count(const std::string& type) {
    return answer(server_, {"event", "list", "--type", type}).at("events").as_array().size();
  }

  const TempDirectory directory_;
  const std::string data_ = (directory_.path() / "data").string();
  ServerProcess server_{data_};
};

TEST_F(EffectsE2e, AJobWithTheParametersOfItsComponentIsScheduled) {
  EXPECT_EQ(run_first("{ day = now, count = 2 }").code, 0);
  EXPECT_EQ(count("JobCreated"), 2U);
  EXPECT_EQ(count("SendingCreated"), 1U);
}

TEST_F(EffectsE2e, AJobWithOthersIsRefusedWithItsBatch) {
  const struct {
    const char* parameters;
    const char* message;
  } kCases[] = {
      {"{ count = 2 }", "effects[1].parameters.day"},
      {"{ day = now, count = 'two' }", "effects[1].parameters.count"},
      {"{ day = now, colour = 'red' }", "effects[1].parameters.colour"},
  };
  for (const auto& [parameters, message] : kCases) {
    const Ran ran = run_first(parameters);
    EXPECT_NE(ran.code, 0) << parameters;
    const auto job = parse_json(ran.out, "");
    ASSERT_TRUE(job) << ran.out << ran.err;
    EXPECT_EQ(cell(*job, "status"), "failed");
    EXPECT_EQ(cell(*job, "error.code"), "EFFECT_REFUSED");
    EXPECT_THAT(cell(*job, "error.message"), HasSubstr(message));
    EXPECT_THAT(cell(*job, "error.message"), HasSubstr("next: "));
    const auto& details = job->at("error").at("details");
    EXPECT_EQ(cell(details, "field"), message);
    EXPECT_EQ(cell(details, "source"), "first.hreactor");
    EXPECT_EQ(cell(details, "line"), "2");
    EXPECT_THAT(cell(details, "snippet"), HasSubstr("scheduleJob"));
  }
  EXPECT_EQ(count("SendingCreated"), 0U);
  EXPECT_EQ(count("JobCreated"), std::size(kCases));
  // The refusal is the server's word, not the component's: such a run says nothing by itself.
  EXPECT_EQ(server_.end(SIGTERM), 0);
  EXPECT_THAT(run_line({"replay", "job", "--all", "--data-dir", data_}).out,
              HasSubstr("3 not repeatable: it ended by the outside: EFFECT_REFUSED\n"
                        "0 identical, 0 different, 3 not repeatable\n"));
}

TEST_F(EffectsE2e, AJobThatNeverRanSaysSo) {
  ASSERT_EQ(run_first("{ day = now }").code, 0);
  const auto job = answer(
      server_, {"job", "run", "next", "--run-at", "+1h", "--param", "day=2026-01-01T00:00:00Z"});
  EXPECT_EQ(server_.end(SIGTERM), 0);
  EXPECT_EQ(run_line({"replay", "job", cell(job, "jobId"), "--data-dir", data_}).out,
            "no run of this job has ended\n0 identical, 0 different, 0 not repeatable\n");
  EXPECT_EQ(run_line({"replay", "rule", "--all", "--data-dir", data_}).out,
            "nothing came of any run of a rule\n0 identical, 0 different, 0 not repeatable\n");
}

TEST_F(EffectsE2e, AWorkersJobFailsAndTheOtherItemsOfItsReportCount) {
  ASSERT_EQ(run_first("{ day = now }").code, 0);
  answer(server_, {"component", "put", "w", "--runtime", "worker"});
  answer(server_, {"definition", "put", "w", "--component", "w"});
  answer(server_, {"job", "run", "w"});
  answer(server_, {"job", "run", "w"});
  ClientOptions options;
  options.server = server_.address();
  auto client = Client::connect_to(std::move(options));
  ASSERT_TRUE(client);
  const auto post = [&](const std::string& path, const std::string& body) {
    return client->send("POST", path, body).value_or(Response{});
  };
  const auto leased =
      parse_json(post("/resources/workers/lease",
                      R"({"definitions":["w"],"max":2,"waitMs":10000,"workerId":"a"})")
                     .body,
                 "");
  ASSERT_TRUE(leased);
  ASSERT_EQ(leased->at("jobs").as_array().size(), 2U);
  const auto item = [&](std::size_t i, const std::string& day) {
    return R"({"token":")" + cell(leased->at("jobs").at(i), "token") +
           R"(","result":1,"effects":[{"effect":"scheduleJob","definition":"next",)" +
           R"("parameters":{"day":)" + day + "}}]}";
  };
  const Response reported =
      post("/resources/workers/complete",
           "[" + item(0, "true") + "," + item(1, "\"2030-01-01T00:00:00Z\"") + "]");
  EXPECT_EQ(reported.status, 200) << reported.body;
  const auto get = [&](std::size_t i) {
    return answer(server_, {"job", "get", cell(leased->at("jobs").at(i), "jobId")});
  };
  EXPECT_EQ(cell(get(0), "error.code"), "EFFECT_REFUSED");
  EXPECT_THAT(cell(get(0), "error.message"), HasSubstr("effects[0].parameters.day"));
  EXPECT_EQ(cell(get(1), "status"), "completed");
}

TEST_F(EffectsE2e, ARuleIsHeldToTheSame) {
  ASSERT_EQ(run_first("{ day = now }").code, 0);
  std::ofstream(directory_.path() / "then.hrule") << "param input: OnJobCompleted\nfrom { effect = "
                                                     "'scheduleJob', definition = 'next', at = now "
                                                     "addHours 1, parameters = { count = 1 } }\n";
  answer(server_, {"component", "put", "then.hrule", "--runtime", "reactor", "--code-file",
                   (directory_.path() / "then.hrule").string()});
  answer(server_, {"rule", "put", "r", "--component", "then.hrule"});
  ASSERT_EQ(ask(server_, {"job", "run", "first", "--wait"}).code, 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (count("RuleApplied") == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  const auto events = answer(server_, {"event", "list", "--type", "RuleApplied"}).at("events");
  ASSERT_EQ(events.as_array().size(), 1U);
  EXPECT_THAT(boost::json::serialize(events),
              testing::AllOf(HasSubstr("EFFECT_REFUSED"), HasSubstr("effects[0].parameters.day")));
}

TEST_F(EffectsE2e, ARuleThatCouldNeverRunIsRefused) {
  ASSERT_EQ(run_first("{ day = now }").code, 0);
  const auto put = [&](const std::string& id, const std::string& code) {
    std::ofstream(directory_.path() / id) << code;
    answer(server_, {"component", "put", id, "--runtime", "reactor", "--code-file",
                     (directory_.path() / id).string()});
  };
  put("a.hrule", "param input: OnJobCompleted\nparam delay: minutes\nfrom nothing\n");
  put("b.hrule", "param input: OnJobCompleted | nothing\nfrom nothing\n");
  const struct {
    const char* component;
    const char* parameters;
    const char* field;
  } kCases[] = {
      {"a.hrule", "{}", "components[0].parameters.delay"},
      {"a.hrule", R"({"delay":"soon"})", "components[0].parameters.delay"},
      {"a.hrule", R"({"delay":"5 minutes","more":1})", "components[0].parameters.more"},
      {"a.hrule", R"({"delay":"5 minutes","input":{}})", "components[0].parameters.input"},
      {"b.hrule", "{}", "components[0].componentId"},
  };
  for (const auto& [component, parameters, field] : kCases) {
    const Ran ran =
        ask(server_, {"rule", "put", "r", "--component", component, "--parameters", parameters});
    EXPECT_NE(ran.code, 0) << parameters;
    EXPECT_THAT(ran.err, HasSubstr(field));
  }
  answer(server_, {"rule", "put", "r", "--component", "a.hrule", "--parameters",
                   R"({"delay":"5 minutes"})"});
}

}  // namespace
}  // namespace daybook::cli
