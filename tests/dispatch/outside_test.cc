#include "dispatch/outside.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "graph/own_sets.h"
#include "log/memory_log.h"
#include "projections/views.h"
#include "tests/components/support.h"

namespace daybook::dispatch {
namespace {

using components::TestDirectory;
using testing::HasSubstr;

class GraphOutsideTest : public testing::Test {
 protected:
  std::string ask(const std::string& question) {
    const auto answer = outside.ask(question, {Micros{}, Micros{1'000'000}, given_up});
    EXPECT_TRUE(answer) << answer.error().text();
    return answer.value_or("");
  }

  const FakeClock clock;
  const graph::Graph graph{clock};
  const std::unique_ptr<components::Caller> caller =
      std::move(components::Caller::open({}, clock).value());
  const std::atomic<bool> given_up{false};
  Status fresh;
  GraphOutside outside{graph, *caller, [this](const components::AskTerms&) { return fresh; }};
};

TEST_F(GraphOutsideTest, AQueryWaitsForWhatIsDurable) {
  graph::Graph own{clock};
  log::MemoryLog log;
  const TestDirectory directory;
  const auto views = std::move(projections::Views::open({directory.path()}, log).value());
  ASSERT_TRUE(graph::add_own_sets(own, *views));
  GraphOutside asked{own, *caller, [&](const components::AskTerms& terms) {
                       EXPECT_EQ(terms.deadline, Micros{1'000'000});
                       return fresh;
                     }};
  const std::string question = R"({"query":{"edge":"jobs","fields":["jobId","none","total"]}})";
  const auto answer = [&] {
    return asked.ask(question, {Micros{}, Micros{1'000'000}, given_up}).value();
  };
  EXPECT_EQ(answer(), R"({"type":{"jobId":"uuid"},"rows":[]})");  // the fields that the set has
  fresh = fail(Code::kUnavailable, "PROJECTION_LAGS", "not yet");
  EXPECT_THAT(answer(), HasSubstr(R"({"error":"PROJECTION_LAGS)"));
}

TEST_F(GraphOutsideTest, QuestionsThatCannotBeReadAreAnsweredWithAnError) {
  std::string deep = R"({"query":)";
  for (int i = 0; i < 40; ++i) {
    deep += R"({"edge":"jobs","navigate":[)";
  }
  deep += R"({"edge":"jobs"})";
  for (int i = 0; i < 40; ++i) {
    deep += "]}";
  }
  EXPECT_THAT(ask(deep + "}"), HasSubstr(R"({"error":)"));
}

TEST_F(GraphOutsideTest, UnknownSetsAreAnsweredWithAnError) {
  EXPECT_THAT(ask(R"({"query":{"edge":"orders"}})"),
              HasSubstr("GRAPH_UNKNOWN_SET: there is no set 'orders'"));
}

TEST_F(GraphOutsideTest, CallsAreAnsweredByTheCaller) {
  EXPECT_THAT(ask(R"({"http":{"url":"ftp://example.org/"}})"), HasSubstr("(url)"));
  EXPECT_THAT(ask(R"({"actor":{"type":"order","id":"1","messages":[],"preview":false}})"),
              HasSubstr("no actors endpoint"));
}

}  // namespace
}  // namespace daybook::dispatch
