#include "base/bounded_queue.h"

#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(BoundedQueue, TryPushIsRefusedAtTheBoundAndLeavesTheItem) {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  EXPECT_TRUE(queue.try_push(std::make_unique<int>(1)));
  EXPECT_TRUE(queue.try_push(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(queue.try_push(std::move(third)));
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(*third, 3);
  EXPECT_EQ(queue.size(), 2U);
}

TEST(BoundedQueue, PopAllTakesEverythingInOrder) {
  BoundedQueue<int> queue(8);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(queue.try_push(int{i}));
  }
  std::vector<int> out;
  ASSERT_TRUE(queue.pop_all(out));
  EXPECT_EQ(out, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(queue.size(), 0U);
}

TEST(BoundedQueue, TryPopAllOfAnEmptyQueueAnswersAtOnce) {
  BoundedQueue<int> queue(1);
  std::vector<int> out;
  EXPECT_FALSE(queue.try_pop_all(out));
  ASSERT_TRUE(queue.try_push(7));
  EXPECT_TRUE(queue.try_pop_all(out));
  EXPECT_EQ(out, std::vector<int>{7});
}

TEST(BoundedQueue, ClosedQueueRefusesItemsButHandsOutWhatItHolds) {
  BoundedQueue<int> queue(4);
  ASSERT_TRUE(queue.push(1));
  queue.close();
  EXPECT_FALSE(queue.push(2));
  EXPECT_FALSE(queue.try_push(3));
  std::vector<int> out;
  ASSERT_TRUE(queue.pop_all(out));
  EXPECT_EQ(out, std::vector<int>{1});
  out.clear();
  EXPECT_FALSE(queue.pop_all(out));
}

TEST(BoundedQueue, PushWaitsForRoom) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.push(1));
  std::thread producer([&] { EXPECT_TRUE(queue.push(2)); });
  std::vector<int> seen;
  while (seen.size() < 2) {
    std::vector<int> out;
    ASSERT_TRUE(queue.pop_all(out));
    EXPECT_LE(out.size(), 1U);
    seen.insert(seen.end(), out.begin(), out.end());
  }
  producer.join();
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST(BoundedQueue, CloseWakesAWaitingProducerAndAWaitingConsumer) {
  BoundedQueue<int> full(1);
  ASSERT_TRUE(full.push(1));
  BoundedQueue<int> empty(1);
  std::thread producer([&] { EXPECT_FALSE(full.push(2)); });
  std::thread consumer([&] {
    std::vector<int> out;
    EXPECT_FALSE(empty.pop_all(out));
  });
  full.close();
  empty.close();
  producer.join();
  consumer.join();
}

TEST(BoundedQueue, ManyProducersLoseNothingAndKeepTheirOwnOrder) {
  constexpr int kProducers = 4;
  constexpr int kItems = 2000;
  BoundedQueue<int> queue(16);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&queue, p] {
      for (int i = 0; i < kItems; ++i) {
        ASSERT_TRUE(queue.push(p * kItems + i));
      }
    });
  }
  std::vector<int> next(kProducers, 0);
  for (int seen = 0; seen < kProducers * kItems;) {
    std::vector<int> out;
    ASSERT_TRUE(queue.pop_all(out));
    ASSERT_LE(out.size(), 16U);
    for (const int item : out) {
      ASSERT_EQ(item % kItems, next[static_cast<std::size_t>(item / kItems)]++);
    }
    seen += static_cast<int>(out.size());
  }
  for (std::thread& producer : producers) {
    producer.join();
  }
}

}  // namespace
}  // namespace daybook
