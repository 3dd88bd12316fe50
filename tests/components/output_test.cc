#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/json.h"
#include "base/limits/resources.h"
#include "base/time_text.h"
#include "components/runtime.h"

namespace daybook::components {
namespace {

constexpr Micros kOutputNow{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z

std::string effect(const std::string& members) {
  return R"({"effects":[{"effect":"scheduleJob","definition":"next",)" + members + "}]}";
}

struct ResultCase {
  std::string output;
  std::string result;
};

class OutputResult : public testing::TestWithParam<ResultCase> {};

TEST_P(OutputResult, IsKept) {
  const auto outcome = parse_output(GetParam().output, kOutputNow);
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->result, GetParam().result);
  EXPECT_TRUE(outcome->effects.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Documents, OutputResult,
    testing::Values(ResultCase{"", "null"}, ResultCase{" \n\t", "null"}, ResultCase{"7\n", "7"},
                    ResultCase{"\"text\"", "\"text\""}, ResultCase{"{}", "{}"},
                    ResultCase{" {\"a\" : 1} ", "{\"a\" : 1}"},
                    ResultCase{"12345678901234567890123", "12345678901234567890123"},
                    ResultCase{R"({"result":{"a":1},"effects":[]})", R"({"a":1})"},
                    ResultCase{R"({"result":5})", "5"},
                    ResultCase{R"({"result":[12.50,1e2,1234567890123456789.0123456789]})",
                               "[12.50,1e2,1234567890123456789.0123456789]"},
                    ResultCase{R"({"effects":[]})", "null"},
                    ResultCase{R"({"result":1,"effects":null})", "1"},
                    ResultCase{R"({"result":1,"other":2})", R"({"result":1,"other":2})"},
                    ResultCase{R"({"result":1,"effect":"none"})",
                               R"({"result":1,"effect":"none"})"},
                    ResultCase{R"({"effect":"blur"})", R"({"effect":"blur"})"},
                    ResultCase{R"({"result":{"effects":["rain",{"effect":"blur"}]}})",
                               R"({"effects":["rain",{"effect":"blur"}]})"},
                    ResultCase{R"({"result":{"onFailure":[{"effect":"sendEmail"}]}})",
                               R"({"onFailure":[{"effect":"sendEmail"}]})"},
                    ResultCase{R"("{\"effects\":[{\"effect\":\"sendEmail\"}]}")",
                               R"("{\"effects\":[{\"effect\":\"sendEmail\"}]}")"}));

struct TimeCase {
  std::string members;
  std::optional<std::string> at;
  std::optional<Duration> after;
};

class OutputTime : public testing::TestWithParam<TimeCase> {};

TEST_P(OutputTime, IsUnderstood) {
  const auto outcome = parse_output(effect(GetParam().members), kOutputNow);
  ASSERT_TRUE(outcome) << outcome.error().text();
  ASSERT_EQ(outcome->effects.size(), 1U);
  const auto& made = std::get<ScheduleJobEffect>(outcome->effects[0]);
  EXPECT_EQ(made.after, GetParam().after);
  EXPECT_EQ(made.at.has_value(), GetParam().at.has_value());
  if (made.at) {
    EXPECT_EQ(format_time(*made.at), *GetParam().at);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, OutputTime,
    testing::Values(TimeCase{R"("priority":1)", {}, Duration{}},
                    TimeCase{R"("at":null)", {}, Duration{}},
                    TimeCase{R"("at":"now")", {}, Duration{}},
                    TimeCase{R"("at":"now + 90s")", {}, seconds(90)},
                    TimeCase{R"("at":"now+1h")", {}, hours(1)},
                    TimeCase{R"("at":{"after":"30m"})", {}, seconds(1800)},
                    TimeCase{R"("after":"P1D")", {}, hours(24)},
                    TimeCase{R"("at":"2025-11-17T02:00:00Z")", "2025-11-17T02:00:00Z", {}},
                    TimeCase{R"("at":"2025-11-17T02:00:00+01:00")", "2025-11-17T01:00:00Z", {}},
                    TimeCase{R"("at":"2001-01-01T00:00:00Z")", "2001-01-01T00:00:00Z", {}}));

TEST(Output, EffectCarriesAllItsMembers) {
  const auto outcome =
      parse_output(effect(R"("after":"1s","parameters":{"a":[1,12.50,0.1234567890123456789]},)"
                          R"("priority":-7,"tags":["x","y"],"uniqueKey":"chain")"),
                   kOutputNow);
  ASSERT_TRUE(outcome) << outcome.error().text();
  const auto& made = std::get<ScheduleJobEffect>(outcome->effects.at(0));
  EXPECT_EQ(made.definition, "next");
  EXPECT_EQ(made.parameters, R"({"a":[1,12.50,0.1234567890123456789]})");
  EXPECT_EQ(made.priority, -7);
  EXPECT_THAT(made.tags, testing::ElementsAre("x", "y"));
  EXPECT_EQ(made.unique_key, "chain");
}

// A program may hand on what it was given, as its result and to another job.
TEST(Output, AValueOfTheLargestDepthIsTakenWhereverItStands) {
  std::string deep = "1";
  for (int i = 0; i < kJsonDepthMax; ++i) {
    deep = R"({"a":)" + deep + "}";
  }
  const auto outcome =
      parse_output(R"({"result":)" + deep + R"(,"effects":[{"effect":"scheduleJob",)" +
                       R"("definition":"d","parameters":)" + deep + "}]}",
                   kOutputNow);
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->result, deep);
  EXPECT_EQ(std::get<ScheduleJobEffect>(outcome->effects.at(0)).parameters, deep);
  const auto deeper = parse_output(R"({"result":[)" + deep + "]}", kOutputNow);
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().reason, "BAD_OUTPUT");
  EXPECT_EQ(deeper.error().field, "result");
}

struct BadOutput {
  std::string output;
  std::string reason;
  std::string field;
};

class OutputRefused : public testing::TestWithParam<BadOutput> {};

TEST_P(OutputRefused, NamesTheMember) {
  const auto outcome = parse_output(GetParam().output, kOutputNow);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, GetParam().reason) << outcome.error().text();
  EXPECT_EQ(outcome.error().field, GetParam().field);
}

std::string nested(int depth) {
  const auto levels = static_cast<std::size_t>(depth);
  return std::string(levels, '[') + std::string(levels, ']');
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += (i == 0 ? "" : ",") + text;
  }
  return out;
}

INSTANTIATE_TEST_SUITE_P(
    Outputs, OutputRefused,
    testing::Values(
        BadOutput{"hello", "BAD_OUTPUT", ""}, BadOutput{"1 2", "BAD_OUTPUT", ""},
        BadOutput{"\"\xff\"", "BAD_OUTPUT", ""}, BadOutput{"{\"a\":1,}", "BAD_OUTPUT", ""},
        BadOutput{nested(kJsonDepthMax + 1), "BAD_OUTPUT", ""},
        BadOutput{"\"" + std::string(kResultBytesMax, 'x') + "\"", "OUTPUT_TOO_LARGE", ""},
        BadOutput{R"({"result":1,"result":2})", "BAD_OUTPUT", ""},
        BadOutput{R"({"result":1,"effects":{}})", "BAD_OUTPUT", "effects"},
        BadOutput{R"({"effects":[1],"other":2})", "BAD_OUTPUT", "other"},
        BadOutput{R"({"result":1,"effects":[],"took":3})", "BAD_OUTPUT", "took"},
        BadOutput{R"({"resutl":1,"effects":[]})", "BAD_OUTPUT", "resutl"},
        BadOutput{R"({"took":3,"effects":null})", "BAD_OUTPUT", "took"},
        BadOutput{R"({"result":1,"effect":[{"effect":"scheduleJob"}]})", "BAD_OUTPUT", "effect"},
        BadOutput{R"({"Effects":[1,{"effect":"sendEmail"}]})", "BAD_OUTPUT", "Effects"},
        BadOutput{R"({"result":1,"effect":{"effect":"httpPost"}})", "BAD_OUTPUT", "effect"},
        BadOutput{R"([{"effect":"messageActor"}])", "BAD_OUTPUT", ""},
        BadOutput{R"({"effect":"scheduleJob","definition":"next"})", "BAD_OUTPUT", ""},
        BadOutput{R"([1,[{"effect":"messageActor"}]])", "BAD_OUTPUT", ""},
        BadOutput{R"({"result":[{"effect":"sendEmail"}]})", "BAD_OUTPUT", "result"},
        BadOutput{R"({"result":{"effect":"sendEmail"},"effects":[]})", "BAD_OUTPUT", "result"},
        BadOutput{R"({"result":{"effects":[{"effect":"sendEmail"}]}})", "BAD_OUTPUT",
                  "result.effects"},
        BadOutput{R"({"data":{"effects":[{"effect":"sendEmail"}]}})", "BAD_OUTPUT", "data.effects"},
        BadOutput{R"([{"a":[{"effect":{"effect":"httpPost"}}]}])", "BAD_OUTPUT", "[0].a[0].effect"},
        BadOutput{R"({"effects":[7]})", "BAD_OUTPUT", "effects[0]"},
        BadOutput{R"({"effects":[{}]})", "EFFECT_NOT_SUPPORTED", "effects[0].effect"},
        BadOutput{R"({"effects":[{"effect":"orderCommand"}]})", "EFFECT_NOT_SUPPORTED",
                  "effects[0].effect"},
        BadOutput{R"({"effects":[{"effect":"scheduleJob"}]})", "BAD_OUTPUT",
                  "effects[0].definition"},
        BadOutput{effect(R"("job":1)"), "BAD_OUTPUT", "effects[0].job"},
        BadOutput{effect(R"("uniqueKey":1)"), "BAD_OUTPUT", "effects[0].uniqueKey"},
        BadOutput{effect(R"("uniqueKey":"a\nb")"), "BAD_OUTPUT", "effects[0].uniqueKey"},
        BadOutput{effect(R"("tags":["a\nb"])"), "BAD_OUTPUT", "effects[0].tags"},
        BadOutput{effect(R"("parameters":{"a":)" + nested(kJsonDepthMax) + "}"), "BAD_OUTPUT",
                  "effects[0].parameters"},
        BadOutput{effect(R"("at":"tomorrow")"), "BAD_OUTPUT", "effects[0].at"},
        BadOutput{effect(R"("at":5)"), "BAD_OUTPUT", "effects[0].at"},
        BadOutput{effect(R"("at":{"before":"1h"})"), "BAD_OUTPUT", "effects[0].at.before"},
        BadOutput{effect(R"("at":"now","after":"1h")"), "BAD_OUTPUT", "effects[0].at"},
        BadOutput{effect(R"("after":"-1h")"), "BAD_OUTPUT", "effects[0].after"},
        BadOutput{effect(R"("after":"4000d")"), "BAD_OUTPUT", "effects[0].after"},
        BadOutput{effect(R"("at":"2999-01-01T00:00:00Z")"), "BAD_OUTPUT", "effects[0].at"},
        BadOutput{effect(R"("priority":1000)"), "BAD_OUTPUT", "effects[0].priority"},
        BadOutput{effect(R"("priority":1.5)"), "BAD_OUTPUT", "effects[0].priority"},
        BadOutput{effect(R"("parameters":[])"), "BAD_OUTPUT", "effects[0].parameters"},
        BadOutput{
            effect(R"("parameters":{"x":")" + std::string(kParametersBytesMax, 'x') + R"("})"),
            "BAD_OUTPUT", "effects[0].parameters"},
        BadOutput{effect(R"("tags":[")" + std::string(kTagBytesMax + 1, 'x') + R"("])"),
                  "BAD_OUTPUT", "effects[0].tags"},
        BadOutput{effect(R"("tags":[)" + repeated("\"x\"", kTagsMax + 1) + "]"), "BAD_OUTPUT",
                  "effects[0].tags"},
        BadOutput{R"({"effects":[)" +
                      repeated(R"({"effect":"scheduleJob","definition":"d"})", kEffectsMax + 1) +
                      "]}",
                  "BAD_OUTPUT", "effects"}));

}  // namespace
}  // namespace daybook::components
