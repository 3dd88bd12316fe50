// The sequencer without threads: each step is taken by the caller.
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "tests/scheduler/sequencer_rig.h"

namespace daybook::scheduler {
namespace {

class SequencerByHand : public SequencerRig {
 protected:
  SequencerByHand() {
    sequencer = std::make_unique<Sequencer>(log, clock, State(), SequencerOptions{});
  }
  // What came of it, once it is answered.
  std::shared_ptr<std::optional<Replies>> submit(std::vector<Command> commands) {
    auto out = std::make_shared<std::optional<Replies>>();
    Request asked = request(std::move(commands));
    asked.answer = [out](Replies replies) { *out = std::move(replies); };
    EXPECT_TRUE(sequencer->submit(std::move(asked)));
    return out;
  }
};

TEST_F(SequencerByHand, NothingIsAnsweredBeforeItIsAppended) {
  EXPECT_FALSE(sequencer->decide_by_hand());
  const auto answer = submit({definition()});
  EXPECT_FALSE(sequencer->commit_by_hand()) << "it is not decided";
  EXPECT_TRUE(sequencer->decide_by_hand());
  EXPECT_FALSE(answer->has_value());
  EXPECT_EQ(log.last(), Seq{});
  EXPECT_EQ(sequencer->state().applied(), Seq{1}) << "the working state is ahead";
  EXPECT_TRUE(sequencer->commit_by_hand());
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((**answer)[0]->last, Seq{1});
  EXPECT_EQ(log.last(), Seq{1});
  EXPECT_FALSE(sequencer->commit_by_hand());
}

TEST_F(SequencerByHand, TheNextGroupWaitsForTheOneThatIsHandedOver) {
  const auto first = submit({definition()});
  EXPECT_TRUE(sequencer->decide_by_hand());
  const auto second = submit({job(), job("unknown")});
  EXPECT_TRUE(sequencer->decide_by_hand());
  EXPECT_TRUE(first->has_value());
  EXPECT_FALSE(second->has_value());
  EXPECT_TRUE(sequencer->commit_by_hand());
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ((**second)[0]->first, Seq{2});
  EXPECT_EQ((**second)[1].error().reason, "DEFINITION_NOT_FOUND");
}

}  // namespace
}  // namespace daybook::scheduler
