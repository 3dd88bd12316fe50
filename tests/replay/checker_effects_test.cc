// What the checker says of effects that are left out, and of those of a failure.
#include <algorithm>

#include <gtest/gtest.h>

#include "replay/checker.h"
#include "tests/scheduler/engine.h"

namespace daybook::replay {
namespace {

using scheduler::Engine;
using scheduler::Names;
using scheduler::PutDefinition;
using scheduler::ReportAttempt;
using scheduler::ReportOutcome;
using scheduler::ScheduleEffect;

class CheckerEffects : public testing::Test {
 protected:
  void SetUp() override {
    scheduler::StartServer start;
    start.version = "1";
    engine.ok<scheduler::Done>(start);
    engine.component("c");
    PutDefinition put = Engine::settings("d");
    put.on_failure =
        R"([{"effect":"scheduleJob","definition":"gone"},)"
        R"({"effect":"scheduleJob","definition":"d","after":"1d","uniqueKey":"chain"},)"
        R"({"effect":"httpPost","url":"https://a.example/","body":"${jobId}"}])";
    put.retry.max_attempts = 2;
    engine.definition(put);
  }
  static ScheduleEffect chain() {
    ScheduleEffect out;
    out.job.definition = "d";
    out.job.unique_key = "chain";
    out.after = hours(24);
    return out;
  }
  void complete(JobId job) {
    ReportAttempt report = Engine::completion(engine.start(job).token);
    ScheduleEffect plain = chain();
    plain.job.unique_key.clear();
    report.effects = {chain(), chain(), plain};
    engine.ok<ReportOutcome>(report);
  }
  void expect_sound() {
    const auto report = check_log(engine.log);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->sound()) << report->text();
  }

  Engine engine;
};

TEST_F(CheckerEffects, ThoseThatAreLeftOutAreCounted) {
  complete(engine.create("d"));
  complete(engine.create("d"));  // its key is held by now: two of three are left out
  expect_sound();
}

TEST_F(CheckerEffects, AFailureMayHaveSome) {
  const JobId job = engine.create("d");
  engine.ok<ReportOutcome>(Engine::failure(engine.start(job).token));
  engine.now = engine.now + hours(1);
  engine.ok<ReportOutcome>(Engine::failure(engine.start(job).token));
  EXPECT_EQ(engine.written, (Names{"JobFailed", "JobCreated", "SendingCreated"}));
  expect_sound();
}

}  // namespace
}  // namespace daybook::replay
