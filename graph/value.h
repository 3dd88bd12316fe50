// One value of a row. Plain values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "graph/schema.h"

namespace daybook::graph {

// An exact decimal, kept as it was written: "1.10" stays so in answers and equals 1.1.
class Decimal {
 public:
  Decimal() : Decimal(std::int64_t{0}) {}
  explicit Decimal(std::int64_t number);
  // A JSON number; nothing when it is none, or has more than kFilterDigitsMax digits or places.
  static std::optional<Decimal> parse(std::string_view text);

  const std::string& text() const { return text_; }
  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const { return std::is_eq(*this <=> other); }

 private:
  struct Raw {};
  explicit Decimal(Raw) {}
  void settle(std::string_view digits, std::int64_t point, bool negative);

  std::string text_;
  bool negative_ = false;
  std::string digits_;      // without zeros at either end; empty: zero
  std::int64_t point_ = 0;  // value = 0.<digits> * 10^point
};

// 8-4-4-4-12 hexadecimal digits, in lower case.
struct Uuid {
  std::string text;
  static std::optional<Uuid> parse(std::string_view text);
  bool operator==(const Uuid&) const = default;
  std::strong_ordering operator<=>(const Uuid& other) const {
    return text.compare(other.text) <=> 0;
  }
};

// A JSON document that nobody has looked into yet.
struct Json {
  std::string text;
};

class Value {
 public:
  using List = std::vector<Value>;
  using Member = std::pair<std::string, Value>;
  using Record = std::vector<Member>;
  using Nothing = std::monostate;

  Value() = default;
  template <typename T>
  explicit Value(T value) : is_(std::move(value)) {}

  bool nothing() const { return std::holds_alternative<Nothing>(is_); }
  template <typename T>
  const T* get() const {
    return std::get_if<T>(&is_);
  }
  template <typename T>
  T* get() {
    return std::get_if<T>(&is_);
  }
  // The member of a record, of several of one name the last; null when it is none or lacks it.
  const Value* member(std::string_view name) const;
  // "text", "number", "record", …, "nothing": for messages.
  std::string_view what() const;

 private:
  std::variant<Nothing, bool, Decimal, std::string, Micros, Uuid, List, Record, Json> is_;
};

// What a path leads to in a row; null when something on the way is nothing. A Json on the way is
// read into `scratch`, which then owns what is returned.
const Value* find_path(const Value& row, const std::vector<std::string>& path, Value& scratch);

// Whether two values are the same; a number and a text never are.
bool same(const Value& a, const Value& b);
// How two scalars of one kind are ordered; texts by bytes. Nothing for all other pairs.
std::optional<std::strong_ordering> order_of(const Value& a, const Value& b);

// `found` as `kind`: a text becomes an instant or a uuid. Nothing when it cannot be.
std::optional<Value> converted(const Value& found, Kind kind);

// The value as JSON: instants as ISO 8601, numbers as they were written.
void write_json(std::string& out, const Value& value);

}  // namespace daybook::graph
