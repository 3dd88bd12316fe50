// check_json, JsonValue, JsonWriter.
#include "base/limits/json.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json_check.h"
#include "base/json_value.h"
#include "base/json_writer.h"

namespace daybook {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonCheck, TakesWhatTheStandardTakes) {
  for (const std::string& text :
       {std::string("{}"), std::string(" [1, 2.5e3, -0, \"a\\u00e4\\ud83d\\ude00\", null, true] "),
        std::string(R"({"a":{"b":1},"b":{"b":2}})"), std::string("\"x\""), nested(kJsonDepthMax),
        std::string("123456789012345678901234567890")}) {
    EXPECT_TRUE(check_json(text)) << text;
  }
}

TEST(JsonCheck, RefusesTheRestAndSaysWhere) {
  for (const std::string& text : {std::string(),
                                  std::string(" "),
                                  std::string("{"),
                                  std::string("{}x"),
                                  std::string("{} {}"),
                                  std::string("{'a':1}"),
                                  std::string("{\"a\":1,}"),
                                  std::string("[1,]"),
                                  std::string("// c\n{}"),
                                  std::string("{\"a\":01}"),
                                  std::string("[+1]"),
                                  std::string("[.5]"),
                                  std::string("[NaN]"),
                                  std::string("[1e400]"),
                                  std::string("[-1e999999]"),
                                  std::string("\"\xff\""),
                                  std::string("\"\xc0\xaf\""),
                                  std::string("\"\xed\xa0\x80\""),
                                  std::string("\"\\ud800\""),
                                  std::string("\"\\udc00\""),
                                  std::string("\"\\ud800\\u0041\""),
                                  std::string("\"a\nb\""),
                                  std::string("\"\\x\""),
                                  std::string("{\"a\" 1}"),
                                  std::string("tru"),
                                  nested(kJsonDepthMax + 1),
                                  nested(100'000),
                                  std::string("\xef\xbb\xbf{}"),
                                  std::string("[1]\0", 4)}) {
    const auto ok = check_json(text);
    ASSERT_FALSE(ok) << text.substr(0, 40);
    EXPECT_EQ(ok.error().code, Code::kMalformed);
    EXPECT_EQ(ok.error().reason, "MALFORMED_JSON") << text.substr(0, 40);
  }
}

TEST(JsonCheck, ADocumentMayBeDeeperThanTheValuesInIt) {
  EXPECT_TRUE(check_json(nested(kJsonDocumentDepthMax), kJsonDocumentDepthMax));
  EXPECT_FALSE(check_json(nested(kJsonDocumentDepthMax + 1), kJsonDocumentDepthMax));
  EXPECT_TRUE(check_json_depth(nested(kJsonDepthMax), "f"));
  EXPECT_TRUE(check_json_depth("", "f"));
  EXPECT_TRUE(check_json_depth("\"" + nested(100) + "\\\"" + nested(100) + "\"", "f"));
  EXPECT_TRUE(check_json_depth(
      "[" + nested(kJsonDepthMax - 1) + "," + nested(kJsonDepthMax - 1) + "]", "f"));
  const Status deep = check_json_depth("{\"a\":" + nested(kJsonDepthMax) + "}", "parameters");
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().reason, "TOO_DEEP");
  EXPECT_EQ(deep.error().field, "parameters");
}

TEST(JsonCheck, NamesADuplicateMember) {
  for (const char* text : {R"({"a":1,"b":2,"a":3})", R"([{"x":{"a":1,"\u0061":2}}])"}) {
    const auto ok = check_json(text);
    ASSERT_FALSE(ok) << text;
    EXPECT_EQ(ok.error().reason, "DUPLICATE_MEMBER");
    EXPECT_EQ(ok.error().field, "a");
  }
}

TEST(JsonValue, FindsPartsAsTheyWereSent) {
  const std::string text = R"( { "a" : [ 1 , {"x":"}"} , "\"]" ] , "b\n": 1.50 , "c":null } )";
  ASSERT_TRUE(check_json(text));
  const auto members = JsonValue(text).members();
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].first, "a");
  EXPECT_EQ(members[0].second.text(), R"([ 1 , {"x":"}"} , "\"]" ])");
  EXPECT_EQ(members[1].first, "b\n");
  EXPECT_EQ(members[1].second.text(), "1.50");
  EXPECT_FALSE(members[1].second.integer());
  EXPECT_TRUE(members[2].second.is_null());
  const auto elements = members[0].second.elements();
  ASSERT_EQ(elements.size(), 3U);
  EXPECT_EQ(elements[0].integer(), 1);
  EXPECT_EQ(elements[2].string(), "\"]");
}

