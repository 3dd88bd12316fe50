#include "tools/daybook/table.h"

#include <sstream>

#include <gtest/gtest.h>

#include "tools/daybook/client.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

std::string printed(const Table& table, std::size_t columns_max = 0) {
  std::ostringstream out;
  table.print(out, columns_max);
  return out.str();
}

TEST(Table, ColumnsAreAlignedByWhatATerminalShows) {
  Table table({{"NAME"}, {"N", Table::Align::kRight}, {"TEXT"}});
  table.add({"größe", "1", "a"});
  table.add({"日本", "12345", "b"});
  table.add({"e\xcc\x81", "7"});
  EXPECT_EQ(printed(table),
            "NAME       N  TEXT\n"
            "größe      1  a\n"
            "日本   12345  b\n"
            "e\xcc\x81          7\n");
}

// What lists of jobs are made of.
Table jobs(const std::string& error) {
  Table table({{"JOB"},
               text_column("DEFINITION", 8, 3),
               {"STATUS"},
               number_column("ATTEMPT", 1),
               time_column("RUN AT", 2),
               time_column("FINISHED"),
               text_column("ERROR", 12)});
  table.add({"019a8a3c-6c00-7000-8000-000000000017", "shop/nightly-report", "failed", "2",
             "2025-11-16T02:00:00Z", "2025-11-16T02:00:09.123456Z", error});
  return table;
}

TEST(Table, WithRoomEverythingIsWhole) {
  EXPECT_EQ(
      printed(jobs("no"), 160),
      "JOB                                   DEFINITION           STATUS  ATTEMPT  RUN AT     "
      "           FINISHED                     ERROR\n"
      "019a8a3c-6c00-7000-8000-000000000017  shop/nightly-report  failed        2  "
      "2025-11-16T02:00:00Z  2025-11-16T02:00:09.123456Z  no\n");
}

TEST(Table, TimesLoseTheirFractionFirst) {
  const std::string text = printed(jobs("no"), 126);
  EXPECT_NE(text.find("2025-11-16T02:00:00Z  2025-11-16T02:00:09Z  no\n"), std::string::npos)
      << text;
}

TEST(Table, InANarrowTerminalWhatMattersStays) {
  EXPECT_EQ(printed(jobs("the program ended with status 3"), 80),
            "JOB                                   STATUS  FINISHED        ERROR\n"
            "019a8a3c-6c00-7000-8000-000000000017  failed  11-16 02:00:09  the program ended…\n"
            "not shown: DEFINITION, ATTEMPT, RUN AT; see -o json\n");
  // A short error leaves room.
  EXPECT_NE(printed(jobs(""), 80).find("  shop/night…  failed  11-16"), std::string::npos);
}

TEST(Table, ALineIsCutWhereNothingElseHelps) {
  const std::string text = printed(jobs("x"), 30);
  EXPECT_NE(text.find("\n019a8a3c-6c00-7000-8000-00000…\n"), std::string::npos) << text;
}

TEST(Table, LinesAreCutNotWrapped) {
  Table table({{"NAME"}, {"TEXT"}});
  table.add({"a", "a long text that does not fit"});
  table.add({"b", "日本日本日本日本"});
  EXPECT_EQ(printed(table, 14),
            "NAME  TEXT\n"
            "a     a long …\n"
            "b     日本日…\n");
}

TEST(Table, CellsCannotSteerTheTerminal) {
  Table table({{"TEXT"}});
  table.add({"two\nlines\tand \x1b[31mred\x1b[0m \xff"});
  EXPECT_EQ(printed(table), "TEXT\ntwo lines and  [31mred [0m \xef\xbf\xbd\n");
  EXPECT_EQ(one_line("a\xe2\x80\xae"
                     "b"),
            "a b");  // right-to-left override
}

TEST(Table, WithoutRowsOnlyTitles) {
  EXPECT_EQ(printed(Table({{"A"}, {"B"}})), "A  B\n");
}

TEST(JsonText, PrettyKeepsOrderAndPlainNumbers) {
  const auto value =
      parse_json(R"({"b":[1,2],"a":{"x":12.5,"t":"é\n"},"e":[],"o":{},"s":["q"]})", "");
  ASSERT_TRUE(value);
  EXPECT_EQ(to_pretty(*value),
            "{\n  \"b\": [1,2],\n  \"a\": {\n    \"x\": 12.5,\n    \"t\": \"é\\n\"\n  },\n"
            "  \"e\": [],\n  \"o\": {},\n  \"s\": [\n    \"q\"\n  ]\n}");
}

TEST(JsonText, CellsFollowPaths) {
  const auto value =
      parse_json(R"({"error":{"code":"X"},"n":null,"k":1.5,"m":60.37366666666667,"l":[1]})", "");
  ASSERT_TRUE(value);
  EXPECT_EQ(cell(*value, "error.code"), "X");
  EXPECT_EQ(cell(*value, "error.code.deeper"), "");
  EXPECT_EQ(cell(*value, "missing"), "");
  EXPECT_EQ(cell(*value, "n"), "");
  EXPECT_EQ(cell(*value, "k"), "1.5");
  EXPECT_EQ(cell(*value, "m"), "60.37366666666667");
  EXPECT_EQ(cell(*value, "l"), "[1]");
}

TEST(ExactJson, NumbersAreWrittenAsTheyWereRead) {
  for (const std::string text :
       {"12.5", "12.50", "1e30", "100000000000000000001", "-0", "0.4878048780487804878048780488",
        R"({"a":[1,2.340,18446744073709551615],"b":"\u0001"})", "[]", "null"}) {
    const auto value = parse_json(text, "");
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(to_text(*value), text);
  }
  EXPECT_EQ(to_pretty(*parse_json("[1,2.50]", "")), "[1,2.50]");
  EXPECT_EQ(cell(*parse_json(R"({"a":{"n":12345678901234567890123}})", ""), "a.n"),
            "12345678901234567890123");
}

TEST(JsonText, BadJsonNamesTheByte) {
  const auto value = parse_json(R"({"a":1} x)", "--params-json");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().field, "--params-json");
  EXPECT_FALSE(parse_json(std::string(1000, '['), ""));
  EXPECT_FALSE(parse_json("", ""));
}

// A terminal would obey them; the text stays the same.
TEST(JsonText, CharactersThatATerminalObeysAreEscaped) {
  const std::string text =
      "a\u007f\u009b1m\u202e\u2066\u200f\u061c\u2028\u00a0\u00e9\u20ac\U0001f600";
  const boost::json::value value = {{text, text}};
  const std::string shown = to_pretty(value);
  EXPECT_EQ(
      shown,
      "{\n  \"a\\u007f\\u009b1m\\u202e\\u2066\\u200f\\u061c\\u2028\u00a0\u00e9\u20ac\U0001f600\": "
      "\"a\\u007f\\u009b1m\\u202e\\u2066\\u200f\\u061c\\u2028\u00a0\u00e9\u20ac\U0001f600\"\n}");
  EXPECT_EQ(*parse_json(shown, ""), value);
}

TEST(ClientErrors, CodeAndFieldOfAnAnswerStayOnTheirLine) {
  const Error error = error_of(
      422, R"({"errors":[{"code":"A\nB","message":"m","details":{"field":"f\r\n\u009bg"}}]})");
  EXPECT_EQ(error.reason, "A B");
  EXPECT_EQ(error.field, "f   g");
}

}  // namespace
}  // namespace daybook::cli
