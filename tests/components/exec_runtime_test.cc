#include "components/exec_runtime.h"

#include <sys/syscall.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/components.h"
#include "base/limits/resources.h"
#include "tests/components/support.h"

namespace daybook::components {
namespace {

using testing::HasSubstr;

class ExecRuntimeTest : public testing::Test {
 protected:
  ExecOptions options() const {
    ExecOptions out;
    out.grace = millis(50);
    out.temp_directory = directory_.make("tmp");
    out.data_directory = directory_.make("data");
    return out;
  }
  std::unique_ptr<ExecRuntime> open(ExecOptions given) {
    auto runtime = ExecRuntime::open(std::move(given), clock_);
    EXPECT_TRUE(runtime) << runtime.error().text();
    return std::move(*runtime);
  }
  static Order shell(const std::string& script) {
    return order(R"({"command":["sh","-c",")" + script + R"("]})");
  }

  TestDirectory directory_;
  SystemClock clock_;
};

TEST_F(ExecRuntimeTest, OutputIsTheResult) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, shell("echo '[1, 2]'"))), "completed [1, 2]");
  EXPECT_EQ(summary(run(*runtime, shell("true"))), "completed null");
}

TEST_F(ExecRuntimeTest, WhatIsNoJsonFailsForGoodAndIsShown) {
  auto runtime = open(options());
  const auto outcome = run(*runtime, shell("echo hello; echo warned >&2"));
  ASSERT_EQ(summary(outcome), "BAD_OUTPUT");
  EXPECT_FALSE(outcome.failure->retryable) << "the work is done";
  EXPECT_EQ(outcome.failure->details, R"({"exitCode":0,"stderr":"warned\n","stdout":"hello\n"})");
}

TEST_F(ExecRuntimeTest, EndsOfBothStreamsAreKeptOfWhatSucceeds) {
  auto runtime = open(options());
  EXPECT_EQ(run(*runtime, shell("echo 7; echo warned >&2")).output,
            R"({"stdout":"7\n","stderr":"warned\n"})");
  EXPECT_EQ(run(*runtime, shell("true")).output, "");
  const auto outcome = run(*runtime, shell("head -c 300000 /dev/zero >&2; echo end >&2"));
  ASSERT_EQ(summary(outcome), "completed null");
  EXPECT_THAT(outcome.output, testing::EndsWith(R"(\u0000end\n"})"));
  EXPECT_LE(outcome.output.size(), 2 * kOutputTailJsonBytes);
}

TEST_F(ExecRuntimeTest, TextIsTheResultUpToItsLimit) {
  auto runtime = open(options());
  const auto text = [&](const std::string& script) {
    return run(*runtime, order(R"({"command":["sh","-c",")" + script + R"("],"output":"text"})"));
  };
  EXPECT_EQ(summary(text("echo hello; echo '{'")), R"(completed "hello\n{\n")");
  EXPECT_EQ(summary(text("true")), R"(completed "")");
  EXPECT_EQ(summary(text("printf 'a\\\\377b'")),
            "completed \"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(summary(text("exit 3")), "EXIT_NONZERO");
  for (const char* script : {"head -c 3000000 /dev/zero | tr '\\\\000' x; echo end",
                             "head -c 1000000 /dev/zero; echo end"}) {
    const auto outcome = text(script);
    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_LE(outcome.result.size(), kResultBytesMax);
    EXPECT_GT(outcome.result.size(), kResultBytesMax - 16);
    EXPECT_THAT(outcome.output, HasSubstr(R"(end\n","stderr":"","truncated":true})"));
  }
}

TEST_F(ExecRuntimeTest, WholeCharactersOfATextAreKept) {
  auto runtime = open(options());
  // Characters of two bytes, so that the limit falls into one of them.
  const auto outcome =
      run(*runtime,
          order(R"({"command":["sh","-c","head -c 1200000 /dev/zero | sed 's/\\x00/\u00e9/g'"],)"
                R"("output":"text"})"));
  ASSERT_FALSE(outcome.failure) << outcome.failure->message;
  EXPECT_GT(outcome.result.size(), kResultBytesMax - 16);
  EXPECT_THAT(outcome.result, testing::EndsWith("\u00e9\""));
}

TEST_F(ExecRuntimeTest, WhatNobodyAskedForIsNoResult) {
  auto runtime = open(options());
  const auto outcome = run(
      *runtime,
      order(R"({"command":["sh","-c","head -c 3000000 /dev/zero; echo end"],"output":"none"})"));
  EXPECT_EQ(summary(outcome), "completed null");
  EXPECT_THAT(outcome.output, HasSubstr("end"));
}

TEST_F(ExecRuntimeTest, ProgramsWithoutATimeoutHaveTheServers) {
  auto given = options();
  given.timeout = millis(20);
  auto runtime = open(given);
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["sleep","100"]})"))), "TIMEOUT");
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["sleep","0.1"],"timeout":"1h"})"))),
            "completed null");
}

