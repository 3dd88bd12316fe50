// One line of a scenario in words: times, durations, `name key=value`. README.md describes the
// language.
#pragma once

#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace daybook::scenarios {

inline constexpr Micros kMidnight{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z

// A scenario that cannot be understood: caught per line.
struct BadLine : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// "10:00" or "1d10:00", counted from kMidnight; text_of() writes it.
Micros time_of(std::string_view text);
std::string text_of(Micros time);
Duration duration_of(std::string_view text);
// The parts that are not empty.
std::vector<std::string> split(std::string_view text, char by);

struct Line {
  std::string command;
  std::string name;  // the first argument
  std::multimap<std::string, std::string, std::less<>> named;
  std::string whole;

  std::optional<std::string> find(std::string_view key) const;
  std::string get(std::string_view key, std::string otherwise = {}) const {
    return find(key).value_or(std::move(otherwise));
  }
  template <typename Number>
  Number number(std::string_view key, Number otherwise) const {
    const auto text = find(key);
    Number out = otherwise;
    if (text) {
      const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
      if (error != std::errc() || end != text->data() + text->size()) {
        throw BadLine("not a number: " + *text);
      }
    }
    return out;
  }
  Duration duration(std::string_view key, Duration otherwise) const;
};

Line parse(const std::string& text);

}  // namespace daybook::scenarios
