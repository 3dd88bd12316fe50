#include "base/limits/state.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

using DecideDefinition = EngineTest;

TEST_F(DecideDefinition, PutStoresEverySettingAndWarnsOfAMissingComponent) {
  PutDefinition put = Engine::settings("d");
  put.display_name = "A name";
  put.retry = {5, seconds(2), seconds(60), 1500, 200};
  put.timeout = seconds(30);
  put.lease = seconds(20);
  put.concurrency = 3;
  put.rate_count = 4;
  put.rate_per = seconds(10);
  put.priority = -5;
  put.retention = hours(1);
  put.paused = true;
  const DefinitionOutcome first = engine.definition(put);
  EXPECT_TRUE(first.created);
  EXPECT_TRUE(first.component_missing);
  engine.component("c");
  const DefinitionOutcome second = engine.definition(put);
  EXPECT_FALSE(second.created);
  EXPECT_FALSE(second.component_missing);
  engine.restart();
  const Definition* held = engine.state.find_definition("d");
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->settings.display_name, "A name");
  EXPECT_EQ(held->settings.retry, put.retry);
  EXPECT_EQ(held->settings.timeout, put.timeout);
  EXPECT_EQ(held->settings.lease, put.lease);
  EXPECT_EQ(held->settings.concurrency, 3U);
  EXPECT_EQ(held->settings.rate_count, 4U);
  EXPECT_EQ(held->settings.rate_per, put.rate_per);
  EXPECT_EQ(held->settings.priority, -5);
  EXPECT_EQ(held->settings.retention, hours(1));
  EXPECT_TRUE(held->settings.paused);
}

TEST_F(DecideDefinition, AChangeTakesWhatItNamesAndLeavesTheRestWhoeverWroteIt) {
  PutDefinition put = Engine::settings("d");
  put.retry = {5, seconds(2), seconds(60), 1500, 200};
  put.concurrency = 3;
  put.rate_count = 4;
  put.rate_per = seconds(10);
  put.on_failure = "[]";
  engine.definition(put);
  PatchDefinition pause;
  pause.values.definition = "d";
  pause.values.paused = true;
  pause.name("paused");
  EXPECT_FALSE(engine.ok<DefinitionOutcome>(pause).created);
  EXPECT_EQ(engine.written, Names{"DefinitionPut"});
  PatchDefinition limits;  // made of what stood there before the pause
  limits.values.definition = "d";
  limits.values.concurrency = 9;
  limits.name("concurrency");
  limits.values.retry.max_attempts = 7;
  limits.name("retry.maxAttempts");
  limits.values.rate_count = 8;
  limits.name("rateLimit.count");
  engine.ok<DefinitionOutcome>(limits);
  engine.restart();
  const PutDefinition& held = engine.state.find_definition("d")->settings;
  EXPECT_TRUE(held.paused);
  EXPECT_EQ(held.concurrency, 9U);
  EXPECT_EQ(held.retry, (events::RetryPolicy{7, seconds(2), seconds(60), 1500, 200}));
  EXPECT_EQ(held.rate_count, 8U);
  EXPECT_EQ(held.rate_per, seconds(10));
  EXPECT_EQ(held.component, "c");
  EXPECT_EQ(held.on_failure, "[]");
}

TEST_F(DecideDefinition, AChangeNeedsADefinitionAndMustLeaveItSound) {
  PatchDefinition change;
  change.values.definition = "d";
  change.name("rateLimit.count");
  change.values.rate_count = 5;
  EXPECT_EQ(engine.refusal(change), "NOT_FOUND");
  engine.definition("d");
  EXPECT_EQ(engine.refusal(change), "INVALID_FIELD rateLimit.per");
  engine.create("d");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  EXPECT_EQ(engine.refusal(change), "NOT_FOUND");
}

TEST_F(DecideDefinition, DeletingOneWithoutJobsForgetsIt) {
  engine.definition("d");
  EXPECT_EQ(engine.ok<DefinitionOutcome>(DeleteDefinition{"d"}).pending_jobs, 0U);
  EXPECT_EQ(engine.state.find_definition("d"), nullptr);
  EXPECT_EQ(engine.state.definition_count(), 0U);
  EXPECT_EQ(engine.refusal(DeleteDefinition{"d"}), "NOT_FOUND");
}

