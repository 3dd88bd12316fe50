#include "tests/dispatch/core_rig.h"

namespace daybook::dispatch {
namespace {

class CoreRecovery : public CoreRig {
 protected:
  // Another process takes over the log.
  void restart(CoreOptions options = {4, 4}) {
    engine.restart();
    scheduler::StartServer command;
    command.version = "1";
    begin(options);
    engine.ok<scheduler::Done>(command);
    launched.clear();
    commands.clear();
  }
};

TEST_F(CoreRecovery, PendingJobsGoOn) {
  exec_definition();
  engine.create("d");
  engine.create("d", kStart + seconds(60));
  restart();
  settle();
  EXPECT_EQ(launched.size(), 1U);
  EXPECT_EQ(core->idle(now()), seconds(60));
}

TEST_F(CoreRecovery, AttemptsOfTheOldServerAreGivenUpOnce) {
  exec_component();
  auto put = scheduler::Engine::settings("d");
  put.retry.max_attempts = 2;
  engine.definition(put);
  const JobId job = engine.create("d");
  settle();
  ASSERT_EQ(status(job), "running");
  restart();
  settle();
  EXPECT_EQ(status(job), "running");
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(std::get<scheduler::ExpireLease>(commands[0]).cause, events::ExpiryCause::kRestart);
  ASSERT_EQ(launched.size(), 1U);
  EXPECT_EQ(launched[0].attempt, Attempt{2});
}

TEST_F(CoreRecovery, LeasesOfWorkersGoOn) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto polled = poll({"d"});
  settle();
  restart();
  settle();
  EXPECT_EQ(status(job), "running");
  EXPECT_EQ(core->idle(now()), seconds(10));
  engine.ok<scheduler::ReportOutcome>(scheduler::Engine::completion(polled->jobs.at(0).token));
  advance(seconds(10));
  settle();
  EXPECT_EQ(core->idle(now()), std::nullopt);
  EXPECT_TRUE(commands.empty());
}

TEST_F(CoreRecovery, LeaseThatWouldHaveEndedMeanwhileGetsTheTimeBack) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  poll({"d"});
  settle();
  advance(hours(1));
  restart();
  settle();
  EXPECT_EQ(status(job), "running");
  EXPECT_EQ(core->idle(now()), seconds(10));
  advance(seconds(10));
  settle();
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreRecovery, TimeInWhichNothingRanIsGivenBackBeforeAnythingIsGivenUp) {
  worker_definition("d");
  const JobId job = engine.create("d");
  fold();
  const auto polled = poll({"d"});
  settle();
  commands.clear();
  advance(seconds(30));
  core->note_away(seconds(30));
  settle();
  ASSERT_FALSE(commands.empty());
  EXPECT_EQ(std::get<scheduler::NoteClock>(commands[0]).away, seconds(30));
  EXPECT_EQ(status(job), "running");
  EXPECT_EQ(engine.ok<scheduler::LeaseOutcome>(scheduler::ExtendLease{polled->jobs.at(0).token, {}})
                .lease_until,
            engine.now + seconds(10));
  advance(seconds(10));
  settle();
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreRecovery, NobodyIsToldOfAnAbsenceThatNobodyNoticed) {
  exec_definition();
  settle();
  commands.clear();
  core->note_away(seconds(30));
  settle();
  EXPECT_TRUE(commands.empty());
}

TEST_F(CoreRecovery, TheAnswerToANotedAbsenceIsNotThatToANotedClock) {
  worker_definition("d");
  engine.create("d");
  fold();
  poll({"d"});
  settle();
  advance(seconds(5));
  core->note_away(seconds(5));
  EXPECT_TRUE(core->note_clock());
  decide();
  ASSERT_EQ(unanswered.size(), 2U);
  auto away = std::move(unanswered.front());
  unanswered.pop_front();
  core->on_replies(away.tag, std::move(away.replies), now());
  EXPECT_FALSE(core->note_clock());
  answer();
  EXPECT_TRUE(core->note_clock());
}

TEST_F(CoreRecovery, LimitsCountWhatRanBefore) {
  worker_definition("d", 1);
  engine.create("d");
  engine.create("d");
  fold();
  poll({"d"});
  settle();
  restart();
  const auto polled = poll({"d"});
  settle();
  EXPECT_FALSE(polled->answered);
  EXPECT_EQ(core->queue("d", engine.now).hold, projections::Hold::kConcurrency);
}

TEST_F(CoreRecovery, JobsOfADeletedDefinitionFail) {
  exec_definition();
  const JobId job = engine.create("d");
  engine.ok<scheduler::DefinitionOutcome>(scheduler::DeleteDefinition{"d"});
  restart();
  settle();
  EXPECT_EQ(status(job), "ended");
  EXPECT_TRUE(launched.empty());
}

TEST_F(CoreRecovery, CancelRequestedBeforeTheRestartEndsTheJob) {
  exec_component();
  auto put = scheduler::Engine::settings("d");
  put.retry.max_attempts = 5;
  engine.definition(put);
  const JobId job = engine.create("d");
  settle();
  engine.ok<scheduler::CancelOutcome>(scheduler::RequestCancel{job});
  restart();
  settle();
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreRecovery, NothingIsGivenUpBeforeTheNewStartStandsInTheLog) {
  exec_definition();
  const JobId job = engine.create("d");
  settle();
  engine.restart();
  begin({4, 4});
  commands.clear();
  settle();
  EXPECT_EQ(status(job), "running");
  EXPECT_TRUE(commands.empty());
  scheduler::StartServer command;
  command.version = "1";
  engine.ok<scheduler::Done>(command);
  settle();
  ASSERT_FALSE(commands.empty());
  EXPECT_TRUE(std::holds_alternative<scheduler::ExpireLease>(commands.front()));
  EXPECT_EQ(status(job), "running");  // again: the server ended its attempt, not the job
}

}  // namespace
}  // namespace daybook::dispatch
