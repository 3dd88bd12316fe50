#include <gtest/gtest.h>

#include "base/entropy.h"
#include "base/limits/definitions.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

struct BackoffCase {
  events::RetryPolicy policy;
  std::vector<std::int64_t> delays;  // after attempt 1, 2, 3 …
};

TEST(Backoff, DelaysAreTheExactTable) {
  const BackoffCase table[] = {
      {{9, seconds(1), hours(1), 2000, 0}, {1'000'000, 2'000'000, 4'000'000, 8'000'000}},
      {{9, seconds(2), seconds(10), 3000, 0}, {2'000'000, 6'000'000, 10'000'000, 10'000'000}},
      {{9, millis(250), hours(1), 1000, 0}, {250'000, 250'000, 250'000}},
      {{9, Duration{1'000'001}, hours(1), 1500, 0}, {1'000'001, 1'500'001, 2'250'002, 3'375'003}},
      // What is less than a microsecond is kept from one attempt to the next.
      {{9, Duration{1}, hours(1), 1900, 0}, {1, 1, 3, 6, 13, 24}},
      {{9, seconds(8), hours(1), 500, 0}, {8'000'000, 4'000'000, 2'000'000}},
      {{9, seconds(20), seconds(5), 2000, 0}, {5'000'000, 5'000'000}},
      {{9, Duration{0}, hours(1), 2000, 0}, {0, 0, 0}},
      {{9, seconds(1), hours(1), 0, 0}, {1'000'000, 0, 0}},
  };
  for (const BackoffCase& line : table) {
    for (std::uint32_t i = 0; i < line.delays.size(); ++i) {
      EXPECT_EQ(backoff(line.policy, Attempt{i + 1}, 12345).value, line.delays[i])
          << "factor " << line.policy.factor_milli << ", attempt " << i + 1;
    }
  }
}

TEST(Backoff, JitterStaysWithinItsShareAndReachesBothEnds) {
  const events::RetryPolicy policy{9, Duration{1000}, hours(1), 2000, 100};
  std::int64_t least = INT64_MAX;
  std::int64_t most = 0;
  for (std::uint64_t random = 0; random < 1000; ++random) {
    const std::int64_t delay = backoff(policy, Attempt{1}, random).value;
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_EQ(least, 900);
  EXPECT_EQ(most, 1100);
}

TEST(Backoff, NoJitterGoesBeyondTheLongestDelay) {
  const events::RetryPolicy policy{9, millis(100), millis(300), 2000, 1000};
  const events::RetryPolicy longest{9, Duration{kBackoffMaxUs}, Duration{kBackoffMaxUs}, 1000,
                                    1000};
  SeededEntropy entropy(1);
  std::int64_t most = 0;
  for (int i = 0; i < 1000; ++i) {
    most = std::max(most, backoff(policy, Attempt{9}, entropy.next()).value);
    EXPECT_LE(backoff(longest, Attempt{1}, entropy.next()).value, kBackoffMaxUs);
  }
  EXPECT_EQ(most, millis(300).value);
}

TEST(Backoff, FullJitterIsNeverNegative) {
  const events::RetryPolicy policy{9, Duration{1000}, hours(1), 2000, 1000};
  SeededEntropy entropy(1);
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t delay = backoff(policy, Attempt{1}, entropy.next()).value;
    EXPECT_GE(delay, 0);
    EXPECT_LE(delay, 2000);
  }
}

TEST(Backoff, ThousandthAttemptWithTheLargestFactorIsTheLongestDelay) {
  const events::RetryPolicy policy{kAttemptsMax, Duration{kBackoffMaxUs}, Duration{kBackoffMaxUs},
                                   1'000'000, 0};
  EXPECT_EQ(backoff(policy, Attempt{kAttemptsMax}, 0).value, kBackoffMaxUs);
  const events::RetryPolicy small{kAttemptsMax, Duration{1}, Duration{kBackoffMaxUs}, 1'000'000, 0};
  EXPECT_EQ(backoff(small, Attempt{kAttemptsMax}, 0).value, kBackoffMaxUs);
}

TEST(Backoff, PolicyOutOfEveryRangeNeitherOverflowsNorGoesBack) {
  const std::int64_t odd[] = {INT64_MIN, -1, 0, 1, kBackoffMaxUs, INT64_MAX};
  for (const std::int64_t initial : odd) {
    for (const std::int64_t max : odd) {
      for (const std::uint32_t milli : {0U, 999U, 1001U, UINT32_MAX}) {
        const events::RetryPolicy policy{9, Duration{initial}, Duration{max}, milli, milli};
        for (const std::uint32_t attempt : {0U, 1U, 2U, 9U, 1000U}) {
          const std::int64_t delay = backoff(policy, Attempt{attempt}, UINT64_MAX).value;
          EXPECT_GE(delay, 0);
          EXPECT_LE(delay, kBackoffMaxUs);
          EXPECT_LE(delay, std::max(max, std::int64_t{0}));
        }
      }
    }
  }
}

}  // namespace
}  // namespace daybook::scheduler