// A quote ends its text unless an odd number of backslashes stands before it.
TEST(JsonValue, PassesOverEscapedQuotesAndBackslashes) {
  const std::string text =
      R"(["\\",{"k\\":["]\"",{"}\\\"":"\\\\"}]},"\u005c","",[[],{}] , -1.5e3])";
  ASSERT_TRUE(check_json(text));
  const auto elements = JsonValue(text).elements();
  ASSERT_EQ(elements.size(), 6U);
  EXPECT_EQ(elements[0].string(), "\\");
  const auto members = elements[1].members();
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].first, "k\\");
  const auto inner = members[0].second.elements();
  ASSERT_EQ(inner.size(), 2U);
  EXPECT_EQ(inner[0].string(), "]\"");
  ASSERT_EQ(inner[1].members().size(), 1U);
  EXPECT_EQ(inner[1].members()[0].first, "}\\\"");
  EXPECT_EQ(inner[1].members()[0].second.string(), "\\\\");
  EXPECT_EQ(elements[2].string(), "\\");
  EXPECT_EQ(elements[3].string(), "");
  EXPECT_EQ(elements[4].text(), "[[],{}]");
  EXPECT_EQ(elements[5].text(), "-1.5e3");
}

// What was checked is whole; nothing behind the end of what is not is read all the same.
TEST(JsonValue, OfACutTextNothingBehindItsEndIsRead) {
  const std::string object = R"({"a":[1,{"b":"]"}],"c" : "x" , "d":-1})";
  const std::string array = R"([ {"a":[true]},"b", 12 ])";
  for (std::size_t bytes = 1; bytes < object.size(); ++bytes) {
    const std::vector<char> cut(object.begin(),
                                object.begin() + static_cast<std::ptrdiff_t>(bytes));
    EXPECT_LE(JsonValue({cut.data(), cut.size()}).members().size(), 3U);
    EXPECT_TRUE(check_json_depth({cut.data(), cut.size()}, "f"));
  }
  for (std::size_t bytes = 1; bytes < array.size(); ++bytes) {
    const std::vector<char> cut(array.begin(), array.begin() + static_cast<std::ptrdiff_t>(bytes));
    EXPECT_LE(JsonValue({cut.data(), cut.size()}).elements().size(), 3U);
  }
}

TEST(JsonValue, DecodesEscapes) {
  EXPECT_EQ(JsonValue(R"("\b\f\n\r\t\/\\\"")").string(), "\b\f\n\r\t/\\\"");
  EXPECT_EQ(JsonValue(R"("\u0041\u00e4\u20ac\ud83d\ude00")").string(),
            "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(JsonValue, IntegersThatDoNotFitAreNone) {
  EXPECT_EQ(JsonValue("9223372036854775807").integer(), INT64_MAX);
  EXPECT_FALSE(JsonValue("9223372036854775808").integer());
  EXPECT_EQ(JsonValue("1e3").integer(), 1000);
  EXPECT_EQ(JsonValue("10.0").integer(), 10);
  EXPECT_EQ(JsonValue("-1.5e1").integer(), -15);
  EXPECT_FALSE(JsonValue("10.5").integer());
  EXPECT_FALSE(JsonValue("1e-1").integer());
  EXPECT_FALSE(JsonValue("9007199254740993.0e3").integer());
  EXPECT_FALSE(JsonValue("1e400").integer());
}

TEST(JsonWriter, RowsKeepTheMembersThatAreNamed) {
  const auto rows = [](const std::vector<std::string>& names) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.key("rows");
    json.begin_array();
    json.keep_members(names);
    for (int i = 1; i <= 2; ++i) {
      json.begin_object();
      json.member("a", i);
      json.key("b");
      json.begin_object();
      json.member("a", "inner");
      json.end_object();
      json.raw_member("c", "[1,{\"a\":2}]");
      json.end_object();
    }
    json.end_array();
    json.member("a", true);
    json.end_object();
    return out;
  };
  EXPECT_EQ(rows({"a"}), R"({"rows":[{"a":1},{"a":2}],"a":true})");
  EXPECT_EQ(rows({"b"}), R"({"rows":[{"b":{"a":"inner"}},{"b":{"a":"inner"}}],"a":true})");
  EXPECT_EQ(rows({"c", "a"}),
            R"({"rows":[{"a":1,"c":[1,{"a":2}]},{"a":2,"c":[1,{"a":2}]}],"a":true})");
  EXPECT_EQ(rows({"d"}), R"({"rows":[{},{}],"a":true})");
  EXPECT_EQ(rows({}), rows({"a", "b", "c"}));
}

RC_GTEST_PROP(JsonWriterProperty, WhatIsWrittenIsReadBack,
              (const std::vector<std::string>& texts, std::int64_t n)) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("n", n);
  json.key("list");
  json.begin_array();
  std::vector<std::string> sent;
  for (std::string text : texts) {
    for (char& c : text) {
      c = static_cast<char>(c & 0x7f);
    }
    json.value(text);
    sent.push_back(text);
  }
  json.end_array();
  json.end_object();
  RC_ASSERT(check_json(out).has_value());
  const auto members = JsonValue(out).members();
  RC_ASSERT(members[0].second.integer() == n);
  std::vector<std::string> got;
  for (const auto& element : members[1].second.elements()) {
    got.push_back(element.string());
  }
  RC_ASSERT(got == sent);
}

}  // namespace
}  // namespace daybook
