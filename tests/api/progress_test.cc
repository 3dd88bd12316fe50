#include "api/progress.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace daybook::api {
namespace {

Micros at(std::int64_t second) {
  return Micros{} + seconds(1000 + second);
}

TEST(Progress, ASilenceIsLateWhateverWentBefore) {
  Progress p;
  p.begin(at(0), seconds(10));
  p.add(at(1), 8 * 1024 * 1024);
  EXPECT_FALSE(p.is_late(at(10)));
  EXPECT_TRUE(p.is_late(at(11)));
}

TEST(Progress, DrippingIsLateAfterOneStretch) {
  Progress p;
  p.begin(at(0), seconds(10));
  for (int s = 1; s < 10; ++s) {
    p.add(at(s), 1);
    EXPECT_FALSE(p.is_late(at(s)));
  }
  EXPECT_TRUE(p.is_late(at(10)));
}

TEST(Progress, TheLeastRateIsEnoughForEver) {
  Progress p;
  p.begin(at(0), seconds(10));
  for (int s = 1; s < 1000; ++s) {
    p.add(at(s), kHttpBytesPerSecondMin);
    EXPECT_FALSE(p.is_late(at(s))) << s;
  }
}

}  // namespace
}  // namespace daybook::api
