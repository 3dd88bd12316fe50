#include "dispatch/outside.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "graph/limits.h"
#include "graph/own_sets.h"
#include "graph/set.h"
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

// Rows with the numbers from 1 on.
class NumbersSet final : public graph::Set {
 public:
  explicit NumbersSet(std::size_t count) : Set(schema_of()), count_(count) {}

  Result<std::unique_ptr<graph::Rows>> open(const graph::Ask&) const override {
    return std::make_unique<Counting>(count_);
  }

 private:
  class Counting final : public graph::Rows {
   public:
    explicit Counting(std::size_t left) : left_(left) {}
    Result<std::optional<graph::Value>> next() override {
      if (left_ == 0) {
        return std::nullopt;
      }
      graph::Value::Record row;
      row.emplace_back("name", graph::Value(std::to_string(left_--)));
      return graph::Value(std::move(row));
    }

   private:
    std::size_t left_;
  };

  static graph::SetSchema schema_of() {
    graph::SetSchema out;
    out.name = "numbers";
    out.record = graph::record_of({{"name", graph::type_of(graph::Kind::kText)}});
    return out;
  }
  const std::size_t count_;
};

TEST_F(GraphOutsideTest, AnAnswerThatWasCutSaysSo) {
  for (const std::size_t rows : {graph::kGraphRowsMax, graph::kGraphRowsMax + 1}) {
    graph::Graph some{clock};
    ASSERT_TRUE(some.add(std::make_unique<NumbersSet>(rows)));
    GraphOutside asked{some, *caller, [](const components::AskTerms&) { return Status(); }};
    const std::string answer =
        asked.ask(R"({"query":{"edge":"numbers"}})", {Micros{}, Micros{1'000'000}, given_up})
            .value();
    const bool cut = rows > graph::kGraphRowsMax;
    EXPECT_EQ(answer.ends_with(R"("}],"more":["numbers"]})"), cut) << answer;
    EXPECT_EQ(answer.ends_with(R"("}]})"), !cut) << answer;
  }
}

TEST_F(GraphOutsideTest, FiltersAndOrdersAreCheckedBeforeTheyAreAsked) {
  graph::Graph some{clock};
  ASSERT_TRUE(some.add(std::make_unique<NumbersSet>(1)));
  const GraphOutside asked{some, *caller, [](const components::AskTerms&) { return Status(); }};
  const reactor::Sets& sets = asked.sets();
  EXPECT_TRUE(sets.check("numbers", "name == '1'", ""));
  EXPECT_TRUE(sets.check("numbers", "", "name desc"));
  EXPECT_EQ(sets.check("numbers", "nmae == '1'", "").error().reason, "GRAPH_UNKNOWN_FIELD");
  EXPECT_EQ(sets.check("numbers", "name = ", "").error().reason, "GRAPH_FILTER");
  EXPECT_EQ(sets.check("numbers", "", "name sideways").error().reason, "GRAPH_ORDER");
}

TEST_F(GraphOutsideTest, AnErrorHasACode) {
  EXPECT_THAT(ask(R"({"query":{"edge":"orders"}})"), HasSubstr(R"(,"code":"GRAPH_UNKNOWN_SET"})"));
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
