// Writes JSON text into a string: commas and quotes are its business, order and names the caller's.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/json_text.h"
#include "base/time_text.h"

namespace daybook {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  // From now on an object that is begun at this depth keeps only the members that are named; what
  // else is written into it is taken back. Empty: all. `names` outlive the writing.
  void keep_members(std::span<const std::string> names) {
    kept_ = names;
    kept_depth_ = depth_ + 1;
  }

  void key(std::string_view name) {
    if (choosing()) {
      take_back();
      member_at_ = out_.size();
      member_first_ = first_;
      keeping_ = std::find(kept_.begin(), kept_.end(), name) != kept_.end();
    }
    // Names are literals without anything to escape.
    out_.append(first_ ? "\"" : ",\"").append(name).append("\":", 2);
    first_ = true;  // the value that follows needs no comma
  }

  void value(std::string_view text) {
    comma();
    append_json_string(out_, text);
  }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool yes) { raw(yes ? "true" : "false"); }
  void value(std::integral auto number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    raw({digits, static_cast<std::size_t>(end - digits)});
  }
  void value(double number) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    raw({digits, static_cast<std::size_t>(end - digits)});
  }
  void value(Seq seq) { value(seq.value); }
  void value(Micros time) {
    comma();
    out_ += '"';
    append_time(out_, time);  // nothing of it is escaped
    out_ += '"';
  }
  void value(Duration duration) { value(format_duration(duration)); }
  void value(JobId id) { value(id.text()); }
  void null() { raw("null"); }
  // Text that is JSON already.
  void raw(std::string_view json) {
    comma();
    out_ += json;
  }

  void member(std::string_view name, const auto& v) {
    key(name);
    value(v);
  }
  void raw_member(std::string_view name, std::string_view json) {
    key(name);
    raw(json);
  }
  // As member(), but null when `there` is false.
  void member_or_null(std::string_view name, bool there, const auto& v) {
    key(name);
    if (there) {
      value(v);
    } else {
      null();
    }
  }

 private:
  void comma() {
    if (!first_) {
      out_ += ',';
    }
    first_ = false;
  }
  void open(char c) {
    comma();
    out_ += c;
    first_ = true;
    ++depth_;
  }
  void close(char c) {
    if (choosing()) {
      take_back();
    }
    out_ += c;
    first_ = false;
    --depth_;
  }
  bool choosing() const { return !kept_.empty() && depth_ == kept_depth_; }
  // The last member, when it is not one that is kept.
  void take_back() {
    if (!keeping_) {
      out_.resize(member_at_);
      first_ = member_first_;
      keeping_ = true;
    }
  }

  std::string& out_;
  bool first_ = true;
  std::size_t depth_ = 0;
  std::span<const std::string> kept_;
  std::size_t kept_depth_ = 0;
  std::size_t member_at_ = 0;
  bool member_first_ = true;
  bool keeping_ = true;
};

}  // namespace daybook
