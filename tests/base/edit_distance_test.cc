#include "base/edit_distance.h"

#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(EditDistance, CountsWhatMakesOneWordOfTheOther) {
  const struct {
    const char* a;
    const char* b;
    std::size_t edits;
  } kCases[] = {
      {"", "", 0},
      {"", "list", 4},
      {"list", "list", 0},
      {"lists", "list", 1},  // one less
      {"lit", "list", 1},    // one more
      {"lisp", "list", 1},   // one changed
      {"lsit", "list", 1},   // two swapped
      {"ilts", "list", 2},   // twice
      {"ca", "abc", 3},      // what was swapped is not edited again
      {"kitten", "sitting", 3},
  };
  for (const auto& [a, b, edits] : kCases) {
    EXPECT_EQ(edit_distance(a, b), edits) << a << " " << b;
    EXPECT_EQ(edit_distance(b, a), edits) << b << " " << a;
  }
}

}  // namespace
}  // namespace daybook
