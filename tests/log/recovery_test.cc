#include "log/recovery.h"

#include <functional>

#include <gtest/gtest.h>

namespace daybook::log {
namespace {

void for_all_findings(const std::function<void(const Findings&)>& f) {
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(IdentityState::kForeign); ++i) {
    for (std::uint8_t s = 0; s <= static_cast<std::uint8_t>(StoreState::kRemains); ++s) {
      for (std::uint8_t a = 0; a <= static_cast<std::uint8_t>(AnchorState::kForeign); ++a) {
        for (std::uint8_t r = 0; r <= static_cast<std::uint8_t>(Reach::kTrimmedPastAnchor); ++r) {
          for (std::uint8_t t = 0; t <= static_cast<std::uint8_t>(TailState::kUnknownType); ++t) {
            f(Findings{IdentityState{i}, StoreState{s}, AnchorState{a}, Reach{r}, TailState{t}});
          }
        }
      }
    }
  }
}

TEST(RecoveryTable, EveryCombinationMatchesExactlyOneRow) {
  int combinations = 0;
  for_all_findings([&](const Findings& findings) {
    int rows = 0;
    for (const Row& row : recovery_table()) {
      rows += matches(row, findings) ? 1 : 0;
    }
    ASSERT_EQ(rows, 1) << "combination " << combinations;
    ++combinations;
  });
  EXPECT_EQ(combinations, 3 * 6 * 4 * 6 * 8);
}

TEST(RecoveryTable, EveryRowIsReached) {
  std::vector<bool> reached(recovery_table().size());
  for_all_findings([&](const Findings& findings) {
    reached[static_cast<std::size_t>(&decide(findings) - recovery_table().data())] = true;
  });
  for (std::size_t i = 0; i < reached.size(); ++i) {
    EXPECT_TRUE(reached[i]) << recovery_table()[i].reason;
  }
}

TEST(RecoveryTable, ALogIsOpenedOnlyWhenAllAgree) {
  for_all_findings([&](const Findings& findings) {
    const Action action = decide(findings).action;
    if (action != Action::kOpen && action != Action::kAdvanceAnchor) {
      return;
    }
    EXPECT_EQ(findings.identity, IdentityState::kMatching);
    EXPECT_EQ(findings.anchor, AnchorState::kValid);
    EXPECT_EQ(findings.tail, TailState::kWhole);
    EXPECT_TRUE(findings.reach == Reach::kAtAnchor || findings.reach == Reach::kPastAnchor);
  });
}

TEST(RecoveryTable, NothingIsCreatedBesideAnythingThatHeldRecords) {
  for_all_findings([&](const Findings& findings) {
    const Action action = decide(findings).action;
    if (action == Action::kCreate) {
      EXPECT_EQ(findings.identity, IdentityState::kMissing);
      EXPECT_EQ(findings.store, StoreState::kAbsent);
      EXPECT_EQ(findings.anchor, AnchorState::kMissing);
    }
    if (action == Action::kFinishCreation) {
      EXPECT_EQ(findings.store, StoreState::kEmpty);
    }
  });
}

}  // namespace
}  // namespace daybook::log
