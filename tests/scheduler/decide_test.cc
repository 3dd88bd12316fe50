#include "scheduler/decide.h"

#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

TEST(Decide, ADecisionThatIsUsedAgainHoldsNothingOfTheOneBefore) {
  Engine engine;
  engine.component("c");
  engine.definition("d");
  Decision decision;
  decision.cause = Seq{3};
  decision.past = Seq{4};
  decision.keep("a text of the one before");
  decision.outcome = RemoveOutcome{1};
  decision.events.emplace_back(events::RuleDeleted{"r"});
  const Context context{engine.state, engine.now, Seq{9}, nullptr};
  StartServer start;
  start.version = "1";
  ASSERT_TRUE(decide(context, Command{start}, decision));
  EXPECT_TRUE(std::holds_alternative<Done>(decision.outcome));
  ASSERT_EQ(decision.events.size(), 1U);
  EXPECT_EQ(events::entry_of(decision.events[0]).name, "ServerStarted");
  EXPECT_TRUE(decision.texts.empty());
  EXPECT_EQ(decision.cause, Seq{});
  EXPECT_EQ(decision.past, Seq{});
}

}  // namespace
}  // namespace daybook::scheduler
