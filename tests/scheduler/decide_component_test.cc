#include "base/limits/resources.h"
#include "base/limits/state.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

using DecideComponent = EngineTest;
using Ids = std::vector<std::string>;
using Uses = std::vector<ComponentUse>;

PutComponent put(const std::string& id) {
  PutComponent command;
  command.component = {id, events::Runtime::kHttp, R"({"url":"http://127.0.0.1/"})", sha256("x")};
  command.display_name = "Name";
  return command;
}

TEST_F(DecideComponent, FirstPutCreatesAndSecondReplaces) {
  EXPECT_TRUE(engine.ok<ComponentOutcome>(put("mail/send")).created);
  PutComponent changed = put("mail/send");
  changed.component.spec = "{}";
  EXPECT_FALSE(engine.ok<ComponentOutcome>(changed).created);
  EXPECT_EQ(engine.written, Names{"ComponentPut"});
  EXPECT_EQ(engine.state.component_count(), 1U);
  const auto held = engine.state.find_component("mail/send");
  ASSERT_TRUE(held);
  EXPECT_EQ(held->spec, "{}");
  EXPECT_EQ(held->runtime, events::Runtime::kHttp);
  EXPECT_EQ(held->spec_hash, sha256("x"));
}

TEST_F(DecideComponent, DeletedOneIsGoneAndCannotBeDeletedTwice) {
  engine.ok<ComponentOutcome>(put("a"));
  engine.ok<ComponentOutcome>(DeleteComponent{"a"});
  EXPECT_EQ(engine.state.find_component("a"), nullptr);
  EXPECT_EQ(engine.refusal(DeleteComponent{"a"}), "NOT_FOUND");
}

TEST_F(DecideComponent, WhoNamesItIsSaidWhenItChangesOrGoes) {
  engine.ok<RuleOutcome>(PutRule{"t", {{"b", "{}"}}, ""});
  PutComponent importer = put("b");
  importer.component.imports = {"x", "a"};
  EXPECT_EQ(engine.ok<ComponentOutcome>(importer).users.rules, (Uses{{"b", "t"}}));
  engine.definition("d", "a");
  engine.ok<RuleOutcome>(
      PutRule{"r", {{"other", R"({"x":{"componentId":"a"}})"}, {"a", "{}"}}, ""});
  engine.ok<RuleOutcome>(PutRule{"s", {{"other", R"({"x":{"componentId":"a"}})"}}, ""});
  const auto named = engine.ok<ComponentOutcome>(put("a")).users;
  EXPECT_EQ(named.importers, Ids{"b"});
  EXPECT_EQ(named.definitions, (Uses{{"a", "d"}}));
  EXPECT_EQ(named.rules, (Uses{{"a", "r"}, {"b", "t"}}));
  engine.definition("e", "b");
  const auto through = engine.ok<ComponentOutcome>(put("a")).users;
  EXPECT_EQ(through.definitions, (Uses{{"a", "d"}, {"b", "e"}}));
  engine.ok<Done>(DeleteRule{"t"});
  engine.ok<DefinitionOutcome>(DeleteDefinition{"e"});
  engine.reload();
  EXPECT_EQ(engine.ok<ComponentOutcome>(DeleteComponent{"a"}).users.importers, Ids{"b"});

  importer.component.imports = {"x"};
  engine.ok<ComponentOutcome>(importer);
  engine.definition("d", "c");
  engine.ok<Done>(DeleteRule{"r"});
  EXPECT_TRUE(engine.ok<ComponentOutcome>(put("a")).users.empty());
  EXPECT_EQ(engine.ok<ComponentOutcome>(put("c")).users.definitions, (Uses{{"c", "d"}}));
  engine.ok<DefinitionOutcome>(DeleteDefinition{"d"});
  EXPECT_TRUE(engine.ok<ComponentOutcome>(put("c")).users.empty());
  engine.ok<ComponentOutcome>(DeleteComponent{"b"});
  EXPECT_TRUE(engine.ok<ComponentOutcome>(put("x")).users.empty());
}

TEST_F(DecideComponent, OfManyWhoNameItOneMoreThanAreLookedAt) {
  for (std::size_t i = 0; i < kComponentUsersMax + 3; ++i) {
    PutComponent importer = put("c" + std::to_string(i));
    importer.component.imports = {"a"};
    engine.ok<ComponentOutcome>(importer);
  }
  EXPECT_EQ(engine.ok<ComponentOutcome>(put("a")).users.importers.size(), kComponentUsersMax + 1);
}

TEST_F(DecideComponent, NewOneIsRefusedWhileTheDiskIsFullButDeletingIsNot) {
  engine.ok<ComponentOutcome>(put("a"));
  engine.closed = make_error(Code::kNoSpace, "NO_SPACE", "the disk is full");
  EXPECT_EQ(engine.refusal(put("b")), "NO_SPACE");
  engine.ok<ComponentOutcome>(DeleteComponent{"a"});
}

TEST_F(DecideComponent, DescriptionOverItsLimitIsRefusedAndOneAtTheLimitIsStored) {
  PutComponent large = put("a");
  large.component.spec.assign(kSpecBytesMax + 1, 'x');
  EXPECT_EQ(engine.refusal(large), "TOO_LARGE");
  large.component.spec.resize(kSpecBytesMax);
  engine.ok<ComponentOutcome>(large);
}

TEST_F(DecideComponent, AsManyAsTheLimitAreHeldAndChangingOneStaysPossible) {
  for (std::size_t i = 0; i < kComponentsMax; ++i) {
    PutComponent small;
    small.component.id = "c" + std::to_string(i);
    ASSERT_TRUE(engine.run(small));
  }
  EXPECT_EQ(engine.refusal(put("one-more")), "TOO_MANY_COMPONENTS");
  EXPECT_FALSE(engine.ok<ComponentOutcome>(put("c7")).created);
}

TEST_F(DecideComponent, RunningAttemptKeepsTheComponentItStartedWith) {
  engine.component("c");
  engine.definition("d");
  const StartedJob started = engine.start(engine.create("d"));
  const std::string before = started.component->spec;
  PutComponent changed = put("c");
  engine.ok<ComponentOutcome>(changed);
  engine.ok<ComponentOutcome>(DeleteComponent{"c"});
  EXPECT_EQ(started.component->spec, before);
  EXPECT_EQ(engine.ok<ReportOutcome>(engine.completion(started.token)).result,
            AttemptResult::kCompleted);
}

}  // namespace
}  // namespace daybook::scheduler
