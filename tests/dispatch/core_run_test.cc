#include <algorithm>

#include "base/limits/dispatch.h"
#include "base/limits/resources.h"
#include "tests/dispatch/core_rig.h"

namespace daybook::dispatch {
namespace {

using projections::Hold;

class CoreRun : public CoreRig {};

TEST_F(CoreRun, DueJobIsLaunchedOnceItsStartIsAnswered) {
  exec_definition();
  const JobId job = engine.create("d");
  decide();
  EXPECT_TRUE(launched.empty());
  answer();
  settle();
  ASSERT_EQ(launched.size(), 1U);
  EXPECT_EQ(launched[0].job, job);
  EXPECT_EQ(launched[0].attempt, Attempt{1});
  EXPECT_EQ(status(job), "running");
  EXPECT_EQ(core->metrics(engine.now).exec_running, 1U);
}

TEST_F(CoreRun, JobWaitsForItsTime) {
  exec_definition();
  engine.create("d", kStart + seconds(60));
  settle();
  EXPECT_TRUE(launched.empty());
  EXPECT_EQ(core->idle(now()), seconds(60));
  EXPECT_EQ(core->metrics(engine.now).waiting, 1U);
  advance(seconds(60));
  settle();
  EXPECT_EQ(launched.size(), 1U);
  EXPECT_EQ(core->metrics(engine.now).waiting, 0U);
  EXPECT_EQ(core->metrics(engine.now).running, 1U);
  EXPECT_EQ(core->idle(now()), std::nullopt);
}

TEST_F(CoreRun, OutcomeIsReportedAndTheSlotIsFree) {
  begin({1, 0});
  exec_definition();
  const JobId first = engine.create("d");
  const JobId second = engine.create("d");
  settle();
  ASSERT_EQ(launched.size(), 1U);
  EXPECT_EQ(core->queue("d", engine.now).hold, Hold::kCapacity);
  give_outcome(launched[0], completed("{\"n\":1}"));
  settle();
  EXPECT_EQ(status(first), "ended");
  ASSERT_EQ(launched.size(), 2U);
  EXPECT_EQ(launched[1].job, second);
}

TEST_F(CoreRun, HungRunsOfOneDefinitionLeaveASlotToOthers) {
  begin({4, 0});
  exec_definition();
  engine.definition("e", "c");
  for (int i = 0; i < 6; ++i) {
    engine.create("d");
  }
  settle();
  EXPECT_EQ(launched.size(), 3U);
  const JobId other = engine.create("e");
  settle();
  ASSERT_EQ(launched.size(), 4U);
  EXPECT_EQ(launched.back().job, other);
}

TEST_F(CoreRun, SlotsOfEachRuntimeAreTheirOwn) {
  begin({1, 1});
  exec_definition("d");
  engine.component("h", events::Runtime::kHttp);
  engine.definition("e", "h");
  for (int i = 0; i < 3; ++i) {
    engine.create("d");
    engine.create("e");
  }
  settle();
  EXPECT_EQ(launched.size(), 2U);
  EXPECT_EQ(core->metrics(engine.now).exec_running, 1U);
  EXPECT_EQ(core->metrics(engine.now).http_running, 1U);
}

TEST_F(CoreRun, JobsWaitWhenTheServerRunsNothing) {
  begin({0, 0});
  exec_definition();
  const JobId job = engine.create("d");
  settle();
  EXPECT_EQ(status(job), "pending");
  EXPECT_TRUE(commands.empty());
}

TEST_F(CoreRun, JobWithoutAComponentFailsAndTakesNoSlot) {
  begin({1, 0});
  engine.definition("d", "nowhere");
  const JobId job = engine.create("d");
  settle();
  EXPECT_EQ(status(job), "ended");
  EXPECT_TRUE(launched.empty());
  EXPECT_EQ(core->metrics(engine.now).exec_running, 0U);
}

TEST_F(CoreRun, FailedAttemptIsTriedAgainAfterItsBackoff) {
  exec_component();
  auto put = scheduler::Engine::settings("d");
  put.retry.max_attempts = 2;
  put.retry.jitter_milli = 0;
  engine.definition(put);
  const JobId job = engine.create("d");
  settle();
  give_outcome(launched.at(0), failed("EXIT_NONZERO"));
  settle();
  EXPECT_EQ(status(job), "pending");
  EXPECT_EQ(core->idle(now()), put.retry.initial);
  advance(put.retry.initial);
  settle();
  ASSERT_EQ(launched.size(), 2U);
  EXPECT_EQ(launched[1].attempt, Attempt{2});
  give_outcome(launched[1], failed("EXIT_NONZERO"));
  settle();
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreRun, EffectsOfAnOutcomeBecomeJobs) {
  exec_definition();
  engine.create("d");
  settle();
  auto outcome = completed();
  components::ScheduleJobEffect effect;
  effect.definition = "d";
  effect.parameters = "{}";
  effect.after = hours(1);
  outcome.effects.push_back(effect);
  give_outcome(launched.at(0), std::move(outcome));
  settle();
  EXPECT_EQ(engine.state.pending_count(), 1U);
  EXPECT_EQ(core->idle(now()), hours(1));
}

TEST_F(CoreRun, CancelRequestStopsTheRun) {
  exec_definition();
  const JobId job = engine.create("d");
  settle();
  engine.ok<scheduler::CancelOutcome>(scheduler::RequestCancel{job});
  settle();
  ASSERT_EQ(stopped.size(), 1U);
  EXPECT_EQ(stopped[0], launched.at(0).token.started);
  components::RunOutcome outcome;
  outcome.cancelled = true;
  give_outcome(launched[0], outcome);
  settle();
  EXPECT_EQ(status(job), "ended");
  EXPECT_EQ(engine.written, scheduler::Names{"JobCancelled"});
}

TEST_F(CoreRun, CancelRequestBeforeTheLaunchPreventsIt) {
  exec_definition();
  const JobId job = engine.create("d");
  decide();
  engine.ok<scheduler::CancelOutcome>(scheduler::RequestCancel{job});
  answer();
  settle();
  EXPECT_TRUE(launched.empty());
  EXPECT_EQ(status(job), "ended");
  EXPECT_EQ(core->metrics(engine.now).exec_running, 0U);
}

TEST_F(CoreRun, CancelOfAnOfferedJobWins) {
  exec_definition();
  const JobId job = engine.create("d");
  fold();
  core->step(now());
  auto actions = core->take_actions();
  engine.ok<scheduler::CancelOutcome>(scheduler::CancelJob{job});
  ASSERT_EQ(actions.submits.size(), 1U);
  const auto outcome = engine.run(actions.submits[0].commands.at(0));
  ASSERT_FALSE(outcome);
  fold();
  core->on_replies(actions.submits[0].tag, {tl::unexpected<Error>(outcome.error())}, now());
  settle();
  EXPECT_TRUE(launched.empty());
  EXPECT_EQ(core->metrics(engine.now).exec_running, 0U);
  EXPECT_EQ(core->metrics(engine.now).start_refused, 1U);
}

TEST_F(CoreRun, ReportWithAnOldTokenIsDropped) {
  exec_definition();
  const JobId job = engine.create("d");
  settle();
  engine.ok<scheduler::ReportOutcome>(scheduler::Engine::completion(launched.at(0).token, 77));
  settle();
  EXPECT_EQ(stopped.size(), 1U);  // what it still does is for nothing
  give_outcome(launched[0], failed("EXIT_NONZERO"));
  settle();
  EXPECT_EQ(status(job), "ended");
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("TOKEN_STALE"), std::string::npos);
}

TEST_F(CoreRun, RunThatPassesItsTimeoutForLongIsGivenUp) {
  exec_component();
  auto put = scheduler::Engine::settings("d");
  put.timeout = seconds(30);
  engine.definition(put);
  const JobId job = engine.create("d");
  settle();
  advance(seconds(31));
  settle();
  EXPECT_EQ(status(job), "running");  // its runtime ends it
  advance(seconds(15));
  settle();
  EXPECT_EQ(status(job), "ended");
  EXPECT_EQ(stopped.at(0), launched.at(0).token.started);
  EXPECT_EQ(core->metrics(engine.now).expired, 1U);
}

TEST_F(CoreRun, RunHasUntilItsTimeoutOnTheSteadyClock) {
  exec_definition();
  auto put = scheduler::Engine::settings("t");
  put.timeout = seconds(30);
  engine.definition(put);
  engine.create("d");
  engine.create("t");
  settle();
  ASSERT_EQ(deadlines.size(), 2U);
  EXPECT_EQ(std::count(deadlines.begin(), deadlines.end(), std::nullopt), 1);
  EXPECT_EQ(
      std::count(deadlines.begin(), deadlines.end(), std::optional(now().steady + seconds(30))), 1);
}

TEST_F(CoreRun, UnforeseenRefusalHoldsProposalsForAMoment) {
  exec_definition();
  const JobId job = engine.create("d", kStart + seconds(1));
  // The sequencer's clock is behind ours.
  const Now ahead{kStart + seconds(2), Micros{0}};
  fold();
  core->step(ahead);
  auto actions = core->take_actions();
  ASSERT_EQ(actions.submits.size(), 1U);
  const auto outcome = engine.run(actions.submits[0].commands.at(0));
  ASSERT_EQ(outcome.error().reason, "JOB_NOT_DUE");
  core->on_replies(actions.submits[0].tag, {tl::unexpected<Error>(outcome.error())}, ahead);
  core->step(ahead);
  EXPECT_TRUE(core->take_actions().submits.empty());
  const auto idle = core->idle(ahead);
  ASSERT_TRUE(idle);
  EXPECT_GT(*idle, Duration{0});
  advance(seconds(2));
  settle();
  EXPECT_EQ(status(job), "running");
}

TEST_F(CoreRun, ProposalsInFlightAreBounded) {
  engine.definition("d", "nowhere");
  for (std::size_t i = 0; i < 5 * kFailuresInFlightMax; ++i) {
    engine.create("d");
  }
  decide();
  ASSERT_EQ(unanswered.size(), 1U);
  EXPECT_EQ(unanswered.front().replies.size(), kFailuresInFlightMax);
  EXPECT_EQ(core->idle(now()), std::nullopt);
  settle();
  EXPECT_EQ(engine.state.pending_count(), 0U);
}

TEST_F(CoreRun, LargeReportsGoInSeveralRequests) {
  begin({9, 0});
  exec_definition();
  for (int i = 0; i < 8; ++i) {
    engine.create("d");
  }
  settle();
  ASSERT_EQ(launched.size(), 8U);
  const std::string big = "\"" + std::string(kResultBytesMax - 2, 'x') + "\"";
  for (const auto& job : launched) {
    give_outcome(job, completed(big));
  }
  decide();
  EXPECT_EQ(unanswered.size(), 2U);  // four of one MiB in each
  settle();
  EXPECT_EQ(engine.state.running_count(), 0U);
}

TEST_F(CoreRun, AfterCloseNothingBeginsButOutcomesAreReported) {
  begin({3, 0});
  exec_definition();
  const JobId first = engine.create("d");
  const JobId second = engine.create("d");
  settle();
  const auto waiting = poll({"d"});
  core->close();
  engine.create("d");
  give_outcome(launched.at(0), completed());
  give_outcome(launched.at(1), failed("SERVER_STOPPED"));
  settle();
  EXPECT_EQ(status(first), "ended");
  EXPECT_EQ(status(second), "running");  // given up at the next start
  EXPECT_EQ(launched.size(), 2U);
  EXPECT_TRUE(waiting->answered);
  EXPECT_TRUE(waiting->jobs.empty());
}

// A service manager that ends the whole control group signals programs and server at once, and
// either may be first.
class CoreStop : public CoreRun {
 protected:
  using Ending = components::RunOutcome::Ending;

