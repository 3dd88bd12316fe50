#include "tests/scenarios/line.h"

#include <sstream>

#include "base/time_text.h"

namespace daybook::scenarios {
namespace {

template <typename T>
T need(Result<T> value, std::string_view what) {
  if (!value) {
    throw BadLine(std::string(what) + ": " + value.error().text());
  }
  return std::move(*value);
}

}  // namespace

Micros time_of(std::string_view text) {
  std::int64_t days = 0;
  if (const auto d = text.find('d'); d != std::string_view::npos) {
    std::from_chars(text.data(), text.data() + d, days);
    text.remove_prefix(d + 1);
  }
  const Micros time = need(parse_time("2025-11-16T" + std::string(text), "time"), text);
  return time + hours(24 * days);
}

std::string text_of(Micros time) {
  const std::int64_t days = (time.value - kMidnight.value) / hours(24).value;
  const std::string full = format_time(Micros{time.value - days * hours(24).value});
  const std::string clock = full.substr(11, full.size() - 12);
  return days == 0 ? clock : std::to_string(days) + "d" + clock;
}

Duration duration_of(std::string_view text) {
  return need(parse_duration(text, "duration"), text);
}

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> out;
  std::istringstream in{std::string(text)};
  for (std::string part; std::getline(in, part, by);) {
    if (!part.empty()) {
      out.push_back(part);
    }
  }
  return out;
}

std::optional<std::string> Line::find(std::string_view key) const {
  const auto found = named.find(key);
  return found == named.end() ? std::nullopt : std::optional(found->second);
}

Duration Line::duration(std::string_view key, Duration otherwise) const {
  const auto text = find(key);
  return text ? duration_of(*text) : otherwise;
}

Line parse(const std::string& text) {
  Line out;
  out.whole = text;
  std::istringstream words(text);
  words >> out.command;
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      if (!out.name.empty()) {
        throw BadLine("two names: " + word);
      }
      out.name = word;
    } else {
      out.named.emplace(word.substr(0, equals), word.substr(equals + 1));
    }
  }
  return out;
}

}  // namespace daybook::scenarios