TEST_F(ExecRuntimeTest, OrderArrivesOnStdin) {
  auto runtime = open(options());
  auto given = order(R"({"command":["cat"]})", R"({"day":"2025-11-15"})");
  const auto expected = "completed {\"jobId\":\"" + given.job.text() +
                        R"(","jobDefinitionId":"nightly","attempt":2,"token":")" + given.token +
                        R"(","runAt":"1970-01-01T00:00:00Z","dueAt":"1970-01-01T00:00:00Z",)" +
                        R"("parameters":{"day":"2025-11-15"}})";
  EXPECT_EQ(summary(run(*runtime, std::move(given))), expected);
}

TEST_F(ExecRuntimeTest, EffectsAreTakenFromTheOutput) {
  auto runtime = open(options());
  const auto outcome =
      run(*runtime, shell(R"(echo '{\"result\":7,\"effects\":[{\"effect\":\"scheduleJob\",)"
                          R"(\"definition\":\"next\",\"after\":\"1h\"}]}')"));
  ASSERT_EQ(summary(outcome), "completed 7");
  ASSERT_EQ(outcome.effects.size(), 1U);
  const auto& effect = std::get<ScheduleJobEffect>(outcome.effects[0]);
  EXPECT_EQ(effect.definition, "next");
  EXPECT_EQ(effect.after, hours(1));
}

TEST_F(ExecRuntimeTest, NonZeroExitKeepsTheEndOfStderr) {
  auto runtime = open(options());
  const auto outcome = run(*runtime, shell("echo out; echo 'it broke' >&2; exit 3"));
  ASSERT_EQ(summary(outcome), "EXIT_NONZERO");
  EXPECT_EQ(outcome.failure->details, R"({"exitCode":3,"stderr":"it broke\n","stdout":"out\n"})");
  EXPECT_TRUE(outcome.failure->retryable);
}

TEST_F(ExecRuntimeTest, WhatCannotBeStartedIsNamed) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["no-such-program-here"]})"))),
            "COMMAND_NOT_FOUND");
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["/no/such/program"]})"))),
            "COMMAND_NOT_FOUND");
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["/etc/passwd"]})"))),
            "COMMAND_NOT_EXECUTABLE");
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["true"],"workingDirectory":"/no/such"})"))),
            "WORKING_DIRECTORY");
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":[]})"))), "BAD_SPEC");
}

TEST_F(ExecRuntimeTest, ScriptWithoutInterpreterIsNotGivenToAShell) {
  auto runtime = open(options());
  const auto script = directory_.path() / "script";
  std::ofstream(script) << "echo 1\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":[")" + script.string() + R"("]})"))),
            "COMMAND_NOT_EXECUTABLE");
}

TEST_F(ExecRuntimeTest, ArgumentsAreNotReadByAShell) {
  auto runtime = open(options());
  EXPECT_EQ(summary(run(*runtime, order(R"({"command":["echo","\"$HOME;`id`\""]})"))),
            "completed \"$HOME;`id`\"");
}

TEST_F(ExecRuntimeTest, PrivateDirectoryIsFreshAndRemoved) {
  auto runtime = open(options());
  const auto first = run(*runtime, shell("touch a && printf '\\\"%s\\\"' $PWD"));
  const auto second = run(*runtime, shell("ls | wc -l"));
  ASSERT_THAT(summary(first), HasSubstr("daybook-tmp-"));
  EXPECT_EQ(summary(second), "completed 0");
  runtime.reset();
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path() / "tmp"));
}

TEST_F(ExecRuntimeTest, DirectoriesOfADeadServerAreRemovedAtStart) {
  const auto abandoned = directory_.make("tmp/daybook-tmp-1-0/7");
  std::ofstream(abandoned / "file") << "x";
  auto runtime = open(options());
  EXPECT_FALSE(std::filesystem::exists(abandoned.parent_path()));
  auto second = open([&] {
    auto out = options();
    out.adopt_orphans = false;
    return out;
  }());
  EXPECT_EQ(summary(run(*runtime, shell("pwd >/dev/null"))), "completed null");
}

TEST_F(ExecRuntimeTest, WorkingDirectoryOfTheSpecIsUsed) {
  auto runtime = open(options());
  EXPECT_EQ(
      summary(run(
          *runtime,
          order(R"({"command":["sh","-c","printf '\"%s\"' $PWD"],"workingDirectory":"/usr"})"))),
      "completed \"/usr\"");
}

