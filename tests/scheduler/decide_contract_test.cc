// What jobs and rules are checked against, and contracts that are derived anew.
#include "base/limits/resources.h"
#include "base/texts_key.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

// A contract is the one text that it takes; a rule's is that and "+".
class OneText final : public ContractCheck {
 public:
  Status job(std::string_view contract, std::string_view parameters) override {
    return said(contract == parameters, "parameters.p");
  }
  Status rule(std::string_view contract, std::string_view parameters) override {
    return said(std::string(contract) + "+" == parameters, "componentId");
  }

 private:
  static Status said(bool taken, std::string_view field) {
    return taken ? Status() : fail(Code::kInvalid, "INVALID_FIELD", "not that", field);
  }
};

class DecideContract : public EngineTest {
 protected:
  void SetUp() override {
    engine.contracts = &contracts;
    put("a.hrc", "{\"a\":1}");
    engine.definition("d", "a.hrc");
    engine.component("w", events::Runtime::kExec);
    engine.definition("w", "w");
  }
  void put(const std::string& id, const std::string& contract,
           std::vector<std::string> imports = {}) {
    PutComponent command;
    command.component = {id,         events::Runtime::kReactor, "{}",
                         sha256(id), std::move(imports),        contract};
    command.component.contract_of = engine.state.texts_key(command.component);
    engine.ok<ComponentOutcome>(command);
  }
  static NewJob job(const std::string& parameters, const std::string& definition = "d") {
    NewJob out;
    out.definition = definition;
    out.parameters = parameters;
    return out;
  }
  static StateContracts::Item item(const std::string& contract, const Hash& of,
                                   std::vector<std::string> imports = {}) {
    return {"a.hrc", contract, of, std::move(imports)};
  }
  Hash key(const std::string& id) const {
    return engine.state.texts_key(*engine.state.find_component(id));
  }

  OneText contracts;
};

TEST_F(DecideContract, JobsAreCheckedAndTheErrorNamesTheParameterAndThePlace) {
  engine.create(job(R"({"a":1})"));
  EXPECT_EQ(engine.refusal(CreateJobs{{job("{}")}}), "INVALID_FIELD parameters.p");
  EXPECT_EQ(engine.refusal(CreateJobs{{job(R"({"a":1})"), job("")}}),
            "INVALID_FIELD [1].parameters.p");
  engine.create(job("{\"x\":2}", "w"));  // of a runtime that says nothing
}

TEST_F(DecideContract, WithoutOneTheRunDecides) {
  engine.ok<ComponentOutcome>(DeleteComponent{"a.hrc"});
  engine.create(job("{}"));
  put("a.hrc", "");
  engine.create(job("{}"));
}

TEST_F(DecideContract, ARetryIsCheckedLikeAnyJob) {
  const JobId first = engine.create(job(R"({"a":1})"));
  engine.ok<ReportOutcome>(engine.failure(engine.start(first).token, false));
  put("a.hrc", "{\"b\":1}");
  RetryJob retry;
  retry.ended = first;
  retry.copy = job(R"({"a":1})");
  EXPECT_EQ(engine.refusal(retry), "INVALID_FIELD parameters.p");
}

TEST_F(DecideContract, AnEffectThatIsRefusedFailsItsJobAndKeepsItsWork) {
  const StartedJob started = engine.start(engine.create(job(R"({"a":1})")));
  ReportAttempt report = engine.completion(started.token);
  report.effects.emplace_back(ScheduleEffect{job(R"({"a":1})"), {}, {}});
  report.effects.emplace_back(ScheduleEffect{job("{}"), {}, {}});
  EXPECT_EQ(engine.ok<ReportOutcome>(report).error_code, "EFFECT_REFUSED");
  EXPECT_EQ(engine.written, Names{"JobFailed"});
  const auto failed = engine.last<events::JobFailed>();
  EXPECT_NE(failed.failure.details.text.find("effects[1].parameters.p"), std::string_view::npos);
  EXPECT_EQ(failed.result.text, report.result);
}

TEST_F(DecideContract, WhatAFailureAsksForIsLeftOutWhenItIsRefused) {
  PutDefinition put_definition = Engine::settings("e", "w");
  put_definition.on_failure = R"([{"effect":"scheduleJob","definition":"d","parameters":{"no":1}},)"
                              R"({"effect":"scheduleJob","definition":"d","parameters":{"a":1}}])";
  engine.definition(put_definition);
  const StartedJob started = engine.start(engine.create(job("{}", "e")));
  const auto outcome = engine.ok<ReportOutcome>(engine.failure(started.token, false));
  EXPECT_EQ(outcome.scheduled.size(), 1U);
  ASSERT_EQ(outcome.skipped.size(), 1U);
  EXPECT_EQ(outcome.skipped[0].code, "INVALID_FIELD");
}

TEST_F(DecideContract, RulesAreCheckedByTheirOwnMeasure) {
  engine.ok<RuleOutcome>(PutRule{"r", {{"a.hrc", R"({"a":1}+)"}}, ""});
  EXPECT_EQ(engine.refusal(PutRule{"r", {{"a.hrc", "{}"}}, ""}),
            "INVALID_FIELD components[0].componentId");
  engine.ok<RuleOutcome>(PutRule{"s", {{"absent", "{}"}}, ""});
}

TEST_F(DecideContract, ADerivedOneReplacesTheOldAndItsImports) {
  put("m.hrc", "{}");
  TextsKey of;
  of.add("a.hrc", sha256("a.hrc"));
  of.add("m.hrc", sha256("m.hrc"));
  const Hash with_module = of.finish();
  engine.ok<Done>(StateContracts{{item("{\"b\":1}", with_module, {"m.hrc"})}});
  EXPECT_EQ(engine.written, Names{"ContractDerived"});
  const auto stored = engine.state.find_component("a.hrc");
  EXPECT_EQ(stored->contract, "{\"b\":1}");
  EXPECT_EQ(stored->imports, std::vector<std::string>{"m.hrc"});
  EXPECT_EQ(key("a.hrc"), with_module);
  EXPECT_EQ(engine.state.users_of("m.hrc", 9).importers, std::vector<std::string>{"a.hrc"});
  engine.create(job("{\"b\":1}"));
  EXPECT_EQ(engine.refusal(CreateJobs{{job(R"({"a":1})")}}), "INVALID_FIELD parameters.p");
}

TEST_F(DecideContract, WhatIsOfOtherTextsOrNothingNewIsPassedOver) {
  engine.ok<Done>(StateContracts{{item("{\"b\":1}", sha256("others"))}});
  EXPECT_EQ(engine.written, Names{});
  engine.ok<Done>(StateContracts{{item("{\"a\":1}", key("a.hrc"))}});
  EXPECT_EQ(engine.written, Names{});
  engine.ok<Done>(StateContracts{{{"absent", "{}", Hash{}, {}}, {"w", "{}", key("w"), {}}}});
  EXPECT_EQ(engine.written, Names{});
}

TEST_F(DecideContract, OnesOfTheLargestSizeFitIntoABatch) {
  StateContracts command;
  for (std::size_t i = 0; i < kContractsPerCommandMax; ++i) {
    const std::string id = "x" + std::to_string(i) + ".hrc";
    put(id, "");
    command.items.push_back({id, std::string(kContractBytesMax, 'c'), key(id), {}});
  }
  engine.ok<Done>(command);
  EXPECT_EQ(engine.written.size(), kContractsPerCommandMax);
}

}  // namespace
}  // namespace daybook::scheduler
