// Many threads at one sequencer. Most useful under the thread sanitizer.
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "tests/scheduler/sequencer_rig.h"

namespace daybook::scheduler {
namespace {

using SequencerThreads = SequencerRig;

void run_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.emplace_back(body, i);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(SequencerThreads, SixteenCallersGetDistinctDenseReceiptsInSharedGroups) {
  constexpr int kCallers = 16;
  constexpr int kCalls = 200;
  start();
  ASSERT_TRUE(sequencer->call(definition()));
  std::mutex mutex;
  std::map<Seq, Hash> receipts;
  run_threads(kCallers, [&](int) {
    Seq before;
    for (int i = 0; i < kCalls; ++i) {
      const auto reply = sequencer->call(job());
      ASSERT_TRUE(reply);
      EXPECT_GE(log.last(), reply->last) << "acknowledged means durable";
      EXPECT_GT(reply->first, before);
      before = reply->last;
      const std::lock_guard lock(mutex);
      EXPECT_TRUE(receipts.emplace(reply->last, reply->chain).second);
    }
  });
  sequencer->stop();
  EXPECT_EQ(receipts.size(), static_cast<std::size_t>(kCallers * kCalls));
  EXPECT_EQ(receipts.begin()->first, Seq{2});
  EXPECT_EQ(receipts.rbegin()->first, log.last());
  auto cursor = log.read(Seq{2});
  events::RecordView record;
  while (*(*cursor)->next(record)) {
    EXPECT_EQ(receipts.at(record.header.seq), record.header.chain);
  }
  EXPECT_EQ(sequencer->metrics().events, 1U + kCallers * kCalls);
  EXPECT_LE(sequencer->metrics().groups, 1U + kCallers * kCalls);
  EXPECT_EQ(sequencer->metrics().inbox, 0U);
  EXPECT_EQ(folded().pending_count(), receipts.size());
}

TEST_F(SequencerThreads, HundredRequestsWithOneKeyHaveOneOutcomeAndEqualReceipts) {
  start();
  ASSERT_TRUE(sequencer->call(definition()));
  std::mutex mutex;
  std::vector<Reply> replies;
  run_threads(100, [&](int) {
    Request asked = request({job()});
    asked.key = IdempotencyKey{"k", sha256("body")};
    const auto reply = ask(std::move(asked)).get()[0];
    ASSERT_TRUE(reply);
    const std::lock_guard lock(mutex);
    replies.push_back(*reply);
  });
  ASSERT_EQ(replies.size(), 100U);
  int first_ones = 0;
  for (const Reply& reply : replies) {
    EXPECT_EQ(reply.first, Seq{2});
    EXPECT_EQ(reply.last, Seq{3});
    EXPECT_EQ(reply.chain, log.last_chain());
    EXPECT_EQ(reply.time, replies[0].time);
    first_ones += reply.replayed ? 0 : 1;
  }
  EXPECT_EQ(first_ones, 1);
  EXPECT_EQ(folded().pending_count(), 1U);
}

TEST_F(SequencerThreads, OneJobIsStartedByExactlyOneOfMany) {
  start();
  sequencer->call(component());
  sequencer->call(definition());
  const JobId id = std::get<Created>(sequencer->call(job())->outcome).jobs[0];
  std::atomic<int> started{0};
  run_threads(16, [&](int i) {
    const auto reply =
        sequencer->call(StartJob{id, {static_cast<std::uint64_t>(i), 1}, "worker", false});
    started += reply ? 1 : 0;
    EXPECT_TRUE(reply || reply.error().reason == "JOB_RUNNING");
  });
  EXPECT_EQ(started, 1);
}

TEST_F(SequencerThreads, StopAmongCallersAnswersOrRefusesEveryOne) {
  for (int round = 0; round < 10; ++round) {
    start();
    const Seq before = log.last();
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<int> underway{0};
    std::thread stopper([&] {
      while (underway.load() < 8) {
        std::this_thread::yield();
      }
      sequencer->stop();
    });
    run_threads(8, [&](int) {
      for (bool open = true; open;) {
        const auto reply = sequencer->call(definition());
        accepted += reply ? 1 : 0;
        open = reply.has_value();
        EXPECT_TRUE(open || reply.error().code == Code::kShutdown);
        ++underway;
      }
    });
    stopper.join();
    EXPECT_EQ(log.last().value - before.value, accepted);
  }
}

TEST_F(SequencerThreads, MetricsAreReadWhileItWorks) {
  start();
  std::atomic<bool> over{false};
  std::thread reader([&] {
    std::uint64_t before = 0;
    while (!over) {
      const std::uint64_t now = sequencer->metrics().commands;
      EXPECT_GE(now, before);
      before = now;
    }
  });
  run_threads(4, [&](int) {
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(sequencer->call(definition()));
    }
  });
  over = true;
  reader.join();
  EXPECT_EQ(sequencer->metrics().commands, 400U);
}

}  // namespace
}  // namespace daybook::scheduler
