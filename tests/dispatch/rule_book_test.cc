#include "dispatch/rule_book.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "events/codec.h"
#include "tests/scheduler/engine.h"

namespace daybook::dispatch {
namespace {

// The state machine makes the events; the book follows them as the runner does, or begins anew.
class RuleBookTest : public testing::Test {
 protected:
  void SetUp() override {
    component("a.hrule", {"lib.hrc", "gone.hrc"});
    component("b.hrule");
    component("lib.hrc");
    book = std::make_unique<RuleBook>(engine.state);
  }

  Seq component(const std::string& id, std::vector<std::string> imports = {},
                const std::string& spec = "{}") {
    scheduler::PutComponent put;
    put.component = {id, events::Runtime::kReactor, spec, sha256(id + spec), std::move(imports)};
    engine.ok<scheduler::ComponentOutcome>(put);
    return engine.state.applied();
  }
  Seq rule(const std::string& id, const std::vector<std::string>& components,
           const std::string& parameters = "{}") {
    scheduler::PutRule put;
    put.rule = id;
    for (const std::string& c : components) {
      put.components.push_back({c, parameters});
    }
    engine.ok<scheduler::RuleOutcome>(put);
    return engine.state.applied();
  }
  // Everything that is new; whether any of it concerns what rules run.
  bool follow() {
    bool concerns = false;
    auto cursor = std::move(*engine.log.read(next(book->as_of())));
    events::RecordView record;
    while (*cursor->next(record)) {
      const auto recorded = events::decode(record);
      book->fold(*recorded);
      concerns = concerns || book->concerns(*recorded);
    }
    return concerns;
  }
  std::string steps(Seq on) {
    std::string out;
    for (const RuleBook::Step* step : book->steps(on)) {
      out += (out.empty() ? "" : " ") + step->rule + ":" + step->component + step->parameters;
    }
    return out;
  }

  scheduler::Engine engine;
  std::unique_ptr<RuleBook> book;
};

TEST_F(RuleBookTest, RulesRunByIdAndTheirComponentsInOrder) {
  EXPECT_TRUE(book->empty());
  const Seq second = rule("s", {"b.hrule"});
  const Seq first = rule("r", {"b.hrule", "a.hrule"}, R"({"n":1})");
  follow();
  EXPECT_FALSE(book->empty());
  EXPECT_EQ(book->begin(), next(second));
  EXPECT_EQ(steps(second), "");
  EXPECT_EQ(steps(first), "s:b.hrule{}");
  EXPECT_EQ(steps(next(first)), R"(r:b.hrule{"n":1} r:a.hrule{"n":1} s:b.hrule{})");
}

TEST_F(RuleBookTest, EventIsForTheRuleAsItWasThenAlsoAfterARestart) {
  const Seq one = rule("r", {"a.hrule"});
  const Seq two = rule("r", {"b.hrule"});
  const Seq same = rule("r", {"b.hrule"});
  EXPECT_TRUE(follow());
  for (const bool restarted : {false, true}) {
    if (restarted) {
      book = std::make_unique<RuleBook>(engine.state);
    }
    EXPECT_EQ(steps(one), "");
    EXPECT_EQ(steps(two), "r:a.hrule{}");
    EXPECT_EQ(steps(next(two)), "r:b.hrule{}");
    EXPECT_EQ(book->steps(next(same)).front()->version, two);
  }
  book->forget(two);
  EXPECT_EQ(steps(two), "");
  EXPECT_EQ(steps(next(two)), "r:b.hrule{}");
}

TEST_F(RuleBookTest, DeletedRuleRunsForNothing) {
  rule("r", {"a.hrule"});
  engine.ok<scheduler::Done>(scheduler::DeleteRule{"r"});
  follow();
  EXPECT_TRUE(book->empty());
  EXPECT_EQ(steps(Seq{1000}), "");
}

TEST_F(RuleBookTest, CodeIsAComponentWithItsModules) {
  const auto code = book->code("a.hrule");
  ASSERT_TRUE(code);
  EXPECT_EQ(code->own.component, "a.hrule");
  ASSERT_EQ(code->modules.size(), 1U);
  EXPECT_EQ(code->modules[0].component, "lib.hrc");
  EXPECT_EQ(code->modules[0].spec_hash, sha256("lib.hrc{}"));
  EXPECT_EQ(book->missing_modules("a.hrule"), std::vector<std::string>{"gone.hrc"});
  EXPECT_EQ(book->code("a.hrule"), code);
  component("gone.hrc");
  follow();
  EXPECT_NE(book->code("a.hrule"), code);
  EXPECT_EQ(book->code("a.hrule")->modules.size(), 2U);
  EXPECT_TRUE(book->missing_modules("a.hrule").empty());
}

TEST_F(RuleBookTest, OnlyReactorsCanBeRun) {
  EXPECT_FALSE(book->code("nobody"));
  engine.component("a.hrule", events::Runtime::kExec);
  engine.ok<scheduler::ComponentOutcome>(scheduler::DeleteComponent{"b.hrule"});
  follow();
  EXPECT_FALSE(book->code("a.hrule"));
  EXPECT_FALSE(book->code("b.hrule"));
}

TEST_F(RuleBookTest, WhatConcernsRulesIsTold) {
  rule("r", {"a.hrule"});
  EXPECT_FALSE(follow());  // what was before a new rule is not looked at anyway
  component("b.hrule", {}, R"({"v":2})");
  EXPECT_FALSE(follow());
  component("a.hrule", {"lib.hrc"}, R"({"v":2})");
  EXPECT_TRUE(follow());
  component("lib.hrc", {}, R"({"v":2})");
  EXPECT_TRUE(follow());
  engine.ok<scheduler::ComponentOutcome>(scheduler::DeleteComponent{"lib.hrc"});
  EXPECT_TRUE(follow());
}

TEST_F(RuleBookTest, WhatWasFoldedIsPassedOver) {
  rule("r", {"a.hrule"});
  follow();
  engine.ok<scheduler::Done>(scheduler::DeleteRule{"r"});
  book->advance(engine.state.applied());
  follow();
  EXPECT_FALSE(book->empty());
}

}  // namespace
}  // namespace daybook::dispatch
