#include "dispatch/retention.h"

#include <sstream>

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "base/limits/dispatch.h"
#include "base/limits/sendings.h"
#include "tests/dispatch/server_rig.h"

namespace daybook::dispatch {
namespace {

class RetentionTest : public ServerRig {
 protected:
  // Nothing sweeps by itself, and what ended is over.
  void open_with_short_retention() {
    DispatcherOptions options;
    options.retention = false;
    open(options);
    scheduler::PutComponent put;
    put.component.id = "d";
    put.component.runtime = events::Runtime::kWorker;
    ok(put);
    define("d", [](scheduler::PutDefinition& definition) { definition.retention = Duration{1}; });
  }
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
  open_with_short_retention();
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

TEST_F(RetentionTest, TheViewsFallOnlySoManyCommandsBehindASweep) {
  open_with_short_retention();
  const std::size_t count = (kSweepCommandsAhead + 2) * kRemovalsPerCommandMax;
  end_jobs(count);
  clock.advance(seconds(1));
  worker_definition("other");  // what ended at the time of the newest event is looked at twice
  ASSERT_TRUE(views->wait_for(log.last(), kPatience));
  views->stop();
  const std::uint64_t before = sequencer->metrics().commands;
  Retention::Parts hasty{*sequencer, *views, clock, entropy, nullptr};
  hasty.patience = std::chrono::milliseconds(0);
  Retention retention(hasty);
  EXPECT_EQ(retention.sweep().error().reason, "PROJECTION_LAGS");
  EXPECT_EQ(sequencer->metrics().commands - before, kSweepCommandsAhead + 1);
  ASSERT_TRUE(views->start());
  ASSERT_TRUE(views->wait_for(log.last(), kPatience));
  Retention next({*sequencer, *views, clock, entropy, nullptr});
  EXPECT_EQ(*next.sweep(), count - retention.metrics().removed);
}

TEST_F(RetentionTest, WhatIsGoneButStillShownEndsASweep) {
  open_with_short_retention();
  end_jobs(3);
  views->stop();
  Retention::Parts hasty{*sequencer, *views, clock, entropy, nullptr};
  hasty.patience = std::chrono::milliseconds(0);
  Retention first(hasty);
  EXPECT_EQ(first.sweep().error().reason, "PROJECTION_LAGS");
  EXPECT_EQ(first.metrics().removed, 3U);
  Retention second(hasty);
  const auto swept = second.sweep();
  ASSERT_TRUE(swept) << swept.error().text();
  EXPECT_EQ(*swept, 0U);
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
  open_with_short_retention();
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

TEST_F(RetentionTest, HowFarItIsBehindIsThatOfTheOldest) {
  open_with_short_retention();
  end_jobs(1);
  clock.advance(seconds(60));
  end_jobs(1);
  // What it looked for is known although the log does not believe that it is over.
  FakeClock ahead(clock.wall() + seconds(3600));
  Retention early({*sequencer, *views, ahead, entropy, nullptr});
  EXPECT_EQ(early.metrics().behind_us, 0);
  EXPECT_EQ(early.sweep().error().reason, "CUTOFF_AHEAD");
  EXPECT_GE(early.metrics().behind_us, seconds(3659).value);
  EXPECT_LT(early.metrics().behind_us, seconds(2 * 3600).value);
  EXPECT_EQ(early.metrics().removed, 0U);
  Retention right({*sequencer, *views, clock, entropy, nullptr});
  EXPECT_EQ(*right.sweep(), 2U);
  EXPECT_EQ(right.metrics().behind_us, 0);
  EXPECT_EQ(right.metrics().removed, 2U);
}

TEST_F(RetentionTest, ALineTellsOfEachSoManyRemovals) {
  open_with_short_retention();
  std::ostringstream said;
  const auto logger = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_st>(said));
  logger->set_pattern("%v");
  Retention retention({*sequencer, *views, clock, entropy, logger, nullptr, 3});
  const auto told = [&] {
    end_jobs(2);
    EXPECT_EQ(*retention.sweep(), 2U);
    const std::string out = said.str();
    said.str("");
    return out;
  };
  EXPECT_EQ(told(), "");
  EXPECT_THAT(told(), testing::MatchesRegex("retention: 4 removed since the start; the oldest left "
                                            "is over since [0-9]+ s\n"));
  EXPECT_THAT(told(), testing::StartsWith("retention: 6 removed since the start"));
  EXPECT_EQ(told(), "");
}

TEST_F(RetentionTest, StoppedSequencerIsAnErrorNotACrash) {
  open_with_short_retention();
  end_jobs(1);
  dispatcher->stop();
  sequencer->stop();
  Retention retention({*sequencer, *views, clock, entropy, nullptr});
  EXPECT_EQ(retention.sweep().error().code, Code::kShutdown);
}

}  // namespace
}  // namespace daybook::dispatch
