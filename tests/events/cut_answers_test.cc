#include "events/cut_answers.h"

#include <gtest/gtest.h>

namespace daybook::events {
namespace {

TEST(CutAnswers, NameEachSetAndNavigationOnce) {
  EXPECT_EQ(cut_answers(R"([{"question":{"query":{"edge":"a"}},"answer":{"rows":[],"more":["a"]}},)"
                        R"({"question":{"query":{"edge":"b"}},"answer":{"rows":[]}},)"
                        R"({"question":{"query":{"edge":"a"}},)"
                        R"("answer":{"rows":[],"more":["a.lines","a"]}}])"),
            R"(["a","a.lines"])");
}

TEST(CutAnswers, OnlyQueriesHaveThem) {
  for (const char* answers : {
           "",
           "[]",
           "no JSON \"more\":[",
           R"({"more":["a"]})",
           R"([{"more":["a"]}])",
           R"([{"question":{"http":{}},"answer":{"statusCode":200,"content":1,"more":["a"]}}])",
           R"([{"question":{"query":{}},"answer":{"rows":[{"more":["a"]}]}}])",
           R"([{"question":{"query":{}},"answer":{"rows":[],"more":[1]}}])",
       }) {
    EXPECT_EQ(cut_answers(answers), "") << answers;
  }
}

}  // namespace
}  // namespace daybook::events