  void SetUp() override {
    exec_definition();
    job = engine.create("d");
    settle();
  }
  void end(Ending ending) {
    auto said = failed("KILLED_BY_SIGNAL", false);
    said.ending = ending;
    give_outcome(launched.at(0), std::move(said));
    settle();
  }
  JobId job;
};

TEST_F(CoreStop, ProgramThatDiesBeforeTheServerHearsOfItsStopIsLeftForTheNextStart) {
  end(Ending::kSignalled);
  EXPECT_EQ(core->metrics(engine.now).exec_running, 0U);
  advance(millis(500));
  core->close();
  advance(seconds(60));
  settle();
  EXPECT_EQ(status(job), "running");
  EXPECT_FALSE(core->has_unanswered());
  EXPECT_TRUE(core->all_ended());
}

TEST_F(CoreStop, ProgramThatFailsWhileTheServerStopsIsLeftForTheNextStart) {
  for (const Ending ending : {Ending::kFailed, Ending::kSignalled}) {
    core->close();
    end(ending);
    EXPECT_EQ(status(job), "running");
    EXPECT_TRUE(core->all_ended());
    job = {};
    begin({4, 4});
    exec_component();
    job = engine.create("d");
    launched.clear();
    settle();
  }
}

TEST_F(CoreStop, ASignalThatTheServerDoesNotGetTooFailsTheAttempt) {
  end(Ending::kSignalled);
  EXPECT_EQ(status(job), "running");
  const auto idle = core->idle(now());
  ASSERT_TRUE(idle);
  advance(*idle);
  settle();
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreStop, OtherFailuresAreRecordedAtOnce) {
  end(Ending::kFailed);
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreStop, WhatAProgramBroughtUponItselfIsRecordedWhileTheServerStops) {
  core->close();
  end(Ending::kOwn);
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreRun, StartsThatAreOutAtCloseAreLaunched) {
  begin({2, 0});
  exec_definition();
  const JobId job = engine.create("d");
  decide();
  core->close();
  EXPECT_FALSE(core->all_ended());
  answer();
  settle();
  ASSERT_EQ(launched.size(), 1U);
  EXPECT_FALSE(core->all_ended());
  give_outcome(launched[0], completed());
  settle();
  EXPECT_TRUE(core->all_ended());
  EXPECT_EQ(status(job), "ended");
}

TEST_F(CoreRun, ChangeOfRuntimeBetweenOfferAndStartMovesTheSlot) {
  begin({1, 1});
  exec_definition();
  engine.create("d");
  fold();
  core->step(now());
  auto actions = core->take_actions();
  engine.component("c", events::Runtime::kHttp);
  auto outcome = engine.run(actions.submits.at(0).commands.at(0));
  ASSERT_TRUE(outcome);
  scheduler::Reply reply;
  reply.outcome = std::move(*outcome);
  fold();
  std::vector<Result<scheduler::Reply>> replies;
  replies.emplace_back(std::move(reply));
  core->on_replies(actions.submits[0].tag, std::move(replies), now());
  settle();
  ASSERT_EQ(launched.size(), 1U);
  EXPECT_EQ(core->metrics(engine.now).exec_running, 0U);
  EXPECT_EQ(core->metrics(engine.now).http_running, 1U);
  give_outcome(launched[0], completed());
  EXPECT_EQ(core->metrics(engine.now).http_running, 0U);
}

// A component that changes its runtime while starts of it are on their way takes no more than there
// is.
TEST_F(CoreRun, WhatStartsWithAnotherRuntimeThanProposedWaitsForASlotOfThat) {
  begin({2, 1});
  engine.component("h", events::Runtime::kHttp);
  engine.definition("x", "h");
  exec_definition("d");
  engine.create("x");
  settle();
  ASSERT_EQ(launched.size(), 1U);
  const StartedJob first = launched[0];
  engine.create("d");
  engine.create("d");
  fold();
  core->step(now());
  const auto actions = core->take_actions();
  engine.component("c", events::Runtime::kHttp);
  for (const Submit& submit : actions.submits) {
    std::vector<Result<scheduler::Reply>> replies;
    for (const scheduler::Command& command : submit.commands) {
      scheduler::Reply reply;
      reply.outcome = std::move(*engine.run(command));
      replies.emplace_back(std::move(reply));
    }
    fold();
    core->on_replies(submit.tag, std::move(replies), now());
  }
  settle();
  EXPECT_EQ(launched.size(), 1U);
  EXPECT_EQ(core->metrics(engine.now).http_running, 1U);
  EXPECT_EQ(core->metrics(engine.now).exec_running, 0U);
  EXPECT_FALSE(core->all_ended());
  give_outcome(first, completed());
  settle();
  ASSERT_EQ(launched.size(), 2U);
  give_outcome(launched[1], completed());
  settle();
  ASSERT_EQ(launched.size(), 3U);
  give_outcome(launched[2], completed());
  settle();
  EXPECT_EQ(core->metrics(engine.now).http_running, 0U);
  EXPECT_TRUE(core->all_ended());
}

}  // namespace
}  // namespace daybook::dispatch
