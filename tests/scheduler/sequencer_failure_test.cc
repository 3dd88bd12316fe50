#include <gtest/gtest.h>

#include "tests/scheduler/sequencer_rig.h"

namespace daybook::scheduler {
namespace {

class SequencerFailure : public SequencerRig {
 protected:
  SequencerOptions watching() {
    SequencerOptions options;
    options.on_fatal = [this](const Error& error) {
      EXPECT_EQ(error.reason, "DISK_GONE");
      ++fatal;
    };
    return options;
  }
  void break_next_append() {
    log.inner.fail_append(1, make_error(Code::kIo, "DISK_GONE", "the disk is gone"));
  }

  std::atomic<int> fatal{0};
};

TEST_F(SequencerFailure, EveryoneWhoWaitsHearsThatTheOutcomeIsUnknown) {
  start(watching());
  sequencer->call(definition());
  break_next_append();
  log.close();
  std::vector<std::future<Replies>> waiting;
  waiting.push_back(ask(request({job(), job("unknown")})));
  log.await_append();
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(ask(request({i % 2 == 0 ? job() : job("unknown")})));
  }
  log.open();
  for (auto& asked : waiting) {
    for (const auto& reply : asked.get()) {
      ASSERT_FALSE(reply);
      EXPECT_EQ(reply.error().code, Code::kUnknownOutcome);
      EXPECT_EQ(reply.error().reason, "OUTCOME_UNKNOWN");
    }
  }
  sequencer->stop();
  EXPECT_EQ(fatal, 1);
  EXPECT_EQ(log.last(), Seq{1});
}

TEST_F(SequencerFailure, NothingIsAcknowledgedOrWrittenAfterIt) {
  start(watching());
  break_next_append();
  EXPECT_EQ(sequencer->call(definition()).error().code, Code::kUnknownOutcome);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(sequencer->call(definition()).error().code, Code::kUnknownOutcome);
    EXPECT_EQ(sequencer->call(job("unknown")).error().code, Code::kUnknownOutcome);
  }
  sequencer->stop();
  EXPECT_EQ(fatal, 1);
  EXPECT_EQ(log.last(), Seq{0});
  EXPECT_EQ(sequencer->metrics().events, 0U);
}

// The sequencer goes on as soon as the commit is over, while its answers are still being given.
TEST_F(SequencerFailure, NoSnapshotIsTakenOfWhatTheLogDoesNotHold) {
  std::promise<Seq> snapshot;
  SequencerOptions options = watching();
  options.snapshot_events = 1;
  options.snapshot = [&](const State&, Seq seq, const Hash&) -> Status {
    snapshot.set_value(seq);
    return {};
  };
  start(std::move(options));
  break_next_append();
  std::promise<std::future_status> seen;
  Request asked = request({definition()});
  asked.answer = [&](const Replies&) {
    seen.set_value(snapshot.get_future().wait_for(std::chrono::milliseconds(200)));
  };
  ASSERT_TRUE(sequencer->submit(std::move(asked)));
  EXPECT_EQ(seen.get_future().get(), std::future_status::timeout);
  sequencer->stop();
  EXPECT_EQ(fatal, 1);
}

TEST_F(SequencerFailure, AnotherWriterIsNoticedByTheHeadOfTheLog) {
  start();
  events::GroupWriter other(Seq{}, events::genesis(), Epoch{9});
  const events::Event event = events::ServerStarted{Epoch{9}, "1", "other", 1};
  other.add({{}, "system", clock.wall(), {}}, std::span(&event, 1));
  ASSERT_TRUE(log.inner.append(other.take()));
  const auto reply = sequencer->call(definition());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::kUnknownOutcome);
}

}  // namespace
}  // namespace daybook::scheduler
