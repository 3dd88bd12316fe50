#include "dispatch/contracts.h"

#include <gtest/gtest.h>

namespace daybook::dispatch {
namespace {

std::string contract(const std::string& type) {
  return R"({"parameters":[{"name":"p","type":")" + type + R"(","required":true}]})";
}

TEST(Contracts, SayWhatTheTextSays) {
  Contracts contracts;
  EXPECT_TRUE(contracts.job(contract("number"), R"({"p":1})"));
  EXPECT_EQ(contracts.job(contract("number"), R"({"p":"x"})").error().field, "parameters.p");
  EXPECT_TRUE(contracts.job(contract("text"), R"({"p":"x"})"));
  EXPECT_EQ(contracts.rule(contract("text"), R"({"p":"x"})").error().field, "componentId");
}

// A later release may have said more: the run decides.
TEST(Contracts, ATextThatCannotBeReadRefusesNothing) {
  Contracts contracts;
  EXPECT_TRUE(contracts.job("{}", R"({"p":1})"));
  EXPECT_TRUE(contracts.rule("{}", R"({"p":1})"));
}

TEST(Contracts, AreKeptWithinTheirBytes) {
  Contracts one(1);
  EXPECT_TRUE(one.job(contract("number"), R"({"p":1})"));
  const std::size_t bytes = one.memory_bytes();
  EXPECT_GT(bytes, 0U);
  for (const char* type : {"text | 'a'", "text | 'b'", "text | 'c'"}) {
    EXPECT_FALSE(one.job(contract(type), R"({"p":[1]})"));
    EXPECT_LT(one.memory_bytes(), 2 * bytes);
  }
  Contracts many(16 * bytes);
  for (const char* type : {"number", "text", "date", "number"}) {
    EXPECT_FALSE(many.job(contract(type), R"({"p":[1]})"));
  }
  EXPECT_GT(many.memory_bytes(), 2 * bytes);
  EXPECT_LT(many.memory_bytes(), 5 * bytes);
}

}  // namespace
}  // namespace daybook::dispatch
