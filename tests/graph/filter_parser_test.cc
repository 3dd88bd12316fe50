#include "graph/filter_parser.h"

#include <string>

#include <gtest/gtest.h>

#include "graph/limits.h"

namespace daybook::graph {
namespace {

struct ParserCase {
  std::string filter;
  std::string printed;
};

TEST(FilterParser, ReadsWhatItPrints) {
  const ParserCase cases[] = {
      {"a == 1", "a == 1"},
      {"a=1", "a == 1"},
      {"a   !=\n\t-1.50", "a != -1.50"},
      {"a<1 and b<=2 and c>3 and d>=4", "a < 1 and b <= 2 and c > 3 and d >= 4"},
      {"a == 1 or b == 2 and c == 3", "a == 1 or (b == 2 and c == 3)"},
      {"(a == 1 or b == 2) and c == 3", "(a == 1 or b == 2) and c == 3"},
      {"not not paused", "not not paused"},
      {"not (a == 1 and b)", "not (a == 1 and b)"},
      {"((paused))", "paused"},
      {"status = pending", "status == pending"},
      {"a == nightly-sync.hrc", "a == nightly-sync.hrc"},
      {"a == 'it''s'", "a == 'it''s'"},
      {R"(a == "it's ""so""")", R"(a == 'it''s "so"')"},
      {"a == 'two\nlines'", "a == 'two\nlines'"},
      {"a anyof ['x', \"y\", z,]", "a anyof ['x', 'y', z]"},
      {"a anyof []", "a anyof []"},
      {"tags allof [1, -2, true, nothing]", "tags allof [1, -2, true, nothing]"},
      {"a == null", "a == nothing"},
      {"a == false", "a == false"},
      {"t >= now - 7 days", "t >= now - 7 days"},
      {"t >= now-7 days+1.5 hours", "t >= now - 7 days + 1.5 hours"},
      {"t > (now - 90 ms)", "t > now - 90 milliseconds"},
      {"t < 2025-11-15T00:00:00Z", "t < 2025-11-15T00:00:00Z"},
      {"t < 2025-11-15T00:00", "t < 2025-11-15T00:00"},
      {"t < 2025-11-15T00:00:00.5+02:00 - 1 weeks", "t < 2025-11-15T00:00:00.5+02:00 - 1 weeks"},
      {"t == 2025-11-15T00:00:00Z-1 years", "t == 2025-11-15T00:00:00Z - 1 years"},
      {"id == 019A8a3c-6c00-7000-8000-000000000017", "id == 019A8a3c-6c00-7000-8000-000000000017"},
      {"`not`.`a.b` == 1", "`not`.`a.b` == 1"},
      {"a.`b``c` == 1", "`a`.`b``c` == 1"},
      {"a.b.c == d.e", "a.b.c == d.e"},
      {"'x' == a", "'x' == a"},
      {"ä_ == 1", ""},
      {"nowhere == 1 and orders == 2 and nothing1 == 3",
       "nowhere == 1 and orders == 2 and nothing1 == 3"},
  };
  for (const ParserCase& c : cases) {
    const auto node = parse_filter(c.filter);
    if (c.printed.empty()) {
      EXPECT_FALSE(node) << c.filter;
      continue;
    }
    ASSERT_TRUE(node) << c.filter << "\n" << node.error().text();
    EXPECT_EQ(print(*node), c.printed);
    const auto again = parse_filter(c.printed);
    ASSERT_TRUE(again) << c.printed << "\n" << again.error().text();
    EXPECT_TRUE(*again == *node) << c.printed;
  }
}

TEST(FilterParser, SaysWhereItStoppedAndWhatItExpected) {
  const ParserCase cases[] = {
      {"", "line 1, column 1: expected a field, found the end\n  \n  ^"},
      {"a == ", "line 1, column 6: expected a value, found the end\n  a == \n       ^"},
      {"a == 1 b",
       "line 1, column 8: expected 'and', 'or' or the end, found 'b'\n  a == 1 b\n"
       "         ^"},
      {"a ==\n  == 2", "line 2, column 3: expected a value, found '=='\n    == 2\n    ^^"},
      {"(a == 1",
       "line 1, column 8: expected ')', 'and' or 'or', found the end\n  (a == 1\n"
       "         ^"},
      {"a == 'x", "line 1, column 6: this text has no end: a ' is missing\n  a == 'x\n       ^"},
      {"ä", "line 1, column 1: this character stands for nothing in a filter\n  ä\n  ^"},
      {"'ää' ! 1",
       "line 1, column 6: '!' stands for nothing: use 'not', or '!=' between two "
       "values\n  'ää' ! 1\n       ^"},
      {"t > now - 1 day",
       "line 1, column 13: expected years, months, weeks, days, hours, minutes, "
       "seconds or ms, found 'day'\n  t > now - 1 day\n              ^^^"},
      {"t > now - 1.5 months",
       "line 1, column 11: years and months are whole\n"
       "  t > now - 1.5 months\n            ^^^"},
      {"a + 1 days == 2",
       "line 1, column 3: durations are added to and taken from 'now' and "
       "instants only\n  a + 1 days == 2\n    ^"},
      {"a == 12x",
       "line 1, column 8: a number ends here, but no space follows it\n  a == 12x\n"
       "         ^"},
      {"a == 007",
       "line 1, column 6: not a number: no zeros before it, at most 1000 digits\n"
       "  a == 007\n       ^^^"},
      {"'x'",
       "line 1, column 4: expected a comparison: == != < <= > >= anyof allof, found the "
       "end\n  'x'\n     ^"},
      {"a anyof 'x'",
       "line 1, column 9: expected a list like ['a', 'b'], found 'x'\n"
       "  a anyof 'x'\n          ^^^"},
      {"a anyof ['x' 'y']",
       "line 1, column 14: expected ',' or ']', found 'y'\n"
       "  a anyof ['x' 'y']\n               ^^^"},
      {"a == and", "line 1, column 6: expected a value, found 'and'\n  a == and\n       ^^^"},
      {"a == - x",
       "line 1, column 8: expected a number after '-', found 'x'\n  a == - x\n"
       "         ^"},
      {"a.`` == 1", "line 1, column 3: a name has at least one character\n  a.`` == 1\n    ^^"},
  };
  for (const ParserCase& c : cases) {
    const auto node = parse_filter(c.filter, "node.filter");
    ASSERT_FALSE(node) << c.filter;
    EXPECT_EQ(node.error().message, c.printed) << c.filter;
    EXPECT_EQ(node.error().reason, "GRAPH_FILTER");
    EXPECT_EQ(node.error().field, "node.filter");
  }
}

TEST(FilterParser, ALongLineIsShownAroundTheFault) {
  const std::string long_text(5000, 'x');
  const auto node = parse_filter("a == '" + long_text + "' b == '" + long_text + "'");
  ASSERT_FALSE(node);
  EXPECT_LT(node.error().message.size(), 600U);
  EXPECT_NE(node.error().message.find("column 5009"), std::string::npos) << node.error().message;
}

std::string repeated(std::size_t count, const std::string& piece, const std::string& between) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += i > 0 ? between : "";
    out += piece;
  }
  return out;
}

void expect_limit(const std::string& fits, const std::string& over, const std::string& says) {
  const auto good = parse_filter(fits);
  EXPECT_TRUE(good) << good.error().text();
  const auto bad = parse_filter(over);
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find(says), std::string::npos) << bad.error().message;
}

