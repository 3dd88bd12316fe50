// A filter as it was written: what the parser gives, before names and types are known. Plain
// values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::graph {

// Bytes of the filter text.
struct Place {
  std::size_t at = 0;
  std::size_t size = 0;
  // Two trees are the same wherever their parts stood.
  bool operator==(const Place&) const { return true; }
};

enum class Unit : std::uint8_t {
  kYears,
  kMonths,
  kWeeks,
  kDays,
  kHours,
  kMinutes,
  kSeconds,
  kMilliseconds,
};
std::string_view unit_name(Unit unit);

// "- 7 days"
struct Shift {
  bool back = false;
  std::string amount;  // digits, perhaps with a fraction; years and months have none
  Unit unit = Unit::kDays;
  bool operator==(const Shift&) const = default;
};

struct Operand {
  enum class Kind : std::uint8_t {
    kWord,  // an unquoted word: a field, or a text where no field has the name
    kPath,  // a name with a part in backticks: always a field
    kText,  // in quotes
    kNumber,
    kUuid,
    kInstant,  // unquoted
    kBool,
    kNothing,
    kNow,
  };
  Kind kind = Kind::kNothing;
  // Of a text without quotes and escapes, empty of a path, of all others as written ("-1.50").
  std::string text;
  std::vector<std::string> path;  // of a word and a path
  std::vector<Shift> shifts;      // of kNow and kInstant
  Place place;
  bool operator==(const Operand&) const = default;
};

enum class Compare : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual
};
std::string_view compare_name(Compare compare);

struct Node {
  enum class Kind : std::uint8_t {
    kOr,       // two or more parts
    kAnd,      // two or more parts
    kNot,      // one part
    kCompare,  // left, one item
    kAnyOf,    // left, any number of items
    kAllOf,
    kTruth,  // left alone: a bool field
  };
  Kind kind = Kind::kTruth;
  std::vector<Node> parts;
  Operand left;
  Compare compare = Compare::kEqual;
  std::vector<Operand> items;
  Place place;  // of the operator, or of all of it
  bool operator==(const Node&) const = default;
};

// The filter as text that parses to the same tree: one space between tokens, "==" for "=",
// parentheses only where they are needed.
std::string print(const Node& node);

}  // namespace daybook::graph
