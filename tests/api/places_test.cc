#include "api/places.h"

#include <gtest/gtest.h>

namespace daybook::api {
namespace {

class PlacesTest : public testing::Test {
 protected:
  Places::Place take(const std::string& name, const std::string& peer = "p") {
    return places.take(peer, [this, name] { left.push_back(name); });
  }

  FakeClock clock;
  Places places{{2, 2, seconds(1)}, clock};
  std::vector<std::string> left;
};

TEST_F(PlacesTest, AreGivenBack) {
  auto a = take("a");
  auto b = take("b");
  EXPECT_TRUE(a && b);
  EXPECT_FALSE(take("c"));
  b = {};
  EXPECT_TRUE(take("c"));
  EXPECT_EQ(places.taken(), 1U);
}

TEST_F(PlacesTest, TheLongestIdleMakesRoomOnceItsGraceIsOver) {
  auto a = take("a");
  auto b = take("b");
  b.idle(clock.steady());
  a.idle(clock.steady() + millis(1));
  EXPECT_FALSE(take("c"));
  clock.advance(seconds(2));
  auto c = take("c");
  EXPECT_TRUE(c);
  EXPECT_EQ(left, std::vector<std::string>{"b"});
  EXPECT_EQ(places.taken(), 2U);
  b.release();  // it is another's by now
  EXPECT_EQ(places.taken(), 2U);
}

TEST_F(PlacesTest, WhoIsBusyStays) {
  auto a = take("a");
  auto b = take("b");
  a.idle(clock.steady());
  a.busy();
  clock.advance(seconds(100));
  EXPECT_FALSE(take("c"));
  EXPECT_FALSE(places.take_free("p", [] {}));
  EXPECT_TRUE(left.empty());
}

TEST_F(PlacesTest, AnAddressThatHasAllItsPlacesGetsOneOfItsOwn) {
  Places two({3, 1, seconds(1)}, clock);
  auto a = two.take("p", [this] { left.push_back("a"); });
  auto b = two.take("q", [this] { left.push_back("b"); });
  b.idle(clock.steady());
  a.idle(clock.steady() + millis(1));
  EXPECT_FALSE(two.take("p", [] {}));
  clock.advance(seconds(2));
  EXPECT_TRUE(two.take("p", [] {}));
  EXPECT_EQ(left, std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace daybook::api
