#include "dispatch/outside.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"

namespace daybook::dispatch {
namespace {

using testing::HasSubstr;

TEST(GraphOutside, QuestionsThatCannotBeReadAreAnsweredWithAnError) {
  const FakeClock clock;
  const graph::Graph graph(clock);
  GraphOutside outside(graph);
  std::string deep = R"({"query":)";
  for (int i = 0; i < 40; ++i) {
    deep += R"({"edge":"jobs","navigate":[)";
  }
  deep += R"({"edge":"jobs"})";
  for (int i = 0; i < 40; ++i) {
    deep += "]}";
  }
  const auto answer = outside.ask(deep + "}", Micros{}, Micros{1'000'000});
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_THAT(*answer, HasSubstr(R"({"error":)"));
}

TEST(GraphOutside, UnknownSetsAreAnsweredWithAnError) {
  const FakeClock clock;
  const graph::Graph graph(clock);
  GraphOutside outside(graph);
  const auto answer = outside.ask(R"({"query":{"edge":"orders"}})", Micros{}, Micros{1'000'000});
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_THAT(*answer, HasSubstr("GRAPH_UNKNOWN_SET"));
}

}  // namespace
}  // namespace daybook::dispatch