TEST_F(DecideDefinition, DeletingOneWithJobsSaysHowManyWaitAndKeepsItUntilTheLastIsGone) {
  engine.component("c");
  engine.definition("d");
  const JobId first = engine.create("d");
  const JobId second = engine.create("d");
  EXPECT_EQ(engine.ok<DefinitionOutcome>(DeleteDefinition{"d"}).pending_jobs, 2U);
  EXPECT_EQ(engine.state.definition_count(), 0U);
  ASSERT_NE(engine.state.find_definition("d"), nullptr);
  EXPECT_TRUE(engine.state.find_definition("d")->deleted);
  EXPECT_EQ(engine.refusal(DeleteDefinition{"d"}), "NOT_FOUND");
  engine.ok<CancelOutcome>(CancelJob{first});
  engine.restart();
  EXPECT_FALSE(engine.ok<StartOutcome>(StartJob{second, kSecret, "", false}).started);
  EXPECT_EQ(engine.written, Names{"JobFailed"});
  EXPECT_EQ(engine.state.find_definition("d"), nullptr);
}

TEST_F(DecideDefinition, PutAgainBeforeItsJobsAreGoneTakesThemOver) {
  engine.component("c");
  engine.definition("d");
  const JobId job = engine.create("d");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  const DefinitionOutcome again = engine.definition("d");
  EXPECT_TRUE(again.created);
  EXPECT_EQ(again.pending_jobs, 1U);
  EXPECT_EQ(engine.state.definition_count(), 1U);
  EXPECT_EQ(engine.start(job).job, job);
}

TEST_F(DecideDefinition, PutAgainAfterItsJobsAreGoneStartsAfresh) {
  engine.component("c");
  PutDefinition limited = Engine::settings("d");
  limited.rate_count = 1;
  limited.rate_per = hours(1);
  engine.definition(limited);
  engine.ended("d");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  engine.definition(limited);
  EXPECT_TRUE(engine.state.find_definition("d")->starts.empty());
  engine.start(engine.create("d"));
}

TEST_F(DecideDefinition, RunningJobOfADeletedOneEndsWithItsResultAndIsNotTriedAgain) {
  engine.component("c");
  PutDefinition put = Engine::settings("d");
  put.retry.max_attempts = 5;
  engine.definition(put);
  const StartedJob good = engine.start(engine.create("d"));
  const StartedJob bad = engine.start(engine.create("d"));
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  EXPECT_EQ(engine.ok<ReportOutcome>(engine.completion(good.token)).result,
            AttemptResult::kCompleted);
  EXPECT_EQ(engine.ok<ReportOutcome>(engine.failure(bad.token)).result, AttemptResult::kFailed);
  EXPECT_EQ(engine.state.find_definition("d"), nullptr);
}

TEST_F(DecideDefinition, PutIsRefusedWhileTheDiskIsFullAndDeletingIsNot) {
  engine.definition("d");
  engine.closed = make_error(Code::kNoSpace, "NO_SPACE", "the disk is full");
  EXPECT_EQ(engine.refusal(Engine::settings("e")), "NO_SPACE");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
}

TEST_F(DecideDefinition, AsManyAsTheLimitAreHeldAndChangingOneStaysPossible) {
  for (std::size_t i = 0; i < kDefinitionsMax; ++i) {
    ASSERT_TRUE(engine.run(Engine::settings("d" + std::to_string(i))));
  }
  EXPECT_EQ(engine.refusal(Engine::settings("one-more")), "TOO_MANY_DEFINITIONS");
  EXPECT_FALSE(engine.definition("d7").created);
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d7"});
  EXPECT_TRUE(engine.definition("one-more").created);
}

TEST_F(DecideDefinition, PlaceOfAForgottenOneIsUsedAgainWithoutConfusion) {
  for (int round = 0; round < 3; ++round) {
    engine.definition("a" + std::to_string(round));
    engine.definition("b");
    engine.create("b");
    engine.ok<DefinitionOutcome>(DeleteDefinition{"a" + std::to_string(round)});
  }
  EXPECT_EQ(engine.state.find_definition("b")->pending, 3U);
  engine.state.each_job([](const JobView& job) { EXPECT_EQ(job.definition->id, "b"); });
}

}  // namespace
}  // namespace daybook::scheduler
