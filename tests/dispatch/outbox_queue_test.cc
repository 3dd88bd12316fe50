#include "dispatch/outbox_queue.h"

#include <gtest/gtest.h>

namespace daybook::dispatch {
namespace {

class OutboxQueueTest : public testing::Test {
 protected:
  static SendingId id(std::uint64_t n) { return {0x8000, n}; }
  void apply(const events::Event& event, std::int64_t second) {
    events::Recorded recorded{{}, event};
    recorded.meta.seq = seq_ = next(seq_);
    recorded.meta.time = Micros{second * 1'000'000};
    queue.apply(recorded);
  }
  void create(std::uint64_t n, std::int64_t second) {
    events::SendingCreated event;
    event.sending = id(n);
    apply(event, second);
  }
  std::uint64_t take(std::int64_t second) {
    const auto taken = queue.take(Micros{second * 1'000'000});
    return taken ? taken->id.low : 0;
  }

  OutboxQueue queue;

 private:
  Seq seq_;
};

TEST_F(OutboxQueueTest, GivesWhatIsDueOldestFirstAndOnce) {
  create(1, 5);
  create(2, 3);
  EXPECT_EQ(queue.next_due(), Micros{3'000'000});
  EXPECT_EQ(take(2), 0U);
  EXPECT_EQ(take(5), 2U);
  EXPECT_EQ(take(5), 1U);
  EXPECT_EQ(take(99), 0U);
  EXPECT_FALSE(queue.next_due());
  EXPECT_EQ(queue.size(), 2U);
}

TEST_F(OutboxQueueTest, RetryIsDueAtItsTime) {
  create(1, 1);
  EXPECT_EQ(take(1), 1U);
  apply(events::SendingRetryScheduled{id(1), Attempt{1}, {}, Micros{20'000'000}}, 2);
  EXPECT_EQ(take(19), 0U);
  const auto again = queue.take(Micros{20'000'000});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempt, Attempt{1});
}

TEST_F(OutboxQueueTest, EndsLeaveNothing) {
  for (std::uint64_t n = 1; n <= 3; ++n) {
    create(n, 1);
  }
  EXPECT_EQ(take(1), 1U);
  apply(events::SendingSent{id(1), Attempt{1}, {}}, 2);
  apply(events::SendingBounced{id(2), Attempt{}, {}}, 2);
  apply(events::SendingCancelled{id(3)}, 2);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(take(99), 0U);
  queue.give_back(id(1), Micros{});
  EXPECT_EQ(take(99), 0U);
}

TEST_F(OutboxQueueTest, WhatIsGivenBackIsDueAgain) {
  create(1, 1);
  queue.give_back(id(1), Micros{9'000'000}, true);  // it is not out: nothing changes
  EXPECT_EQ(queue.next_due(), Micros{1'000'000});
  EXPECT_EQ(take(1), 1U);
  queue.give_back(id(1), Micros{9'000'000}, true);
  const auto held = queue.take(Micros{9'000'000});
  ASSERT_TRUE(held);
  EXPECT_TRUE(held->held);
}

}  // namespace
}  // namespace daybook::dispatch
