// Parameters of jobs stand in the log alone: who starts a job is answered with them, and a job that
// fails for good tells them again.
#include <gtest/gtest.h>

#include "events/codec.h"
#include "tests/scheduler/sequencer_rig.h"

namespace daybook::scheduler {
namespace {

// With a log that keeps so much of its tail.
class Parameters : public SequencerRig {
 protected:
  explicit Parameters(std::size_t tail_bytes) : SequencerRig(tail_bytes) {}

  Command job_with(const std::string& parameters) {
    NewJob asked;
    asked.definition = "d";
    asked.parameters = parameters;
    return CreateJobs{{asked}};
  }
  JobId create(const std::string& parameters) {
    const auto reply = sequencer->call(job_with(parameters));
    EXPECT_TRUE(reply) << reply.error().text();
    return std::get<Created>(reply->outcome).jobs.front();
  }
  Result<StartedJob> begin(JobId job) {
    DAYBOOK_ASSIGN(auto reply, sequencer->call(StartJob{job, {1, 2}, {}, false}));
    return std::get<StartOutcome>(std::move(reply.outcome)).started.value();
  }
  Result<Reply> fail_for_good(const StartedJob& started) {
    ReportAttempt report;
    report.token = started.token;
    report.failed = Failed{"E", "it failed", {}, false};
    return sequencer->call(report);
  }
  // Of the newest JobFailed event.
  std::string failed_parameters() {
    std::string out;
    const auto cursor = log.read(log.first());
    events::RecordView record;
    while (*(*cursor)->next(record)) {
      const auto recorded = events::decode(record);
      if (const auto* failed = std::get_if<events::JobFailed>(&recorded->event)) {
        out = failed->parameters.text;
      }
    }
    return out;
  }
  void prepare() {
    start();
    ASSERT_TRUE(sequencer->call(component()));
    ASSERT_TRUE(sequencer->call(definition()));
  }
  void expect_told() {
    prepare();
    const JobId full = create(R"({"n":1})");
    const JobId empty = create("");
    const auto started = begin(full);
    ASSERT_TRUE(started) << started.error().text();
    EXPECT_EQ(started->parameters, R"({"n":1})");
    EXPECT_EQ(begin(empty)->parameters, "{}");
    ASSERT_TRUE(fail_for_good(*started));
    EXPECT_EQ(failed_parameters(), R"({"n":1})");
  }
};

class ParametersInTheTail : public Parameters {
 protected:
  ParametersInTheTail() : Parameters(kTailBytesMax) {}
};
class ParametersInTheStore : public Parameters {
 protected:
  ParametersInTheStore() : Parameters(0) {}
};

TEST_F(ParametersInTheTail, AreToldWhenAJobStartsAndWhenItFails) {
  expect_told();
}

TEST_F(ParametersInTheStore, AreToldWhenAJobStartsAndWhenItFails) {
  expect_told();
}

// All in one request: when the failure is decided, nothing of it is durable yet.
TEST_F(ParametersInTheStore, OfAJobThatIsNotDurableYetAreWaitedFor) {
  start();
  ASSERT_TRUE(sequencer->call(definition()));  // its component is not there
  const Seq next_job = next(log.last());
  const JobId job = JobId::make(clock.wall(), 0, next_job);
  const Replies replies =
      ask(request({job_with(R"({"n":2})"), StartJob{job, {1, 2}, {}, false}})).get();
  ASSERT_TRUE(replies[1]) << replies[1].error().text();
  EXPECT_FALSE(std::get<StartOutcome>(replies[1]->outcome).started);
  EXPECT_EQ(failed_parameters(), R"({"n":2})");
}

TEST_F(ParametersInTheStore, LogThatCannotBeReadForAFailureEndsTheServer) {
  std::atomic<int> fatal{0};
  prepare();
  const auto started = begin(create(R"({"n":1})"));
  ASSERT_TRUE(started);
  SequencerOptions options;
  options.on_fatal = [&](const Error& error) {
    EXPECT_EQ(error.reason, "NO_READ");
    ++fatal;
  };
  start(std::move(options));
  log.refuse_reads(make_error(Code::kIo, "NO_READ", "the disk is gone"));
  EXPECT_FALSE(fail_for_good(*started));
  EXPECT_FALSE(sequencer->call(definition("e"))) << "nothing is acknowledged any more";
  sequencer->stop();
  EXPECT_EQ(fatal, 1);
}

TEST_F(ParametersInTheStore, LogThatCannotBeReadForAStartEndsTheServer) {
  std::atomic<int> fatal{0};
  prepare();
  const JobId job = create(R"({"n":1})");
  SequencerOptions options;
  options.on_fatal = [&](const Error&) { ++fatal; };
  start(std::move(options));
  log.refuse_reads(make_error(Code::kIo, "NO_READ", "the disk is gone"));
  const auto started = begin(job);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kUnknownOutcome);
  sequencer->stop();
  EXPECT_EQ(fatal, 1);
}

TEST_F(ParametersInTheStore, AreKeptBeforeTheLogIsTrimmed) {
  prepare();
  const JobId old = create(R"({"old":true})");
  const Seq cut = log.last();
  const JobId young = create(R"({"young":true})");
  ASSERT_TRUE(sequencer->call(RecordTrim{cut, {}, "archive"}));
  ASSERT_TRUE(log.trim(cut));
  EXPECT_EQ(begin(old)->parameters, R"({"old":true})");
  EXPECT_EQ(begin(young)->parameters, R"({"young":true})");
  sequencer->stop();
  EXPECT_EQ(sequencer->state().find_job(young)->kept_parameters, nullptr);
  ASSERT_NE(sequencer->state().find_job(old)->kept_parameters, nullptr);
}

TEST_F(ParametersInTheStore, TrimIsRefusedWhenTheyCannotBeRead) {
  prepare();
  create(R"({"old":true})");
  log.refuse_reads(make_error(Code::kIo, "NO_READ", "the disk is gone"));
  const Seq last = log.last();
  EXPECT_EQ(sequencer->call(RecordTrim{last, {}, "archive"}).error().reason, "NO_READ");
  EXPECT_EQ(log.last(), last);
}

}  // namespace
}  // namespace daybook::scheduler
