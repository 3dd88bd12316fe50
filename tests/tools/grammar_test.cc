// The grammar for editors: every word of the language has its colour, and what begins ends.
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "components/reactor/builtins.h"
#include "components/reactor/nominal.h"
#include "components/reactor/span.h"
#include "tests/tools/text_mate.h"

namespace daybook::cli {
namespace {

const boost::json::value& grammar() {
  static const boost::json::value kGrammar = [] {
    std::stringstream text;
    text << std::ifstream(DAYBOOK_GRAMMAR).rdbuf();
    return boost::json::parse(text.str());
  }();
  return kGrammar;
}

// The name that all bytes of the part have, the first time it stands in the text.
std::string name_of(std::string_view text, std::string_view part) {
  const auto names = TextMate(grammar()).names_of(text);
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string_view::npos);
  for (std::size_t i = at; i < at + part.size(); ++i) {
    if (names[i] != names[at]) {
      return "several";
    }
  }
  return names[at];
}

TEST(Grammar, CoversEveryBuiltin) {
  for (const reactor::BuiltinEntry& entry : reactor::builtins()) {
    const std::string name(entry.name);
    EXPECT_EQ(name_of("from x " + name + " 5", name),
              name == "newid" ? "constant.language.reactor" : "support.function.reactor")
        << name;
  }
}

TEST(Grammar, CoversEveryKeyword) {
  for (const char* word : {"import", "from", "match", "when", "query", "filter", "orderBy",
                           "navigate", "with", "on", "as", "order by", "asc", "desc", "join"}) {
    EXPECT_EQ(name_of("  x " + std::string(word) + " y", word), "keyword.control.reactor") << word;
  }
  for (const char* word : {"let", "param", "export let", "export"}) {
    EXPECT_EQ(name_of(std::string(word) + " let x = 1", std::string(word).substr(0, 3)),
              "keyword.control.reactor")
        << word;
  }
  for (const char* side : {"left", "right", "outer"}) {
    EXPECT_EQ(name_of("xs join " + std::string(side) + " ys on k", side),
              "keyword.control.reactor");
    EXPECT_EQ(name_of("p." + std::string(side) + ".a", side), "");
  }
  for (const char* word : {"and", "or", "not", "is"}) {
    EXPECT_EQ(name_of("a " + std::string(word) + " b", word), "keyword.operator.logical.reactor");
  }
  for (const char* word : {"true", "false", "nothing", "now"}) {
    EXPECT_EQ(name_of("x(" + std::string(word) + ")", word), "constant.language.reactor");
  }
}

TEST(Grammar, CoversEveryUnitAndType) {
  for (const char* unit : {"years", "months", "weeks", "days", "hours", "minutes", "seconds",
                           "milliseconds", "ms", "ticks"}) {
    ASSERT_TRUE(reactor::parse_unit(unit)) << unit;
    EXPECT_EQ(name_of("15 " + std::string(unit), unit), "keyword.other.unit.reactor");
  }
  for (const reactor::Nominal& nominal : reactor::nominals()) {
    EXPECT_EQ(name_of("param x: " + std::string(nominal.name), nominal.name),
              "support.class.reactor");
  }
  for (const std::string type : {"text", "number", "bool", "boolean", "uuid", "instant", "date",
                                 "duration", "byte", "value"}) {
    for (const std::string& place :
         {"param x: " + type, "x :: " + type, "x is " + type, "x is not " + type,
          "x match " + type + " |> 1", "x match\n  " + type + " |> 1",
          "x match\n  " + type + " | nothing |> 1", "let x: nothing | " + type,
          "let x: nothing & " + type, "let x: [" + type + "]", "let x: { text -> " + type + " }"}) {
      EXPECT_EQ(name_of(place, type), "storage.type.reactor") << place;
    }
    EXPECT_EQ(name_of("{ " + type + " = 1 }", type), "variable.other.property.reactor");
  }
}

TEST(Grammar, TextsEndWhereTheyEnd) {
  for (const char* text : {"'it''s'", "\"so \"\"he\"\" said\"", "$'it''s {x} more'",
                           "$$'it''s {{x}} {y} more'", "$$$'it''s {{{x}}} {{y}} more'",
                           "$$\"a \"\" {{ {a = 1}.a }} b\"", "$'{ { a = { b = 3 } }.a } tail'",
                           "$'{ f('}') } tail'", "'over\nlines'", "''", "$\"''\""}) {
    EXPECT_EQ(name_of("from " + std::string(text) + " + true\nlet a = 1", "true"),
              "constant.language.reactor")
        << text;
    EXPECT_EQ(name_of("from " + std::string(text) + " + 1\nlet a = 1", "let"),
              "keyword.control.reactor")
        << text;
  }
  EXPECT_EQ(name_of("$'{ { a = 3 }.a } tail'", " tail'"), "string.interpolated.reactor");
  EXPECT_EQ(name_of("$'{ now } tail'", "now"), "constant.language.reactor");
  EXPECT_EQ(name_of("$$$'{{ now }} {{{ true }}}'", "now"), "string.interpolated.reactor");
  EXPECT_EQ(name_of("$$$'{{ now }} {{{ true }}}'", "true"), "constant.language.reactor");
}

TEST(Grammar, RegularExpressionsAreToldFromDivision) {
  for (const char* before : {"x match\n  ", "x match\n  1 |> 2\n  ", "x is ", "x match ", "f(",
                             "replace (", "[", "x |> 1\n  y where is ", "a | ", "not ", "from "}) {
    EXPECT_EQ(name_of(std::string(before) + "/^it's [/\"]$/i |> now", "/^it's [/\"]$/i"),
              "string.regexp.reactor")
        << before;
    EXPECT_EQ(name_of(std::string(before) + "/^it's/ |> now", "now"), "constant.language.reactor");
  }
  EXPECT_EQ(name_of("a / 'b' / c", "'b'"), "string.quoted.single.reactor");
  EXPECT_EQ(name_of("  // it's\nnow", "now"), "constant.language.reactor");
  EXPECT_EQ(name_of("  /* it's */ now", "now"), "constant.language.reactor");
}

TEST(Grammar, NamesAreWhole) {
  EXPECT_EQ(name_of("let bådan = 1", "bådan"), "entity.name.function.reactor");
  EXPECT_EQ(name_of("export let ångström(x) => x", "ångström"), "entity.name.function.reactor");
  EXPECT_EQ(name_of("export let a = 1", "let"), "keyword.control.reactor");
  EXPECT_EQ(name_of("{ möte = 1 }", "möte"), "variable.other.property.reactor");
  EXPECT_EQ(name_of("x.count", "count"), "");
  EXPECT_EQ(name_of("{ from = 1 }", "from"), "variable.other.property.reactor");
}

}  // namespace
}  // namespace daybook::cli
