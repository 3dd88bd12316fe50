#include "base/supervisor.h"

#include <gtest/gtest.h>

namespace daybook {
namespace {

Error error(std::string_view reason) {
  return make_error(Code::kIo, reason, "it failed");
}

struct Told {
  std::vector<std::string> lines;

  Supervisor::Hooks hooks() {
    return {[this](const Fault& f) { lines.push_back("fault " + f.part + " " + f.error.reason); },
            [this](const std::string& part) { lines.push_back("healed " + part); },
            [this](const Fault& f) { lines.push_back("stop " + f.part); }};
  }
};

TEST(Supervisor, AFaultIsToldOnceAndStandsUntilItHeals) {
  Told told;
  Supervisor supervisor(told.hooks());
  supervisor.arm();
  supervisor.fail("retention", error("A"), Consequence::kDegraded);
  supervisor.fail("retention", error("B"), Consequence::kDegraded);
  ASSERT_EQ(supervisor.faults().size(), 1U);
  EXPECT_EQ(supervisor.faults().front().error.reason, "A");
  supervisor.heal("retention");
  supervisor.heal("retention");
  EXPECT_TRUE(supervisor.faults().empty());
  supervisor.fail("retention", error("C"), Consequence::kDegraded);
  EXPECT_EQ(told.lines, (std::vector<std::string>{"fault retention A", "healed retention",
                                                  "fault retention C"}));
}

TEST(Supervisor, TheFirstStopEndsTheProcessAndDoesNotHeal) {
  Told told;
  Supervisor supervisor(told.hooks());
  supervisor.arm();
  supervisor.fail("log", error("A"), Consequence::kStop);
  supervisor.fail("rules", error("B"), Consequence::kStop);
  supervisor.heal("log");
  EXPECT_EQ(supervisor.faults().size(), 2U);
  EXPECT_EQ(told.lines, (std::vector<std::string>{"fault log A", "stop log", "fault rules B"}));
}

TEST(Supervisor, WhatWasDegradedCanStillStop) {
  Told told;
  Supervisor supervisor(told.hooks());
  supervisor.arm();
  supervisor.fail("views", error("A"), Consequence::kDegraded);
  supervisor.fail("views", error("B"), Consequence::kStop);
  EXPECT_EQ(told.lines, (std::vector<std::string>{"fault views A", "fault views B", "stop views"}));
}

TEST(Supervisor, WhatWasNotedNeverHidesThatThePartStandsStill) {
  Told told;
  Supervisor supervisor(told.hooks());
  supervisor.arm();
  supervisor.fail("rules", error("A"), Consequence::kNoted);
  supervisor.fail("rules", error("B"), Consequence::kDegraded);
  supervisor.fail("rules", error("C"), Consequence::kNoted);
  ASSERT_EQ(supervisor.faults().size(), 1U);
  EXPECT_EQ(supervisor.faults().front().error.reason, "B");
  EXPECT_EQ(supervisor.faults().front().consequence, Consequence::kDegraded);
  supervisor.heal("rules");
  supervisor.fail("rules", error("D"), Consequence::kNoted);
  supervisor.heal("rules");
  EXPECT_TRUE(supervisor.faults().empty());
  EXPECT_EQ(told.lines, (std::vector<std::string>{"fault rules A", "fault rules B", "healed rules",
                                                  "fault rules D", "healed rules"}));
}

TEST(Supervisor, WhatFailsBeforeItIsArmedStopsWhenItIs) {
  Told told;
  Supervisor supervisor(told.hooks());
  supervisor.fail("log", error("A"), Consequence::kStop);
  EXPECT_EQ(told.lines, (std::vector<std::string>{"fault log A"}));
  supervisor.arm();
  EXPECT_EQ(told.lines, (std::vector<std::string>{"fault log A", "stop log"}));
}

}  // namespace
}  // namespace daybook