TEST_F(ExecRuntimeTest, TimeoutOfTheSpecEndsTheChild) {
  auto runtime = open(options());
  const auto outcome = run(*runtime, order(R"({"command":["sleep","100"],"timeout":"20ms"})"));
  ASSERT_EQ(summary(outcome), "TIMEOUT");
  EXPECT_THAT(outcome.failure->details, HasSubstr("\"signal\":15"));
}

TEST_F(ExecRuntimeTest, TimeoutOfTheAttemptEndsTheChild) {
  auto runtime = open(options());
  auto given = order(R"({"command":["sleep","100"],"timeout":"1h"})");
  given.deadline = clock_.steady() + millis(20);
  EXPECT_EQ(summary(run(*runtime, std::move(given))), "TIMEOUT");
}

TEST_F(ExecRuntimeTest, OutcomeSaysWhetherAStopOfTheServerMayHaveEndedTheProgram) {
  using Ending = RunOutcome::Ending;
  auto runtime = open(options());
  const auto ending = [&](const std::string& text) { return run(*runtime, shell(text)).ending; };
  for (const char* signal : {"TERM", "INT", "HUP", "KILL"}) {
    EXPECT_EQ(ending("kill -" + std::string(signal) + " $$"), Ending::kSignalled) << signal;
  }
  EXPECT_EQ(ending("exit 143"), Ending::kSignalled);
  EXPECT_EQ(ending("kill -USR1 $$"), Ending::kOwn);
  EXPECT_EQ(ending("exit 3"), Ending::kFailed);
  EXPECT_EQ(ending("exit 0"), Ending::kOwn);
  EXPECT_EQ(ending("echo {"), Ending::kOwn);
  EXPECT_EQ(run(*runtime, order(R"({"command":["sleep","100"],"timeout":"20ms"})")).ending,
            Ending::kOwn);
}

TEST_F(ExecRuntimeTest, StopCancelsTheRunOnce) {
  auto runtime = open(options());
  auto started = start(*runtime, order(R"({"command":["sleep","100"]})"));
  started.run->stop();
  started.run->stop();
  EXPECT_EQ(summary(started.wait()), "cancelled");
  started.run->stop();
}

TEST_F(ExecRuntimeTest, WaitingOrderCanBeStopped) {
  auto few = options();
  few.slots = 1;
  auto runtime = open(few);
  auto first = start(*runtime, order(R"({"command":["sleep","100"]})"));
  auto second = start(*runtime, order(R"({"command":["sleep","100"]})"));
  second.run->stop();
  EXPECT_EQ(summary(second.wait()), "cancelled");
  first.run->stop();
  EXPECT_EQ(summary(first.wait()), "cancelled");
}

TEST_F(ExecRuntimeTest, OrdersBeyondTheLimitAreRefused) {
  auto few = options();
  few.slots = 1;
  auto runtime = open(few);
  std::vector<Started> runs;
  // The first may be running already, so one more than the limit makes sure that the limit is
  // reached.
  for (std::size_t i = 0; i < kOrdersWaitingMax + 3; ++i) {
    runs.push_back(start(*runtime, order(R"({"command":["sleep","100"]})")));
  }
  EXPECT_EQ(summary(runs.back().wait()), "RUNTIME_BUSY");
  runs.pop_back();
  runtime->shutdown();
  EXPECT_EQ(summary(runs.front().wait()), "SERVER_STOPPED");
}

TEST_F(ExecRuntimeTest, ShutdownKillsAndReportsEveryRun) {
  auto runtime = open(options());
  std::vector<Started> runs;
  for (int i = 0; i < 8; ++i) {
    runs.push_back(start(*runtime, order(R"({"command":[")" HOSTILE_CHILD R"(","ignore-term"]})")));
  }
  runtime->shutdown();
  for (auto& one : runs) {
    EXPECT_EQ(summary(one.wait()), "SERVER_STOPPED");
  }
  EXPECT_EQ(summary(run(*runtime, shell("true"))), "SERVER_STOPPED");
}

TEST_F(ExecRuntimeTest, HandleMayOutliveTheRuntime) {
  auto runtime = open(options());
  auto started = start(*runtime, shell("true"));
  runtime.reset();
  started.run->stop();
}

TEST_F(ExecRuntimeTest, ManyRunsLeaveNothingBehind) {
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = descriptors();
  auto runtime = open(options());
  std::vector<Started> runs;
  for (int i = 0; i < 300; ++i) {
    runs.push_back(start(*runtime, order(R"({"command":["true"]})")));
  }
  for (auto& one : runs) {
    EXPECT_EQ(summary(one.wait()), "completed null");
  }
  runs.clear();  // a handle keeps the way to its runtime
  runtime.reset();
  EXPECT_EQ(descriptors(), before);
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path() / "tmp"));
}

}  // namespace
}  // namespace daybook::components
