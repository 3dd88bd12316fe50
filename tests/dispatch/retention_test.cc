#include "dispatch/retention.h"

#include "base/limits.h"
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
