#include "tools/daybook/table.h"

#include <algorithm>
#include <array>
#include <ostream>

#include "base/check.h"
#include "base/utf8.h"

namespace daybook::cli {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15, the blocks that occur in practice: combining marks, zero-width characters, variation
// selectors.
constexpr std::array kZeroWidth = {
    Range{0x0300, 0x036f}, Range{0x0483, 0x0489}, Range{0x0591, 0x05bd},  Range{0x064b, 0x065f},
    Range{0x0900, 0x0902}, Range{0x1ab0, 0x1aff}, Range{0x1dc0, 0x1dff},  Range{0x200b, 0x200f},
    Range{0x202a, 0x202e}, Range{0x2060, 0x2064}, Range{0x20d0, 0x20ff},  Range{0xfe00, 0xfe0f},
    Range{0xfe20, 0xfe2f}, Range{0xfeff, 0xfeff}, Range{0xe0100, 0xe01ef}};

// East Asian Width W and F (Unicode 15), in whole blocks.
constexpr std::array kWide = {
    Range{0x1100, 0x115f},   Range{0x231a, 0x231b},   Range{0x2e80, 0x303e},
    Range{0x3041, 0x33ff},   Range{0x3400, 0x4dbf},   Range{0x4e00, 0x9fff},
    Range{0xa000, 0xa4cf},   Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},
    Range{0xfe30, 0xfe4f},   Range{0xff00, 0xff60},   Range{0xffe0, 0xffe6},
    Range{0x1f300, 0x1f64f}, Range{0x1f680, 0x1f6ff}, Range{0x1f900, 0x1f9ff},
    Range{0x20000, 0x3fffd}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& r) { return c >= r.first && c <= r.last; });
}

std::size_t width_of(char32_t c) {
  if (within(kZeroWidth, c)) {
    return 0;
  }
  return within(kWide, c) ? 2 : 1;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character c = first_character(text);
    if (c.bytes == 0) {
      out += kReplacement;
    } else if (is_unfit_for_a_line(c.code)) {
      out += ' ';
    } else {
      out += text.substr(0, c.bytes);
    }
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Utf8Character c = first_character(text);
    width += c.bytes > 0 ? width_of(c.code) : 1;
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) {
    return std::string(text);
  }
  if (columns == 0) {
    return {};
  }
  std::size_t width = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const Utf8Character c = first_character(text.substr(bytes));
    const std::size_t more = c.bytes > 0 ? width_of(c.code) : 1;
    if (width + more > columns - 1) {
      break;
    }
    width += more;
    bytes += std::max<std::size_t>(c.bytes, 1);
  }
  return std::string(text.substr(0, bytes)) + "…";
}

namespace {

constexpr std::string_view kGap = "  ";

std::size_t widest(const std::vector<std::string>& cells) {
  std::size_t width = 0;
  for (const std::string& cell : cells) {
    width = std::max(width, display_width(cell));
  }
  return width;
}

bool is_time(std::string_view text) {
  return text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text.back() == 'Z';
}

// 2025-11-16T02:00:00.123456Z as 2025-11-16T02:00:00Z; anything else as it is.
std::string time_to_the_second(const std::string& text) {
  return is_time(text) ? text.substr(0, 19) + "Z" : text;
}

// As 11-16 02:00:00.
std::string time_without_year(const std::string& text) {
  return is_time(text) ? text.substr(5, 5) + " " + text.substr(11, 8) : text;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  DAYBOOK_CHECK(cells.size() <= columns_.size(), "more cells than columns");
  cells.resize(columns_.size());
  for (std::string& cell : cells) {
    cell = one_line(cell);
  }
  rows_.push_back(std::move(cells));
}

// As it is printed: its place among all, the cells, the title first, and how wide.
struct Table::Shown {
  const Column* column = nullptr;
  std::vector<std::string> cells;
  std::size_t width = 0;
};

std::vector<Table::Shown> Table::shown_without(int left) const {
  std::vector<Shown> out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].leaves != 0 && columns_[i].leaves <= left) {
      continue;
    }
    Shown shown{&columns_[i], {columns_[i].title}, 0};
    for (const auto& row : rows_) {
      shown.cells.push_back(row[i]);
    }
    shown.width = widest(shown.cells);
    out.push_back(std::move(shown));
  }
  return out;
}

bool Table::cut_widest_text(std::vector<Shown>& all) {
  Shown* text = nullptr;
  for (Shown& shown : all) {
    if (shown.column->form == Form::kText && shown.width > shown.column->least &&
        (text == nullptr || shown.width > text->width)) {
      text = &shown;
    }
  }
  if (text == nullptr) {
    return false;
  }
  --text->width;
  return true;
}

// What matters stays: first all columns at full length, then shorter, then fewer.
std::vector<Table::Shown> Table::fitted(std::size_t columns_max) const {
  const auto total = [](const std::vector<Shown>& all) {
    std::size_t width = 0;
    for (const Shown& shown : all) {
      width += shown.width + kGap.size();
    }
    return width == 0 ? 0 : width - kGap.size();
  };
  int leaving = 0;
  for (const Column& column : columns_) {
    leaving = std::max(leaving, column.leaves);
  }
  for (int left = 0;; ++left) {
    std::vector<Shown> all = shown_without(left);
    const auto fits = [&] { return columns_max == 0 || total(all) <= columns_max; };
    for (const auto& shorten : {time_to_the_second, time_without_year}) {
      for (Shown& shown : all) {
        if (!fits() && shown.column->form == Form::kTime) {
          std::transform(shown.cells.begin(), shown.cells.end(), shown.cells.begin(), shorten);
          shown.width = widest(shown.cells);
        }
      }
    }
    while (!fits() && cut_widest_text(all)) {
    }
    if (fits() || left == leaving) {
      return all;
    }
  }
}

void Table::print(std::ostream& out, std::size_t columns_max) const {
  const std::vector<Shown> all = fitted(columns_max);
  for (std::size_t row = 0; row <= rows_.size(); ++row) {
    std::string line;
    for (const Shown& shown : all) {
      const std::string text = cut_to_width(shown.cells[row], shown.width);
      const std::string padding(shown.width - display_width(text), ' ');
      line += shown.column->align == Align::kRight ? padding + text : text + padding;
      line += kGap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << (columns_max == 0 ? line : cut_to_width(line, columns_max)) << '\n';
  }
  std::string left_out;
  for (const Column& column : columns_) {
    if (std::none_of(all.begin(), all.end(), [&](const Shown& s) { return s.column == &column; })) {
      left_out += (left_out.empty() ? "" : ", ") + column.title;
    }
  }
  if (!left_out.empty()) {
    out << cut_to_width("not shown: " + left_out + "; see -o json", columns_max) << '\n';
  }
}

}  // namespace daybook::cli
