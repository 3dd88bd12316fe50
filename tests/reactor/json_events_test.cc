#include "components/reactor/json_events.h"

#include <rapidcheck.h>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/json_text.h"
#include "base/limits/json.h"

namespace daybook::reactor {
namespace {

// Writes what it is told: compact JSON.
class Echo {
 public:
  bool null() { return put("null"); }
  bool boolean(bool value) { return put(value ? "true" : "false"); }
  bool number(const Decimal& value) { return put(value.text()); }
  bool far_number(std::string_view text) { return put("far " + std::string(text)); }
  bool string(std::string&& value) { return put(quoted(value)); }
  bool begin_object() { return open('{'); }
  bool key(std::string&& name) {
    put(quoted(name) + ":");
    first_ = true;
    return true;
  }
  bool end_object() { return close('}'); }
  bool begin_array() { return open('['); }
  bool end_array() { return close(']'); }

  std::string out;

 private:
  static std::string quoted(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
  }
  bool put(std::string_view text) {
    out += first_ ? "" : ",";
    out += text;
    first_ = false;
    return true;
  }
  bool open(char c) {
    put(std::string_view(&c, 1));
    first_ = true;
    return true;
  }
  bool close(char c) {
    out += c;
    first_ = false;
    return true;
  }

  bool first_ = true;
};

std::string echoed(std::string_view text, const JsonLimits& limits = {}) {
  Echo echo;
  const auto status = read_json(text, echo, limits, "body");
  if (!status) {
    EXPECT_EQ(status.error().field, "body");
    return status.error().message;
  }
  return echo.out;
}

struct Case {
  std::string_view text;
  std::string_view result;
};

TEST(JsonEvents, ReportsEveryKindOfValue) {
  for (const auto& [text, result] :
       {Case{"null", "null"}, Case{" true ", "true"}, Case{"\t\r\nfalse", "false"},
        Case{"[]", "[]"}, Case{"{}", "{}"}, Case{"[ ]", "[]"}, Case{"{ }", "{}"},
        Case{"[1, [2, {\"a\" : [] , \"b\":{}}], 3]", R"([1,[2,{"a":[],"b":{}}],3])"},
        Case{R"("\"\\\/\b\f\n\r\t\u00e4\u20AC\ud83d\ude00\u0000")",
             "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\tä€😀\\u0000\""},
        Case{R"({"ä":"€😀"})", R"({"ä":"€😀"})"}, Case{R"({"":""})", R"({"":""})"},
        // Both are told; the last should win.
        Case{R"({"a":1,"a":2})", R"({"a":1,"a":2})"}}) {
    EXPECT_EQ(echoed(text), result) << text;
  }
}

TEST(JsonEvents, NumbersAreExact) {
  for (const auto& [text, result] :
       {Case{"0", "0"}, Case{"-0", "0"}, Case{"-12.50", "-12.50"}, Case{"0.1", "0.1"},
        Case{"12345678901234567890.123456789", "12345678901234567890.123456789"},
        Case{"1e3", "1000"}, Case{"1E-2", "0.01"}, Case{"1.5e+1", "15"},
        Case{"9007199254740993", "9007199254740993"}, Case{"0e5", "0"}}) {
    EXPECT_EQ(echoed(text), result) << text;
  }
  EXPECT_EQ(echoed("[1,1e29]"), "[1,far 1e29]");
}

TEST(JsonEvents, RefusesTheRestAndSaysWhere) {
  for (const auto& [text, problem] :
       {Case{"", "0: a value is expected"},
        Case{"  ", "2: a value is expected"},
        Case{"nul", "0: a value is expected"},
        Case{"nulls", "4: nothing may follow the value"},
        Case{"[1,]", "3: a value is expected"},
        Case{"[,1]", "1: a value is expected"},
        Case{"[1 2]", "3: a comma or ] is expected"},
        Case{"[1", "2: a comma or ] is expected"},
        Case{"[1}", "2: a comma or ] is expected"},
        Case{"{\"a\":1,}", "7: a name is expected"},
        Case{"{a:1}", "1: a name is expected"},
        Case{"{\"a\" 1}", "5: a colon is expected"},
        Case{"{\"a\":}", "5: a value is expected"},
        Case{"{\"a\":1]", "6: a comma or } is expected"},
        Case{"{", "1: a name is expected"},
        Case{"{\"a\":1", "6: a comma or } is expected"},
        Case{"[] []", "3: nothing may follow the value"},
        Case{"// x", "0: a value is expected"},
        Case{"01", "0: a number has no leading zeros"},
        Case{"-", "1: a digit is expected"},
        Case{"-01", "0: a number has no leading zeros"},
        Case{"+1", "0: a value is expected"},
        Case{".5", "0: a value is expected"},
        Case{"5.", "2: a digit is expected"},
        Case{"1e", "2: a digit is expected"},
        Case{"1e+", "3: a digit is expected"},
        Case{"0x1", "1: nothing may follow the value"},
        Case{"NaN", "0: a value is expected"},
        Case{"\"a", "2: the string does not end"},
        Case{"\"\\x\"", "2: there is no such escape"},
        Case{"\"\\", "2: there is no such escape"},
        Case{"\"\n\"", "1: a control character in a string must be escaped"},
        Case{"\"\\u12g4\"", "5: four hexadecimal digits are expected"},
        Case{"\"\\ud83d\"", "7: half of a surrogate pair is no character"},
        Case{"\"\\ud83dx\"", "7: half of a surrogate pair is no character"},
        Case{"\"\\ud83d\\u0041\"", "13: half of a surrogate pair is no character"},
        Case{"\"\\ude00\"", "7: half of a surrogate pair is no character"},
        Case{"\"\xff\"", "1: it is not UTF-8"},
        Case{"'a'", "0: a value is expected"},
        Case{std::string_view("1\0", 2), "1: nothing may follow the value"},
        Case{"\xef\xbb\xbf{}", "0: a value is expected"}}) {
    EXPECT_EQ(echoed(text), "Not a JSON text at byte " + std::string(problem) + ".") << text;
  }
}

TEST(JsonEvents, DepthAndSizeAreBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(echoed(nested(kJsonDepthMax)), nested(kJsonDepthMax));
  EXPECT_EQ(echoed(nested(kJsonDepthMax + 1)), "Not a JSON text at byte 32: nested too deep.");
  EXPECT_EQ(echoed("[[1]]", {100, 1}), "Not a JSON text at byte 1: nested too deep.");
  EXPECT_EQ(echoed("1", {100, 0}), "1");
  EXPECT_EQ(echoed(nested(100'000), {1'000'000, 100'000}), nested(100'000));
  EXPECT_EQ(echoed("[1]", {3, 1}), "[1]");
  EXPECT_EQ(echoed("[1] ", {3, 1}), "The JSON text has 4 bytes; at most 3 are allowed.");
}

// Takes two numbers.
struct Picky : Echo {
  bool number(const Decimal&) { return ++numbers < 3; }
  int numbers = 0;
};

TEST(JsonEvents, TheHandlerCanStop) {
  Picky picky;
  const auto status = read_json("[1,2,3,4]", picky);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "JSON_STOPPED");
  EXPECT_EQ(picky.numbers, 3);
}

std::string some_value(int depth) {
  std::string out;
  switch (*rc::gen::inRange(0, depth > 3 ? 4 : 6)) {
    case 0:
      return *rc::gen::element<std::string>("null", "true", "false");
    case 1:
      return std::to_string(*rc::gen::arbitrary<std::int64_t>());
    case 2:
      return std::to_string(*rc::gen::inRange(-999, 999)) + ".25";
    case 3:
      append_json_string(out, *rc::gen::container<std::string>(rc::gen::inRange('\0', '\x7f')));
      return out;
    case 4:
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
        out += (out.empty() ? "" : ",") + some_value(depth + 1);
      }
      return "[" + out + "]";
    default:
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) {
        out += (out.empty() ? "\"" : ",\"") + std::to_string(n) + "\":" + some_value(depth + 1);
      }
      return "{" + out + "}";
  }
}

