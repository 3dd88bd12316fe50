#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideRetry : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    engine.definition("d");
  }

  static RetryJob retry(JobId ended) {
    RetryJob command;
    command.ended = ended;
    command.copy.definition = "d";
    command.copy.parameters = R"({"again":true})";
    return command;
  }
};

TEST_F(DecideRetry, EndedJobIsScheduledAgainAsANewOne) {
  const JobId ended = engine.ended("d");
  const auto created = engine.ok<Created>(retry(ended));
  ASSERT_EQ(created.jobs.size(), 1U);
  EXPECT_EQ(engine.written, Names{"JobCreated"});
  EXPECT_NE(created.jobs[0], ended);
  EXPECT_EQ(engine.created(created.jobs[0]).parameters.text, R"({"again":true})");
  EXPECT_TRUE(engine.state.is_ended(ended));
}

TEST_F(DecideRetry, LiveJobIsRefused) {
  const JobId job = engine.create("d");
  EXPECT_EQ(engine.refusal(retry(job)), "JOB_NOT_ENDED");
  engine.start(job);
  EXPECT_EQ(engine.refusal(retry(job)), "JOB_NOT_ENDED");
}

TEST_F(DecideRetry, WhatIsScheduledAgainAlreadyIsNotMadeTwice) {
  const JobId ended = engine.ended("d");
  RetryJob command = retry(ended);
  command.retried = engine.ok<Created>(retry(ended)).jobs[0];
  EXPECT_EQ(engine.refusal(command), "ALREADY_RETRIED");
  const Token token = engine.start(command.retried).token;
  EXPECT_EQ(engine.refusal(command), "ALREADY_RETRIED");
  engine.ok<ReportOutcome>(engine.completion(token));
  engine.ok<Created>(command);
}

TEST_F(DecideRetry, UnknownOrRemovedJobIsRefused) {
  EXPECT_EQ(engine.refusal(retry(JobId::make(kStart, 0, Seq{999}))), "NOT_FOUND");
  const JobId ended = engine.ended("d");
  RetryJob unlisted = retry(ended);
  unlisted.copy.definition.clear();
  EXPECT_EQ(engine.refusal(unlisted), "NOT_FOUND");
  engine.ok<RemoveOutcome>(RemoveJobs{{{ended, "d"}}, {}});
  EXPECT_EQ(engine.refusal(retry(ended)), "NOT_FOUND");
}

TEST_F(DecideRetry, DefinitionThatIsGoneOrKeyThatIsTakenRefuses) {
  const JobId ended = engine.ended("d");
  RetryJob command = retry(ended);
  command.copy.unique_key = "k";
  engine.ok<Created>(command);
  EXPECT_EQ(engine.refusal(command), "UNIQUE_KEY_TAKEN uniqueKey");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  EXPECT_EQ(engine.refusal(retry(ended)), "DEFINITION_NOT_FOUND jobDefinitionId");
}

TEST_F(DecideRetry, NothingIsTakenWhileTheDiskIsFull) {
  const JobId ended = engine.ended("d");
  engine.closed = make_error(Code::kNoSpace, "NO_SPACE", "the disk is full");
  EXPECT_EQ(engine.refusal(retry(ended)), "NO_SPACE");
}

}  // namespace
}  // namespace daybook::scheduler
