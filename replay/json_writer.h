// Builds JSON text member by member. Private to this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time_text.h"
#include "events/json.h"

namespace daybook::replay {

// One object; end() closes it. Empty texts and zero times are left out.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) {
      events::append_json_string(member(name), value);
    }
  }
  void number(std::string_view name, std::uint64_t value) { member(name) += std::to_string(value); }
  void signed_number(std::string_view name, std::int64_t value) {
    member(name) += std::to_string(value);
  }
  void flag(std::string_view name, bool value) { member(name) += value ? "true" : "false"; }
  void time(std::string_view name, Micros value) {
    if (value.value != 0) {
      text(name, format_time(value));
    }
  }
  void duration(std::string_view name, Duration value) { text(name, format_duration(value)); }
  // `json` is a JSON text already.
  void raw(std::string_view name, std::string_view json) { member(name) += json; }
  // For what the caller appends itself.
  std::string& member(std::string_view name) {
    if (!first_) {
      out_ += ',';
    }
    first_ = false;
    events::append_json_string(out_, name);
    out_ += ':';
    return out_;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace daybook::replay
