#include "graph/value.h"

#include <string>

#include <gtest/gtest.h>

#include "graph/json_read.h"
#include "graph/limits.h"

namespace daybook::graph {
namespace {

std::strong_ordering order(const std::string& a, const std::string& b) {
  return *Decimal::parse(a) <=> *Decimal::parse(b);
}

TEST(Decimal, ComparesExactlyWhateverTheForm) {
  EXPECT_EQ(order("1.10", "1.1"), std::strong_ordering::equal);
  EXPECT_EQ(order("100", "1e2"), std::strong_ordering::equal);
  EXPECT_EQ(order("0.001", "1E-3"), std::strong_ordering::equal);
  EXPECT_EQ(order("-0", "0.000"), std::strong_ordering::equal);
  EXPECT_EQ(order("9007199254740993", "9007199254740992"), std::strong_ordering::greater);
  EXPECT_EQ(order("0.1", "0.10000000000000000000000000000001"), std::strong_ordering::less);
  EXPECT_EQ(order("-2", "-10"), std::strong_ordering::greater);
  EXPECT_EQ(order("-1", "1"), std::strong_ordering::less);
  EXPECT_EQ(order("0", "-1"), std::strong_ordering::greater);
  EXPECT_EQ(order("9", "10"), std::strong_ordering::less);
  EXPECT_EQ(order("1e400", "1e399"), std::strong_ordering::greater);
}

TEST(Decimal, TakesNumbersAlone) {
  for (const std::string text :
       {"", "-", "01", "1.", ".5", "+1", "1e", "1e+", "0x1", "1 ", "NaN", "1e9999999", "--1"}) {
    EXPECT_FALSE(Decimal::parse(text)) << text;
  }
  EXPECT_TRUE(Decimal::parse(std::string(kFilterDigitsMax, '7')));
  EXPECT_FALSE(Decimal::parse(std::string(kFilterDigitsMax + 1, '7')));
}

TEST(Uuid, TakesTheCanonicalFormAlone) {
  EXPECT_EQ(Uuid::parse("019A8A3C-6C00-7000-8000-00000000000F")->text,
            "019a8a3c-6c00-7000-8000-00000000000f");
  EXPECT_FALSE(Uuid::parse("019a8a3c-6c00-7000-8000-00000000000g"));
  EXPECT_FALSE(Uuid::parse("019a8a3c-6c00-7000-8000-00000000000"));
  EXPECT_FALSE(Uuid::parse("019a8a3c06c00-7000-8000-00000000000f"));
}

TEST(JsonRead, KeepsEveryDigitAndTheOrderOfMembers) {
  const std::string text =
      R"({"z":[1.10,-0.0,123456789012345678901234567890.123,1E+2],"a":{"t":"\u00e5\n",)"
      R"("n":null,"b":false}})";
  const auto value = read_json(text);
  ASSERT_TRUE(value) << value.error().text();
  std::string out;
  write_json(out, *value);
  EXPECT_EQ(out,
            "{\"z\":[1.10,-0.0,123456789012345678901234567890.123,1E+2],\"a\":{\"t\":\"å\\n\","
            "\"n\":null,\"b\":false}}");
}

TEST(JsonRead, OfARepeatedMemberTheLastCounts) {
  const auto value = read_json(R"({"a":1,"a":2})");
  ASSERT_TRUE(value);
  EXPECT_TRUE(same(*value->member("a"), Value(Decimal(2))));
}

TEST(JsonRead, RefusesWhatIsNotJson) {
  for (const std::string text : {"", "{", "[1,]", "nul", "1 2", "\"\xff\"", "{\"a\"}"}) {
    const auto value = read_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().reason, "MALFORMED_JSON");
  }
  EXPECT_FALSE(read_json(std::string(65, '[') + std::string(65, ']')));
}

TEST(Value, RecordsAreTheSameInAnyOrderOfMembers) {
  EXPECT_TRUE(same(*read_json(R"({"a":1,"b":[true]})"), *read_json(R"({"b":[true],"a":1.0})")));
  EXPECT_FALSE(same(*read_json(R"({"a":1})"), *read_json(R"({"a":"1"})")));
  EXPECT_FALSE(same(*read_json("[1,2]"), *read_json("[1]")));
}

}  // namespace
}  // namespace daybook::graph
