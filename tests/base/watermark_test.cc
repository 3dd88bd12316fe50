#include "base/watermark.h"

#include <thread>

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr std::chrono::seconds kMarkWait{30};

TEST(Watermark, OnlyRises) {
  Watermark mark(Seq{5});
  mark.raise(Seq{3});
  EXPECT_EQ(mark.value(), Seq{5});
  mark.raise(Seq{9});
  EXPECT_EQ(mark.value(), Seq{9});
}

TEST(Watermark, WaitForWhatIsThereAnswersAtOnce) {
  const Watermark mark(Seq{5});
  EXPECT_TRUE(mark.wait(Seq{5}, std::chrono::microseconds(0)));
  EXPECT_FALSE(mark.wait(Seq{6}, std::chrono::microseconds(1)));
}

TEST(Watermark, RaiseWakesTheWaiters) {
  Watermark mark;
  std::thread waiter([&] { EXPECT_TRUE(mark.wait(Seq{2}, kMarkWait)); });
  mark.raise(Seq{1});
  mark.raise(Seq{2});
  waiter.join();
}

TEST(Watermark, CloseWakesTheWaitersWithWhatThereIs) {
  Watermark mark;
  std::thread waiter([&] { EXPECT_FALSE(mark.wait(Seq{1}, kMarkWait)); });
  mark.close();
  waiter.join();
  EXPECT_FALSE(mark.wait(Seq{1}, kMarkWait));
}

}  // namespace
}  // namespace daybook
