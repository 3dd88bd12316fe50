#include "bench/load/histogram.h"

#include <gtest/gtest.h>

#include "base/entropy.h"

namespace daybook::bench {
namespace {

TEST(Histogram, PercentilesAreWithinOnePartIn128) {
  Histogram histogram;
  for (int us = 1; us <= 10'000; ++us) {
    histogram.record(us * 1000);
  }
  EXPECT_EQ(histogram.count(), 10'000U);
  EXPECT_NEAR(histogram.percentile_us(50), 5000, 5000.0 / 128);
  EXPECT_NEAR(histogram.percentile_us(99), 9900, 9900.0 / 128);
  EXPECT_NEAR(histogram.percentile_us(99.9), 9990, 9990.0 / 128);
  EXPECT_DOUBLE_EQ(histogram.max_us(), 10'000);
}

TEST(Histogram, NoValueIsShownBelowItself) {
  SeededEntropy random(7);
  for (int i = 0; i < 10'000; ++i) {
    const auto ns = static_cast<std::int64_t>(random.next() >> (1 + i % 60));
    Histogram histogram;
    histogram.record(ns);
    histogram.record(INT64_MAX);
    const double shown = histogram.percentile_us(50) * 1000;
    EXPECT_GE(shown * (1 + 1e-9), static_cast<double>(ns)) << "seed 7, value " << ns;
    EXPECT_LE(shown, static_cast<double>(ns) * (1 + 1.0 / 128) + 1) << "seed 7, value " << ns;
  }
}

TEST(Histogram, MergedCountsAsOne) {
  Histogram low;
  Histogram high;
  for (int i = 0; i < 90; ++i) {
    low.record(1000);
  }
  for (int i = 0; i < 10; ++i) {
    high.record(9'000'000);
  }
  low.merge(high);
  EXPECT_EQ(low.count(), 100U);
  EXPECT_NEAR(low.percentile_us(90), 1, 0.01);
  EXPECT_NEAR(low.percentile_us(91), 9000, 9000.0 / 128);
}

TEST(Histogram, EmptyShowsZeroAndNegativeCountsAsZero) {
  Histogram histogram;
  EXPECT_DOUBLE_EQ(histogram.percentile_us(99), 0);
  histogram.record(-5);
  EXPECT_EQ(histogram.count(), 1U);
  EXPECT_DOUBLE_EQ(histogram.max_us(), 0);
}

}  // namespace
}  // namespace daybook::bench
