// Aligned columns for people. Widths count what a terminal shows, not bytes; control characters are
// never printed.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daybook::cli {

// Columns that a terminal uses for `text`: 0 for combining marks, 2 for wide East Asian characters
// and emoji.
std::size_t display_width(std::string_view text);
// `text` cut to at most `columns`, with … at the end when something was lost.
std::string cut_to_width(std::string_view text, std::size_t columns);
// `text` on one line: control characters become spaces, bad UTF-8 becomes U+FFFD.
std::string one_line(std::string_view text);

class Table {
 public:
  enum class Align { kLeft, kRight };
  // What becomes of a column where the terminal is too narrow for all: times lose their fraction,
  // then their year; texts are cut, to `least` columns; then those that may leave do, in the order
  // of `leaves` (0: it stays).
  enum class Form { kWhole, kText, kTime };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
    Form form = Form::kWhole;
    std::size_t least = 0;
    int leaves = 0;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Missing cells are empty; there may not be more cells than columns.
  void add(std::vector<std::string> cells);
  std::size_t rows() const { return rows_.size(); }

  // A title line and one line a row, within `columns_max` columns (0: no bound), never wrapped; a
  // line below names what had to leave.
  void print(std::ostream& out, std::size_t columns_max = 0) const;

 private:
  struct Shown;  // a column as it is printed

  std::vector<Shown> shown_without(int left) const;
  // By one column; false: no text may become shorter.
  static bool cut_widest_text(std::vector<Shown>& all);
  std::vector<Shown> fitted(std::size_t columns_max) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

inline Table::Column time_column(std::string title, int leaves = 0) {
  return {.title = std::move(title), .form = Table::Form::kTime, .leaves = leaves};
}
inline Table::Column text_column(std::string title, std::size_t least, int leaves = 0) {
  return {.title = std::move(title), .form = Table::Form::kText, .least = least, .leaves = leaves};
}
inline Table::Column number_column(std::string title, int leaves = 0) {
  return {.title = std::move(title), .align = Table::Align::kRight, .leaves = leaves};
}

}  // namespace daybook::cli
