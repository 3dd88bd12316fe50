// Writes JSON text into a string: commas and quotes are its business, order and names the caller's.
#pragma once

#include <charconv>
#include <concepts>
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

  void key(std::string_view name) {
    comma();
    out_ += '"';
    out_ += name;  // names are literals without anything to escape
    out_ += "\":";
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
  void value(Micros time) { value(format_time(time)); }
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
  }
  void close(char c) {
    out_ += c;
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
};

}  // namespace daybook
