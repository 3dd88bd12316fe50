#include "tools/daybook/table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>

#include "base/check.h"

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

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

std::size_t sequence_bytes(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead < 0xe0) {
    return 2;
  }
  if (lead >= 0xe0 && lead < 0xf0) {
    return 3;
  }
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t bytes = sequence_bytes(lead);
  if (bytes == 1) {
    return {lead, 1, true};
  }
  if (bytes == 0 || bytes > text.size()) {
    return {};
  }
  char32_t code = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80U) {
      return {};
    }
    code = code << 6 | (next & 0x3fU);
  }
  return {code, bytes, true};
}

bool is_control(char32_t c) {
  // C0, DEL, C1, and the marks that turn the direction of writing.
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = first_character(text);
    if (!c.valid) {
      out += kReplacement;
    } else if (is_control(c.code)) {
      out += ' ';
    } else {
      out += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character c = first_character(text);
    width += c.valid ? width_of(c.code) : 1;
    text.remove_prefix(c.bytes);
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
    const Character c = first_character(text.substr(bytes));
    const std::size_t more = c.valid ? width_of(c.code) : 1;
    if (width + more > columns - 1) {
      break;
    }
    width += more;
    bytes += c.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

void Table::add(std::vector<std::string> cells) {
  DAYBOOK_CHECK(cells.size() <= columns_.size(), "more cells than columns");
  cells.resize(columns_.size());
  for (std::string& cell : cells) {
    cell = one_line(cell);
  }
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out, std::size_t columns_max) const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) {
      width = std::max(width, display_width(row[i]));
    }
    widths.push_back(width);
  }
  print_line(out, titles, widths, columns_max);
  for (const auto& row : rows_) {
    print_line(out, row, widths, columns_max);
  }
}

void Table::print_line(std::ostream& out, const std::vector<std::string>& cells,
                       const std::vector<std::size_t>& widths, std::size_t columns_max) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths[i] - display_width(cells[i]), ' ');
    if (columns_[i].align == Align::kRight) {
      line += padding + cells[i];
    } else {
      line += cells[i] + padding;
    }
    line += "  ";
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << (columns_max == 0 ? line : cut_to_width(line, columns_max)) << '\n';
}

}  // namespace daybook::cli
