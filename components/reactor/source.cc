#include "components/reactor/source.h"

#include <algorithm>

namespace daybook::reactor {
namespace {

constexpr std::size_t kShownColumnsMax = 120;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool starts_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::uint32_t code_points(std::string_view text) {
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

// A name, a number, a text to its end in this line; else one character.
std::uint32_t length_of_word(std::string_view line) {
  const auto in_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80U;
  };
  if (line.empty()) {
    return 1;
  }
  std::size_t end = 0;
  if (constexpr std::string_view kQuotes = "'\"`"; kQuotes.find(line.front()) != kQuotes.npos) {
    end = line.find(line.front(), 1) + 1;  // none: 0
  } else {
    while (end < line.size() && in_word(line[end])) {
      ++end;
    }
  }
  return std::max<std::uint32_t>(code_points(line.substr(0, end)), 1);
}

}  // namespace

std::string Diagnostic::text() const {
  std::string out = source.empty() ? "" : source + ":";
  out += std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + message;
  if (!line.empty()) {
    const std::size_t before = std::min<std::size_t>(at.column - 1, kShownColumnsMax);
    out += "\n  " + line + "\n  " + std::string(before, ' ') + "^";
  }
  return out;
}

Source::Source(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  lines_.push_back(text_.starts_with(kByteOrderMark) ? 3 : 0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') {
      lines_.push_back(static_cast<std::uint32_t>(i + 1));
    }
  }
}

Position Source::position_of(std::uint32_t offset) const {
  offset = std::max(offset, lines_.front());
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), offset);
  const std::uint32_t start = *(after - 1);
  return {static_cast<std::uint32_t>(after - lines_.begin()),
          code_points(text().substr(start, offset - start)) + 1};
}

std::uint32_t Source::line_start(std::uint32_t offset) const {
  offset = std::max(offset, lines_.front());
  return *(std::upper_bound(lines_.begin(), lines_.end(), offset) - 1);
}

std::uint32_t Source::offset_of(const Position& at) const {
  if (at.line == 0 || at.line > lines_.size()) {
    return static_cast<std::uint32_t>(text_.size());
  }
  std::size_t offset = lines_[at.line - 1];
  for (std::uint32_t column = 1; column < at.column && offset < text_.size(); ++column) {
    ++offset;
    while (offset < text_.size() && !starts_code_point(text_[offset])) {
      ++offset;
    }
  }
  return static_cast<std::uint32_t>(offset);
}

Diagnostic Source::diagnose(std::string_view code, std::string_view message,
                            std::uint32_t offset) const {
  Diagnostic out{std::string(code), std::string(message), name_, position_of(offset), {}};
  const std::uint32_t start = lines_[out.at.line - 1];
  std::string_view line = text().substr(start);
  line = line.substr(0, line.find('\n'));
  std::size_t shown = std::min(line.size(), kShownColumnsMax);
  while (shown < line.size() && !starts_code_point(line[shown])) {
    ++shown;
  }
  out.line = line.substr(0, shown);
  const std::size_t before = std::max(offset, lines_.front()) - start;
  out.length = length_of_word(line.substr(std::min(before, line.size())));
  // A tab takes one column here as in `at`.
  std::replace_if(
      out.line.begin(), out.line.end(), [](char c) { return c == '\t' || c == '\r'; }, ' ');
  return out;
}

}  // namespace daybook::reactor
