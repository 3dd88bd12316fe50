#include "base/error.h"

#include <set>

#include <gtest/gtest.h>

#include "base/check.h"
#include "base/result.h"

namespace daybook {
namespace {

TEST(Error, TextHasReasonMessageAndField) {
  EXPECT_EQ(make_error(Code::kInvalid, "BAD_ID", "an id is short", "id").text(),
            "BAD_ID: an id is short (id)");
  EXPECT_EQ(make_error(Code::kNotFound, "", "no such thing").text(), "not-found: no such thing");
}

TEST(Error, EveryCodeHasItsOwnName) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code) {
    EXPECT_TRUE(names.insert(code_name(static_cast<Code>(code))).second) << code;
  }
}

Result<int> half(int value) {
  if (value % 2 != 0) {
    return fail(Code::kInvalid, "ODD", "the value is odd", "value");
  }
  return value / 2;
}

Result<int> quarter(int value) {
  DAYBOOK_ASSIGN(const int once, half(value));
  DAYBOOK_TRY(half(once));
  return once / 2;
}

TEST(Result, AssignAndTryPassTheErrorOn) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(7).error().reason, "ODD");
  EXPECT_EQ(quarter(6).error().reason, "ODD");
}

TEST(CheckDeathTest, FailedCheckNamesTheConditionAndEndsTheProcess) {
  EXPECT_DEATH(DAYBOOK_CHECK(1 + 1 == 3, "sums add up"), "1 \\+ 1 == 3.*sums add up");
}

}  // namespace
}  // namespace daybook
