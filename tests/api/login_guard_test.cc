#include "api/login_guard.h"

#include <gtest/gtest.h>

#include "base/limits/access.h"

namespace daybook::api {
namespace {

constexpr Micros kBegin{1'000'000'000};

TEST(LoginGuard, TellsToWaitAfterSoMany) {
  LoginGuard guard;
  for (std::uint32_t i = 0; i < kLoginFailuresMax; ++i) {
    EXPECT_EQ(guard.failed("a", kBegin).value, 0);
  }
  EXPECT_EQ(guard.failed("a", kBegin + seconds(10)).value, kLoginWindowUs - 10'000'000);
  EXPECT_EQ(guard.failed("b", kBegin).value, 0);
  EXPECT_EQ(guard.failed("a", kBegin + Duration{kLoginWindowUs}).value, 0);
}

TEST(LoginGuard, RemembersSoManyAddressesAtMost) {
  LoginGuard guard;
  for (std::uint32_t i = 0; i <= kLoginFailuresMax; ++i) {
    guard.failed("a", kBegin);
  }
  EXPECT_GT(guard.failed("a", kBegin).value, 0);
  for (std::size_t i = 0; i < kLoginPeersMax; ++i) {
    guard.failed("p" + std::to_string(i), kBegin);
  }
  EXPECT_EQ(guard.failed("a", kBegin).value, 0) << "forgotten with all others";
}

}  // namespace
}  // namespace daybook::api
