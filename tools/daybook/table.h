// Aligned columns for people. Widths count what a terminal shows, not bytes; control characters are
// never printed.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
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
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Missing cells are empty; there may not be more cells than columns.
  void add(std::vector<std::string> cells);
  std::size_t rows() const { return rows_.size(); }

  // A title line and one line a row, each cut to `columns_max` columns (0: no bound), never
  // wrapped.
  void print(std::ostream& out, std::size_t columns_max = 0) const;

 private:
  void print_line(std::ostream& out, const std::vector<std::string>& cells,
                  const std::vector<std::size_t>& widths, std::size_t columns_max) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace daybook::cli
