#include "base/rate_window.h"

#include <deque>

#include <gtest/gtest.h>

namespace daybook {
namespace {

// Starts as soon as it may, all the time, and looks at each span.
void expect_never_more_than(std::uint32_t count, Duration per, Duration step) {
  RateWindow window;
  std::deque<Micros> inside;
  std::uint64_t total = 0;
  const Micros end{20 * per.value};
  for (Micros now{}; now < end; now = now + step) {
    while (!inside.empty() && inside.front() + per <= now) {
      inside.pop_front();
    }
    while (window.used(now, per) < count) {
      window.start(now, count, per);
      inside.push_back(now);
      ++total;
      ASSERT_LE(inside.size(), count);
    }
    ASSERT_LE(window.groups().size(), 65U);
  }
  // A 64th of it may be lost, and what the steps leave unused.
  EXPECT_GE(total, 20ULL * count * 95 / 100);
}

TEST(RateWindow, NoSpanHoldsMoreThanTheLimit) {
  for (const std::uint32_t count : {1U, 2U, 10U, 64U, 65U, 1000U, 100'000U}) {
    SCOPED_TRACE(count);
    expect_never_more_than(count, seconds(2), millis(10));
  }
}

TEST(RateWindow, StartsAroundABorderAreNotTwiceTheLimit) {
  RateWindow window;
  const Duration per = seconds(2);
  window.start(Micros{0}, 10, per);
  for (int i = 0; i < 9; ++i) {
    window.start(Micros{1'800'000}, 10, per);
  }
  EXPECT_EQ(window.used(Micros{1'999'999}, per), 10U);
  EXPECT_EQ(window.used(Micros{2'000'000}, per), 9U);
  EXPECT_EQ(window.next_end(Micros{2'000'000}, per), Micros{3'800'000});
  EXPECT_EQ(window.used(Micros{3'800'000}, per), 0U);
}

TEST(RateWindow, LimitThatIsLoweredKeepsWhatItCounted) {
  RateWindow window;
  for (int i = 0; i < 200; ++i) {
    window.start(Micros{i}, 1'000, seconds(1));
  }
  EXPECT_EQ(window.used(Micros{200}, seconds(1)), 200U);
  for (int i = 0; i < 200; ++i) {
    window.start(Micros{200 + i}, 1, seconds(1));
  }
  EXPECT_EQ(window.used(Micros{400}, seconds(1)), 400U);
  EXPECT_LE(window.groups().size(), 65U);
}

TEST(RateWindow, RestoresWhatItHoldsAndNothingElse) {
  RateWindow window;
  EXPECT_TRUE(window.restore({{Micros{1}, 2}, {Micros{3}, 1}}));
  EXPECT_EQ(window.used(Micros{3}, seconds(1)), 3U);
  EXPECT_FALSE(window.restore({{Micros{1}, 0}}));
  EXPECT_FALSE(window.restore({{Micros{3}, 1}, {Micros{1}, 1}}));
  EXPECT_FALSE(window.restore(std::vector<RateWindow::Group>(66, {Micros{1}, 1})));
  EXPECT_EQ(window.used(Micros{3}, seconds(1)), 3U);
}

}  // namespace
}  // namespace daybook
