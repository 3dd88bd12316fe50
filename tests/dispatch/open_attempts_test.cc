#include "dispatch/open_attempts.h"

#include <gtest/gtest.h>

namespace daybook::dispatch {
namespace {

using Over = OpenAttempts::Over;

OpenAttempt attempt(std::uint64_t n, Micros lease_until, Micros timeout_at = {}) {
  OpenAttempt out;
  out.job = JobId::make(Micros{1}, 0, Seq{n});
  out.started = Seq{n + 1000};
  out.lease_until = lease_until;
  out.lease = Duration{20};
  out.timeout_at = timeout_at;
  return out;
}

std::vector<Over> take(OpenAttempts& open, Micros now, std::size_t max = 100) {
  std::vector<Over> out;
  open.take_over(now, max, out);
  return out;
}

TEST(OpenAttempts, EachIsNamedOnceWhenItIsOver) {
  OpenAttempts open(Duration{5});
  open.add(attempt(1, Micros{10}));
  open.add(attempt(2, Micros{20}));
  EXPECT_EQ(open.next(), Micros{10});
  EXPECT_TRUE(take(open, Micros{9}).empty());
  const auto over = take(open, Micros{10});
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0].started, Seq{1001});
  EXPECT_EQ(over[0].cause, events::ExpiryCause::kLease);
  EXPECT_TRUE(take(open, Micros{10}).empty());
  EXPECT_EQ(open.size(), 2U);
}

TEST(OpenAttempts, TheEarlierOfLeaseAndTimeoutCounts) {
  OpenAttempts open(Duration{5});
  open.add(attempt(1, Micros{30}, Micros{10}));
  open.add(attempt(2, Micros{}, Micros{10}));  // run by the server: its runtime has a grace
  open.add(attempt(3, Micros{}));
  const auto first = take(open, Micros{10});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].cause, events::ExpiryCause::kTimeout);
  EXPECT_TRUE(take(open, Micros{14}).empty());
  EXPECT_EQ(take(open, Micros{15}).size(), 1U);
  EXPECT_EQ(open.next(), std::nullopt);
}

TEST(OpenAttempts, TimeIsGivenBackToThoseWhoHoldALease) {
  OpenAttempts open(Duration{5});
  open.add(attempt(1, Micros{10}));
  open.add(attempt(2, Micros{30}, Micros{10}));
  open.add(attempt(3, Micros{}, Micros{10}));
  open.give_back(Duration{100}, Micros{100});
  const auto own = take(open, Micros{15});
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0].started, Seq{1003});
  EXPECT_TRUE(take(open, Micros{109}).empty());
  EXPECT_EQ(take(open, Micros{110}).size(), 2U);
}

TEST(OpenAttempts, WhoWasRenewedAlreadyGetsNoMoreThanAFreshLease) {
  OpenAttempts open(Duration{5});
  open.add(attempt(1, Micros{120}));
  open.give_back(Duration{100}, Micros{100});
  EXPECT_EQ(take(open, Micros{120}).size(), 1U);
}

TEST(OpenAttempts, ExtensionMovesTheEnd) {
  OpenAttempts open(Duration{5});
  open.add(attempt(1, Micros{10}));
  open.extend(attempt(1, {}).job, Micros{50});
  EXPECT_TRUE(take(open, Micros{10}).empty());
  EXPECT_EQ(open.next(), Micros{50});
  EXPECT_EQ(take(open, Micros{50}).size(), 1U);
}

TEST(OpenAttempts, WhatEndedIsNotNamed) {
  OpenAttempts open(Duration{5});
  open.add(attempt(1, Micros{10}));
  ASSERT_TRUE(open.remove(attempt(1, {}).job));
  EXPECT_FALSE(open.remove(attempt(1, {}).job));
  EXPECT_TRUE(take(open, Micros{10}).empty());
}

TEST(OpenAttempts, OldEntryDoesNotEndTheNextAttempt) {
  OpenAttempts open(Duration{5});
  open.add(attempt(1, Micros{10}));
  open.remove(attempt(1, {}).job);
  auto again = attempt(1, Micros{100});
  again.started = Seq{2000};
  open.add(again);
  EXPECT_TRUE(take(open, Micros{50}).empty());
  EXPECT_EQ(take(open, Micros{100}).at(0).started, Seq{2000});
}

TEST(OpenAttempts, LookAgainComesBackLater) {
  OpenAttempts open(Duration{5});
  open.add(attempt(1, Micros{10}));
  ASSERT_EQ(take(open, Micros{10}).size(), 1U);
  open.look_again(attempt(1, {}).job, Seq{1001}, Micros{60});
  open.look_again(attempt(1, {}).job, Seq{999}, Micros{20});  // another attempt
  EXPECT_EQ(open.next(), Micros{60});
}

TEST(OpenAttempts, ManyEndedOnesLeaveNoEntries) {
  OpenAttempts open(Duration{5});
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    open.add(attempt(i, Micros{1'000'000}));
    open.remove(attempt(i, {}).job);
  }
  open.add(attempt(7, Micros{2'000'000}));
  std::vector<Over> over;
  open.take_over(Micros{1'999'999}, 10, over);
  EXPECT_TRUE(over.empty());
  EXPECT_EQ(open.next(), Micros{2'000'000});
}

TEST(OpenAttempts, AtMostSoManyAreNamedAtOnce) {
  OpenAttempts open(Duration{5});
  for (std::uint64_t i = 0; i < 10; ++i) {
    open.add(attempt(i, Micros{1}));
  }
  EXPECT_EQ(take(open, Micros{1}, 4).size(), 4U);
  EXPECT_EQ(take(open, Micros{1}).size(), 6U);
}

}  // namespace
}  // namespace daybook::dispatch
