// Contracts: what stands in them, that they are read back without their program, and their bounds.
#include "components/reactor/contract.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/resources.h"
#include "components/reactor/limits.h"
#include "tests/reactor/case.h"

namespace daybook::reactor {
namespace {

using testing::HasSubstr;

class Library final : public Modules {
 public:
  std::optional<std::string> code(std::string_view component) const override {
    const auto found = modules.find(component);
    return found == modules.end() ? std::nullopt : std::optional(found->second);
  }
  std::map<std::string, std::string, std::less<>> modules;
};

std::string contract_of(const std::string& code, const Library& library = {}) {
  const Compiled compiled = compile("a.hrc", code + "\nfrom 1\n", library, case_sets());
  EXPECT_TRUE(compiled.ok()) << code << ": "
                             << (compiled.ok() ? "" : compiled.diagnostics.front().message);
  return compiled.ok() ? contract_text(*compiled.program) : std::string();
}

// The type of the one parameter, as the contract has it.
std::string type_of(const std::string& code, const Library& library = {}) {
  const auto contract = Contract::read(contract_of(code, library));
  return contract && (*contract)->parameters().size() == 1 ? (*contract)->parameters()[0].type
                                                           : "none";
}

std::string refusal(const std::string& contract, const std::string& parameters) {
  const auto read = Contract::read(contract);
  EXPECT_TRUE(read) << contract;
  const Status taken = read ? (*read)->check(parameters) : Status();
  return taken ? "taken" : taken.error().field;
}

TEST(Contract, TellsNamesTypesAndWhatMayBeLeftOut) {
  EXPECT_EQ(contract_of("from 2"), R"({"parameters":[]})");
  EXPECT_EQ(contract_of("param n: number\nparam t: text = 'x'\nparam o: date | nothing\nparam v"),
            R"({"parameters":[{"name":"n","type":"number","required":true},)"
            R"({"name":"t","type":"text","required":false,"default":"'x'"},)"
            R"({"name":"o","type":"date | nothing","required":false},)"
            R"({"name":"v","type":"value","required":true}]})");
  EXPECT_EQ(contract_of("param n: number = -2.5\nparam d: duration = 2 hours + 1 hours"),
            R"({"parameters":[{"name":"n","type":"number","required":false,"default":"-2.5"},)"
            R"({"name":"d","type":"duration","required":false}]})");
}

TEST(Contract, TypesComeBackAsTheyWere) {
  for (const char* type : {"text",
                           "number",
                           "bool",
                           "uuid",
                           "instant",
                           "date",
                           "duration",
                           "hours",
                           "byte",
                           "value",
                           "nothing",
                           "true | false",
                           "'it''s' | 'b'",
                           "5 | -5 | 2.50",
                           "15 minutes | -1 days",
                           "2026-01-01T00:00:00Z",
                           "/^a\\/b+$/i",
                           "[text]",
                           "[[number | nothing]]",
                           "{ text -> number }",
                           "{ a: text, b: { c: [date] } }",
                           "{ `a b`: text, `ä`: number }",
                           "{}",
                           "(text, number)",
                           "not nothing",
                           "not (text | number)",
                           "(text | number) & not 'x'",
                           "[text | number]",
                           "OnJobCompleted",
                           "OnJobCompleted | OnJobFailed",
                           "HttpResponse"}) {
    const std::string once = type_of(std::string("param p: ") + type);
    EXPECT_EQ(type_of("param p: " + once), once) << type;
    EXPECT_NE(once, "none") << type;
  }
  EXPECT_EQ(type_of("param p: (text | number) & not 'x'"), "(text | number) & not 'x'");
  EXPECT_EQ(type_of("param `from`: text"), "text");
}

TEST(Contract, NamesOfTypesAreResolvedSoThatItNeedsNoModule) {
  Library library;
  library.modules["m.hrc"] =
      "export let Kind: 'mail' | 'call'\nexport let Order: { kind: Kind, amounts: [number] }\n";
  EXPECT_EQ(type_of("import { Order } from 'm.hrc'\nparam p: Order | nothing", library),
            "{ kind: 'mail' | 'call', amounts: [number] } | nothing");
}

TEST(Contract, ChecksAsTheRunDoes) {
  const std::string text = contract_of("param n: number\nparam at: instant | nothing\nparam k = 1");
  EXPECT_EQ(refusal(text, R"({"n":1})"), "taken");
  EXPECT_EQ(refusal(text, R"({"n":"12.5","at":"2026-01-01T00:00:00Z","k":[1]})"), "taken");
  EXPECT_EQ(refusal(text, R"({"n":"x"})"), "parameters.n");
  EXPECT_EQ(refusal(text, R"({})"), "parameters.n");
  EXPECT_EQ(refusal(text, R"({"n":1,"at":"later"})"), "parameters.at");
  EXPECT_EQ(refusal(text, R"({"n":1,"m":1})"), "parameters.m");
  EXPECT_EQ(refusal(text, R"([])"), "parameters");
  EXPECT_EQ(refusal(std::string(kUnknownContract), R"({"anything":1})"), "taken");
}

TEST(Contract, ARuleGivesTheEventAndNobodyElse) {
  const auto contract =
      *Contract::read(contract_of("param e: OnJobCompleted | OnJobFailed\nparam n: number"));
  EXPECT_TRUE(contract->check_rule(R"({"n":1})"));
  EXPECT_EQ(contract->check_rule(R"({"n":"x"})").error().field, "parameters.n");
  EXPECT_EQ(contract->check_rule(R"({"n":1,"e":{}})").error().field, "parameters.e");
  EXPECT_EQ(contract->check(R"({"n":1})").error().field, "parameters.e");
  const auto none = *Contract::read(contract_of("param n: number"));
  EXPECT_EQ(none->check_rule(R"({"n":1})").error().field, "componentId");
  EXPECT_TRUE((*Contract::read(kUnknownContract))->check_rule("{}"));
}

TEST(Contract, WhatIsOverALimitIsNotKnown) {
  const std::string long_text(kContractBytesMax, 'x');
  EXPECT_EQ(contract_of("param p: '" + long_text + "'"), kUnknownContract);
  EXPECT_FALSE(Contract::read(R"({"parameters":[{"name":"p","type":"')" + long_text + "'\"}]}"));
  EXPECT_NE(contract_of("param p: /a{50}/"), kUnknownContract);
  EXPECT_EQ(contract_of("param p: /\\pL{50}/"), kUnknownContract);
}

// The thread that decides is not held up by what takes long to look at: the run is.
TEST(Contract, WhatTakesTooLongIsLeftToTheRun) {
  const std::string text = contract_of("param p: [[{ a: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 }]]");
  EXPECT_EQ(refusal(text, R"({"p":[[{"a":9}]]})"), "parameters.p");
  std::string many = "[";
  for (std::size_t i = 0; i < kContractStepsMax / 4; ++i) {
    many += R"({"a":8},)";
  }
  many += R"({"a":9}])";
  EXPECT_EQ(refusal(text, R"({"p":[)" + many + "]}"), "taken");
}

TEST(Contract, OtherTextsAreRefused) {
  for (const char* text :
       {"", "{", "[]", R"({"parameters":1})", R"({"parameters":[1]})", R"({"parameters":[{}]})",
        R"({"parameters":[],"more":1})", R"({"parameters":[{"name":"a","type":"texd"}]})",
        R"({"parameters":[{"name":"a","type":1}]})", R"({"parameters":[{"name":"a","no":1}]})",
        R"({"parameters":[{"name":"a`: text\nparam `b","type":"text"}]})",
        R"({"parameters":[{"name":"a","type":"text\nparam b: text"}]})",
        R"({"parameters":[{"name":"a","type":"text\nfrom 1"},{"name":"a","type":"text"}]})"}) {
    const auto read = Contract::read(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().reason, "CONTRACT");
  }
}

}  // namespace
}  // namespace daybook::reactor
