#include "components/reactor_answers.h"

#include <gtest/gtest.h>

namespace daybook::components {
namespace {

const reactor::Exchange kAsked{R"({"query":{"edge":"orders","fields":["id"],"filter":"n > 1",)"
                               R"("navigate":[{"edge":"lines","fields":["sku"]}]}})",
                               R"({"rows":[1]})"};

// What the same program asked before queries said which fields they want.
const reactor::Exchange kAskedOnce{
    R"({"query":{"edge":"orders","filter":"n > 1","navigate":[{"edge":"lines"}]}})",
    R"({"rows":[2]})"};

TEST(ReactorAnswers, ComeBackAsTheyWereWritten) {
  const auto read = read_answers(write_answers({kAsked, kAskedOnce}));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).question, kAsked.question);
  EXPECT_EQ(read->at(1).answer, kAskedOnce.answer);
  EXPECT_EQ(write_answers({}), "");
  EXPECT_FALSE(read_answers("[{}]"));
}

TEST(KeptWorld, AnswersEachQuestionOnceAndInOrder) {
  KeptWorld world({kAsked});
  EXPECT_EQ(world.ask(kAsked.question).value(), kAsked.answer);
  EXPECT_TRUE(world.all_asked());
  EXPECT_EQ(world.ask(kAsked.question).error().reason, KeptWorld::kDiffers);
}

TEST(KeptWorld, AQuestionOfAnOlderLogSaysNotWhichFieldsItWants) {
  KeptWorld world({kAskedOnce});
  EXPECT_EQ(world.ask(kAsked.question).value(), kAskedOnce.answer);
}

TEST(KeptWorld, OtherQuestionsAreNotAnswered) {
  KeptWorld world({kAskedOnce});
  const std::string other = R"({"query":{"edge":"orders","fields":["id"],"filter":"n > 2"}})";
  EXPECT_EQ(world.ask(other).error().reason, KeptWorld::kDiffers);
  KeptWorld kept({kAsked});
  const std::string fewer =
      R"({"query":{"edge":"orders","filter":"n > 1","navigate":[{"edge":"lines"}]}})";
  EXPECT_EQ(kept.ask(fewer).error().reason, KeptWorld::kDiffers);
  EXPECT_EQ(kept.ask(R"({"http":{"url":"u","body":{"fields":[]}}})").error().reason,
            KeptWorld::kDiffers);
}

}  // namespace
}  // namespace daybook::components
