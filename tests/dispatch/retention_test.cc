#include "dispatch/retention.h"

#include "base/limits/dispatch.h"
#include "base/limits/sendings.h"
#include "tests/dispatch/server_rig.h"

namespace daybook::dispatch {
namespace {

class RetentionTest : public ServerRig {
 protected:
  void end_jobs(std::size_t count) {
    ok(jobs("d", count));
    for (std::size_t done = 0; done < count;) {
      auto leased = lease({"d"}, kLeaseJobsMax);
      const auto started = wait(leased);
      for (const auto& job : *started) {
        scheduler::ReportAttempt report;
        report.token = job.token;
        report.result = "1";
        ok(std::move(report));
        ++done;
      }
    }
    ASSERT_TRUE(views->wait_for(log.last(), kPatience));
  }
};

TEST_F(RetentionTest, SweepRemovesAllThatIsOverInBoundedCommands) {
  DispatcherOptions options;
  options.retention = false;
  open(options);
  scheduler::PutComponent put;
  put.component.id = "d";
  put.component.runtime = events::Runtime::kWorker;
  ok(put);
  define("d", [](scheduler::PutDefinition& definition) { definition.retention = Duration{1}; });
  const std::size_t count = kRemovalsPerCommandMax + 10;
  end_jobs(count);
  Retention retention({*sequencer, *views, clock, entropy, nullptr});
  const auto swept = retention.sweep();
  ASSERT_TRUE(swept) << swept.error().text();
  EXPECT_EQ(*swept, count);
  EXPECT_EQ(views->counts("d")->completed, 0U);
  EXPECT_EQ(*retention.sweep(), 0U);
}

TEST_F(RetentionTest, WhatIsNotOverStays) {
  DispatcherOptions options;
  options.retention = false;
  open(options);
  worker_definition("d");
  end_jobs(3);
  Retention retention({*sequencer, *views, clock, entropy, nullptr});
  EXPECT_EQ(*retention.sweep(), 0U);
  EXPECT_EQ(views->counts("d")->completed, 3U);
}

TEST_F(RetentionTest, EndedSendingsGoWhenTheirTimeIsOver) {
  DispatcherOptions options;
  options.retention = false;
  open(options);
  for (const std::uint64_t n : {1UL, 2UL}) {
    scheduler::CreateSending command;
    command.sending.id = {0x8000, n};
    command.sending.content = "{}";
    ok(command);
  }
  ok(scheduler::CancelSending{{0x8000, 1}});
  ASSERT_TRUE(views->wait_for(log.last(), kPatience));
  FakeClock early(clock.wall() + Duration{kSendingRetentionUs - 60'000'000});
  Retention before({*sequencer, *views, early, entropy, nullptr});
  EXPECT_EQ(*before.sweep(), 0U);
  // The views name what is over at that time; the log does not believe it.
  FakeClock late(clock.wall() + Duration{kSendingRetentionUs + 1});
  Retention ahead({*sequencer, *views, late, entropy, nullptr});
  EXPECT_EQ(ahead.sweep().error().reason, "CUTOFF_AHEAD");
  EXPECT_EQ(views->sending_counts()->cancelled, 1U);
  clock.advance(Duration{kSendingRetentionUs + 1});
  Retention after({*sequencer, *views, clock, entropy, nullptr});
  EXPECT_EQ(*after.sweep(), 1U);
  EXPECT_EQ(views->sending_counts()->cancelled, 0U);
  EXPECT_EQ(views->sending_counts()->pending, 1U);
  EXPECT_EQ(*after.sweep(), 0U);
}

TEST_F(RetentionTest, ASweepThatFailsIsToldOfUntilOneSucceeds) {
  DispatcherOptions options;
  options.retention = false;
  open(options);
  scheduler::PutComponent put;
  put.component.id = "d";
  put.component.runtime = events::Runtime::kWorker;
  ok(put);
  define("d", [](scheduler::PutDefinition& definition) { definition.retention = Duration{1}; });
  end_jobs(1);
  Supervisor supervisor;
  FakeClock ahead(clock.wall() + seconds(3600));
  Retention early({*sequencer, *views, ahead, entropy, nullptr, &supervisor});
  early.round();
  ASSERT_EQ(supervisor.faults().size(), 1U);
  EXPECT_EQ(supervisor.faults().front().part, "retention");
  EXPECT_EQ(supervisor.faults().front().error.reason, "CUTOFF_AHEAD");
  EXPECT_EQ(supervisor.faults().front().consequence, Consequence::kDegraded);
  Retention right({*sequencer, *views, clock, entropy, nullptr, &supervisor});
  right.round();
  EXPECT_TRUE(supervisor.faults().empty());
}

TEST_F(RetentionTest, StoppedSequencerIsAnErrorNotACrash) {
  DispatcherOptions options;
  options.retention = false;
  open(options);
  scheduler::PutComponent put;
  put.component.id = "d";
  put.component.runtime = events::Runtime::kWorker;
  ok(put);
  define("d", [](scheduler::PutDefinition& definition) { definition.retention = Duration{1}; });
  end_jobs(1);
  dispatcher->stop();
  sequencer->stop();
  Retention retention({*sequencer, *views, clock, entropy, nullptr});
  EXPECT_EQ(retention.sweep().error().code, Code::kShutdown);
}

}  // namespace
}  // namespace daybook::dispatch