TEST(JsonEventsProperty, ValidTextsComeBackAndSpacesDoNotMatter) {
  EXPECT_TRUE(rc::check([] {
    const std::string text = some_value(0);
    RC_ASSERT(echoed(text) == text);
    RC_ASSERT(echoed(" \n" + text + "\t ") == text);
  }));
}

TEST(JsonEventsProperty, AcceptsWhatAnotherStrictParserAccepts) {
  EXPECT_TRUE(rc::check([] {
    std::string text = some_value(0);
    // Spoil it in one place, most of the time.
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.insert(at, 1, *rc::gen::element(',', ':', '"', '{', ']', '0', '-', '.', 'e', '\\'));
        break;
      case 2:
        text[at] = *rc::gen::element('u', 'n', '}', '[', ' ', '\n', '9', 'E', '+', '/');
        break;
      default:
        break;
    }
    boost::json::error_code error;
    boost::json::parse(text, error);
    Echo echo;
    const auto status = read_json(text, echo);
    // Boost holds numbers as doubles.
    const bool range = error == boost::json::error::exponent_overflow;
    RC_LOG() << text << '\n' << (status ? "" : status.error().message) << '\n';
    RC_ASSERT(range || status.has_value() == !error);
  }));
}

TEST(JsonEventsProperty, AnyBytesAreSafe) {
  EXPECT_TRUE(rc::check([] {
    const auto text = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::element('{', '}', '[', ']', '"', ',', ':', '\\', 'u', '1', '.', 'e', '-', ' '),
        rc::gen::arbitrary<char>()));
    Echo echo;
    static_cast<void>(read_json(text, echo));
  }));
}

}  // namespace
}  // namespace daybook::reactor
