#include "base/limits/definitions.h"
#include "base/limits/resources.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class DecideCreate : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    PutDefinition put = Engine::settings("d");
    put.priority = 4;
    engine.definition(put);
  }

  static NewJob job(const std::string& unique_key = "") {
    NewJob out;
    out.definition = "d";
    out.unique_key = unique_key;
    return out;
  }
};

TEST_F(DecideCreate, JobHasWhatWasAskedAndDefaultsForTheRest) {
  NewJob full = job("k");
  full.parameters = R"({"a":1})";
  full.run_at = engine.now + hours(1);
  full.priority = -3;
  full.tags = {"red", "blue"};
  const auto created = engine.ok<Created>(CreateJobs{{full, job()}});
  ASSERT_EQ(created.jobs.size(), 2U);
  EXPECT_EQ(engine.written, (Names{"JobCreated", "JobCreated"}));
  engine.restart();
  const auto first = engine.state.find_job(created.jobs[0]);
  ASSERT_TRUE(first);
  EXPECT_EQ(engine.created(created.jobs[0]).parameters.text, R"({"a":1})");
  EXPECT_EQ(first->run_at, engine.now + hours(1));
  EXPECT_EQ(first->priority, -3);
  EXPECT_EQ(engine.created(created.jobs[0]).unique_key, "k");
  EXPECT_EQ(first->attempt, Attempt{0});
  EXPECT_FALSE(first->running);
  const auto second = engine.state.find_job(created.jobs[1]);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->run_at, engine.now);
  EXPECT_EQ(second->priority, 4);
  EXPECT_EQ(engine.created(created.jobs[1]).parameters.text, "{}");
  EXPECT_EQ(engine.state.pending_count(), 2U);
  EXPECT_LT(created.jobs[0], created.jobs[1]);
}

TEST_F(DecideCreate, TimeInThePastIsKeptAndDueAtOnce) {
  const JobId id = engine.create("d", Micros{1});
  EXPECT_EQ(engine.state.find_job(id)->run_at, Micros{1});
  EXPECT_LE(engine.state.find_job(id)->due, engine.now);
  // It has waited since it was created, not since 1970.
  EXPECT_EQ(engine.start(id).due, events::created_time(id));
}

TEST_F(DecideCreate, TimeTenYearsAheadIsTakenAndOneMicrosecondMoreIsNot) {
  const Micros last{engine.now.value + kRunAtAheadMaxUs};
  engine.create("d", last);
  NewJob late = job();
  late.run_at = Micros{last.value + 1};
  EXPECT_EQ(engine.refusal(CreateJobs{{late}}), "RUN_AT_TOO_FAR runAt");
  late.run_at = Micros{INT64_MAX};
  EXPECT_EQ(engine.refusal(CreateJobs{{late}}), "RUN_AT_TOO_FAR runAt");
}

// The log's time may be ahead of it.
TEST_F(DecideCreate, TenYearsAheadAreCountedOnTheWallClock) {
  engine.set_back(hours(2));
  const Micros last = engine.state.offsets().wall(engine.now) + Duration{kRunAtAheadMaxUs};
  engine.create("d", last);
  NewJob late = job();
  late.run_at = Micros{last.value + 1};
  EXPECT_EQ(engine.refusal(CreateJobs{{late}}), "RUN_AT_TOO_FAR runAt");
}

TEST_F(DecideCreate, AllOrNoneAndTheOneAtFaultIsNamed) {
  NewJob wrong = job();
  wrong.definition = "unknown";
  EXPECT_EQ(engine.refusal(CreateJobs{{job(), wrong, job()}}),
            "DEFINITION_NOT_FOUND [1].jobDefinitionId");
  EXPECT_EQ(engine.refusal(CreateJobs{{wrong}}), "DEFINITION_NOT_FOUND jobDefinitionId");
  EXPECT_EQ(engine.state.pending_count(), 0U);
}

TEST_F(DecideCreate, DeletedDefinitionTakesNoNewJobs) {
  engine.create("d");
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  EXPECT_EQ(engine.refusal(CreateJobs{{job()}}), "DEFINITION_NOT_FOUND jobDefinitionId");
}

TEST_F(DecideCreate, ParametersOverTheirLimitAreRefused) {
  NewJob large = job();
  large.parameters.assign(kParametersBytesMax + 1, ' ');
  EXPECT_EQ(engine.refusal(CreateJobs{{job(), large}}), "TOO_LARGE [1].parameters");
  large.parameters.resize(kParametersBytesMax);
  engine.create(large);
}

TEST_F(DecideCreate, UniqueKeyIsHeldByOneLiveJobPerDefinition) {
  const JobId holder = engine.create(job("k"));
  EXPECT_EQ(engine.refusal(CreateJobs{{job("k")}}), "UNIQUE_KEY_TAKEN uniqueKey");
  EXPECT_EQ(engine.state.find_unique("d", "k"), holder);
  engine.definition("e");
  NewJob elsewhere = job("k");
  elsewhere.definition = "e";
  engine.create(elsewhere);
  engine.create(job("l"));
}

TEST_F(DecideCreate, UniqueKeyTwiceInOneRequestIsRefused) {
  EXPECT_EQ(engine.refusal(CreateJobs{{job("k"), job("k")}}), "UNIQUE_KEY_TAKEN [1].uniqueKey");
  engine.create(job("k"));
}

TEST_F(DecideCreate, UniqueKeyIsFreeAgainWhenItsJobHasEnded) {
  const JobId first = engine.create(job("k"));
  engine.ok<ReportOutcome>(engine.completion(engine.start(first).token));
  const JobId second = engine.create(job("k"));
  engine.ok<CancelOutcome>(CancelJob{second});
  engine.restart();
  const JobId third = engine.create(job("k"));
  EXPECT_EQ(engine.state.find_unique("d", "k"), third);
}

TEST_F(DecideCreate, UniqueKeyIsHeldThroughRetries) {
  PutDefinition put = Engine::settings("d");
  put.retry.max_attempts = 2;
  engine.definition(put);
  const JobId id = engine.create(job("k"));
  engine.ok<ReportOutcome>(engine.failure(engine.start(id).token));
  EXPECT_EQ(engine.refusal(CreateJobs{{job("k")}}), "UNIQUE_KEY_TAKEN uniqueKey");
}

TEST_F(DecideCreate, NamesThatJoinToTheSameTextAreDifferentKeys) {
  engine.definition("dk");
  engine.create(job("kx"));
  NewJob other = job("x");
  other.definition = "dk";
  engine.create(other);
}

TEST_F(DecideCreate, NothingIsTakenWhileTheDiskIsFull) {
  engine.closed = make_error(Code::kNoSpace, "NO_SPACE", "the disk is full");
  EXPECT_EQ(engine.refusal(CreateJobs{{job()}}), "NO_SPACE");
}

TEST_F(DecideCreate, NoJobsIsAnAnswerWithoutEvents) {
  EXPECT_TRUE(engine.ok<Created>(CreateJobs{}).jobs.empty());
  EXPECT_TRUE(engine.written.empty());
}

}  // namespace
}  // namespace daybook::scheduler
