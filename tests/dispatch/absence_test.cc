#include "dispatch/absence.h"

#include <gtest/gtest.h>

namespace daybook::dispatch {
namespace {

constexpr std::chrono::microseconds kWait{500'000};

std::optional<Duration> slept(std::int64_t us, std::optional<std::chrono::microseconds> wanted) {
  Absence absence;
  absence.begin(Micros{7});
  absence.wait(wanted);
  return absence.wake(Micros{7 + us});
}

TEST(Absence, IsASleepThatIsLongerThanWantedByMoreThanTheLimit) {
  const std::int64_t most = kWait.count() + kAwayMinUs;
  EXPECT_FALSE(slept(most - 1, kWait));
  EXPECT_FALSE(slept(most, kWait));
  EXPECT_EQ(slept(most + 1, kWait), Duration{most + 1});
}

TEST(Absence, WhoWaitsForEverIsNeverAway) {
  EXPECT_FALSE(slept(hours(24).value, std::nullopt));
}

TEST(Absence, IsCountedFromTheWakeBefore) {
  Absence absence;
  absence.begin(Micros{});
  absence.wait(std::nullopt);
  EXPECT_FALSE(absence.wake(Micros{hours(1).value}));
  absence.wait(kWait);
  EXPECT_FALSE(absence.wake(Micros{hours(1).value + kWait.count()}));
}

}  // namespace
}  // namespace daybook::dispatch
