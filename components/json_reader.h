// Reads JSON that others wrote: bounded depth, UTF-8 only, no member twice, unknown members refused
// by name. Parts are handed on as they were sent, numbers with all their digits. Private to
// components.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/json_value.h"
#include "base/result.h"

namespace daybook::components {

// One whole document, which the view borrows; `reason` names the failure.
Result<JsonValue> parse_json(std::string_view text, std::string_view reason,
                             std::string_view field = {});

// What the value holds, if it is there and of that kind.
std::optional<std::vector<JsonValue>> elements_of(const JsonValue* value);
std::optional<std::string> text_of(const JsonValue& value);

// Without JSON's white space around it.
std::string_view trim(std::string_view text);

// What is wrong with a document, in the order in which it was found, so that all of it is named at
// once; bounded, since nobody reads more.
class Faults {
 public:
  static constexpr std::size_t kMax = 20;

  void add(Error fault);
  // Keeps what is wrong; whether nothing was.
  bool check(Status status);
  // The same, and takes a value that is sound.
  template <typename T>
  bool take(Result<T> result, T& into) {
    if (!result) {
      add(std::move(result).error());
      return false;
    }
    into = std::move(*result);
    return true;
  }

  bool empty() const { return errors_.empty(); }
  std::vector<Error> all() && { return std::move(errors_); }
  // The first, for who can name only one.
  Status first() const;

 private:
  std::vector<Error> errors_;
};

// Members of one object; errors name them with the path before them, e.g. "effects[2].definition".
class Members {
 public:
  // Refuses what is not an object.
  static Result<Members> of(const JsonValue& value, std::string_view path);
  // Of a document that describes a component, whose text they borrow: "BAD_SPEC" when it is none.
  static std::optional<Members> of_spec(std::string_view json, Faults& faults);

  // Refuses every member whose name is not listed.
  Status only(std::initializer_list<std::string_view> names) const;
  void only(std::initializer_list<std::string_view> names, Faults& faults) const;

  // The member, or null when it is absent; find() gives null for JSON null too.
  const JsonValue* member(std::string_view name) const;
  const JsonValue* find(std::string_view name) const;
  // "" when absent.
  Result<std::string> text(std::string_view name, std::size_t bytes_max) const;
  // `absent` when absent.
  Result<std::int64_t> number(std::string_view name, std::int64_t absent, std::int64_t min,
                              std::int64_t max) const;
  // Zero when absent; never negative, at most `max`.
  Result<Duration> duration(std::string_view name, Duration max) const;

  std::string path_of(std::string_view name) const;
  const std::vector<JsonValue::Member>& all() const { return members_; }

 private:
  Members(const JsonValue& object, std::string_view path)
      : members_(object.members()), path_(path) {}

  std::vector<JsonValue::Member> members_;
  std::string path_;
};

}  // namespace daybook::components
