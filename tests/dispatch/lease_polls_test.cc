#include "dispatch/lease_polls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace daybook::dispatch {
namespace {

Poll poll(std::uint64_t number, std::vector<std::string> definitions, Micros until = Micros{100}) {
  Poll out;
  out.number = number;
  out.request.definitions = std::move(definitions);
  out.until = until;
  return out;
}

std::vector<std::uint64_t> serve_all(LeasePolls& polls, int jobs) {
  std::vector<std::uint64_t> out;
  polls.serve([&](Poll& front) {
    out.push_back(front.number);
    return jobs-- > 0;
  });
  return out;
}

TEST(LeasePolls, EachLineIsAskedOnceWhenThereIsNothing) {
  LeasePolls polls;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    polls.add(poll(i, i % 2 == 0 ? std::vector<std::string>{"a"} : std::vector<std::string>{"b"}));
  }
  EXPECT_THAT(serve_all(polls, 0), testing::ElementsAre(1, 2));
  EXPECT_EQ(polls.size(), 100U);
}

TEST(LeasePolls, TheOldestOfAllLinesGoesFirst) {
  LeasePolls polls;
  polls.add(poll(1, {"a"}));
  polls.add(poll(2, {"b", "a"}));
  polls.add(poll(3, {"a", "b", "a"}));
  polls.add(poll(4, {"a"}));
  EXPECT_THAT(serve_all(polls, 3), testing::ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(polls.size(), 1U);
}

TEST(LeasePolls, OneIsTakenOutByItsNumber) {
  LeasePolls polls;
  polls.add(poll(1, {"a"}));
  polls.add(poll(2, {"a"}));
  EXPECT_EQ(polls.take(1)->number, 1U);
  EXPECT_FALSE(polls.take(1));
  EXPECT_THAT(serve_all(polls, 1), testing::ElementsAre(2));
  EXPECT_FALSE(polls.take(2));
  EXPECT_EQ(polls.next_end(), std::nullopt);
}

TEST(LeasePolls, WhoComesBackKeepsItsPlace) {
  LeasePolls polls;
  polls.add(poll(2, {"a"}));
  polls.add(poll(1, {"a"}));
  EXPECT_THAT(serve_all(polls, 1), testing::ElementsAre(1, 2));
}

TEST(LeasePolls, WaitsEndInTheirOrder) {
  LeasePolls polls;
  polls.add(poll(1, {"a"}, Micros{30}));
  polls.add(poll(2, {"a"}, Micros{10}));
  polls.add(poll(3, {"b"}, Micros{20}));
  EXPECT_EQ(polls.next_end(), Micros{10});
  std::vector<Poll> over;
  polls.take_over(Micros{20}, over);
  ASSERT_EQ(over.size(), 2U);
  EXPECT_EQ(over[0].number, 2U);
  EXPECT_EQ(over[1].number, 3U);
  polls.take_all(over);
  EXPECT_EQ(over.size(), 3U);
  EXPECT_EQ(polls.size(), 0U);
  EXPECT_EQ(polls.next_end(), std::nullopt);
}

}  // namespace
}  // namespace daybook::dispatch