TEST(FilterParser, HasItsLimits) {
  const auto text = [](std::size_t bytes) { return "a == '" + std::string(bytes - 7, 'x') + "'"; };
  expect_limit(text(kFilterBytesMax), text(kFilterBytesMax + 1), "65536 bytes");
  const auto deep = [](std::size_t levels) {
    return std::string(levels - 1, '(') + "a" + std::string(levels - 1, ')');
  };
  expect_limit(deep(kFilterDepthMax), deep(kFilterDepthMax + 1), "64 levels");
  expect_limit(repeated(kFilterDepthMax - 1, "not", " ") + " a",
               repeated(kFilterDepthMax, "not", " ") + " a", "64 levels");
  expect_limit(repeated(kFilterNodesMax, "a", " or "), repeated(kFilterNodesMax + 1, "a", " or "),
               "1024 conditions");
  expect_limit("a anyof [" + repeated(kFilterItemsMax, "1", ",") + "]",
               "a anyof [" + repeated(kFilterItemsMax + 1, "1", ",") + "]", "1000 items");
  expect_limit("a == " + std::string(kFilterDigitsMax, '9'),
               "a == " + std::string(kFilterDigitsMax + 1, '9'), "1000 digits");
}

TEST(FilterParser, RefusesBytesThatAreNotUtf8) {
  const auto node = parse_filter("a == '\xff'");
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().message, "the filter is not UTF-8 at byte 6");
}

}  // namespace
}  // namespace daybook::graph
