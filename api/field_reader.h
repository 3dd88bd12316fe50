// Reads the members of one JSON object into plain values, and collects what is wrong with them:
// each error names the field by its path ("retry.backoff.initial", "[3].tags[0]").
//
//   FieldReader fields(value, "", errors);
//   fields.id(IdKind::kComponent, "componentId", out.component, Need::kRequired);
//   fields.boolean("paused", out.paused);
//   fields.finish();  // members that nobody asked for are errors
//
// A member that is absent or null leaves its output as it was. One thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json_value.h"
#include "base/result.h"

namespace daybook::api {

enum class Need : std::uint8_t { kOptional, kRequired };

// What is wrong with a body; bounded, since nobody reads more.
class FieldErrors {
 public:
  static constexpr std::size_t kMax = 20;

  void add(std::string_view message, std::string_view field,
           std::string_view reason = "INVALID_FIELD", Code code = Code::kInvalid);
  void add(Error error);
  bool empty() const { return errors_.empty(); }
  std::size_t count() const { return errors_.size(); }
  std::vector<Error> take() { return std::move(errors_); }

 private:
  std::vector<Error> errors_;
};

struct IntegerRange {
  std::int64_t min;
  std::int64_t max;
};
struct NumberRange {
  double min;
  double max;
};
struct DurationRange {
  Duration min;
  Duration max;
};

class FieldReader {
 public:
  // `path` stands before the names, e.g. "retry." or "[3].".
  FieldReader(const JsonValue& object, std::string path, FieldErrors& errors);

  void resource_id(std::string_view name, std::string& out, Need need = Need::kOptional);
  void id(IdKind kind, std::string_view name, std::string& out, Need need = Need::kOptional);
  void text(std::string_view name, std::string& out, std::size_t bytes_max,
            Need need = Need::kOptional);
  // A text that is shown on one line (base/utf8.h).
  void line(std::string_view name, std::string& out, std::size_t bytes_max);
  void boolean(std::string_view name, bool& out);
  void integer(std::string_view name, std::int64_t& out, IntegerRange range,
               Need need = Need::kOptional);
  // A decimal with up to three places, in thousandths.
  void thousandths(std::string_view name, std::uint32_t& out, NumberRange range);
  void time(std::string_view name, std::optional<Micros>& out);
  // Text like "90s" or "PT1M30S".
  void duration(std::string_view name, Duration& out, DurationRange range,
                Need need = Need::kOptional);
  // An object's or any value's text as it was sent.
  void object_text(std::string_view name, std::string& out, std::size_t bytes_max);
  void any_text(std::string_view name, std::string& out, std::size_t bytes_max);
  void texts(std::string_view name, std::vector<std::string>& out, std::size_t count_max,
             std::size_t bytes_max);
  // Whether it stands there, as null too.
  bool names(std::string_view name) const;
  // The id of the resource itself, if it stands there: must be that of the path.
  void path_id(IdKind kind, std::string_view name, std::string_view own);
  // What only a server says, of every resource and in these members of this kind, so that what it
  // answered can be sent back: known and not read.
  void pass_over_answered(std::initializer_list<std::string_view> names);
  // For members that need their own reader; marks the name as known.
  std::optional<JsonValue> object(std::string_view name);
  std::optional<JsonValue> find(std::string_view name, JsonValue::Kind kind,
                                std::string_view kind_name, Need need = Need::kOptional);

  std::string path_of(std::string_view name) const { return path_ + std::string(name); }
  FieldErrors& errors() { return errors_; }
  void finish();
  // The members that nobody has asked for yet, as they were sent; finish() then finds nothing.
  std::vector<JsonValue::Member> take_rest();

 private:
  const JsonValue* take(std::string_view name);
  // Whether it holds; else the error is noted, of the member `name`. A path is only made for what
  // is wrong.
  bool holds(Status status, std::string_view name);

  FieldErrors& errors_;
  std::string path_;
  std::vector<JsonValue::Member> members_;
  std::vector<bool> taken_;
};

}  // namespace daybook::api
