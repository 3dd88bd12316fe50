// Pages of rows that can be large: fetched in slices, and ended early when they hold kPageBytesMax,
// so that a page of the largest rows does not fill the memory. Its cursors say where it ends.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/limits.h"
#include "projections/rows.h"

namespace daybook::api {

// fetch(PageRequest) gives a Result<Page<Row>>; bytes_of(Row) is about its size.
template <typename Row, typename Fetch, typename BytesOf>
Result<projections::Page<Row>> bounded_page(projections::PageRequest request, const Fetch& fetch,
                                            const BytesOf& bytes_of) {
  constexpr std::size_t kSlice = 50;
  const bool backward = !request.before.empty();
  std::size_t left = request.limit;
  request.limit = std::min(left, kSlice);
  DAYBOOK_ASSIGN(projections::Page<Row> out, fetch(request));
  std::size_t got = out.rows.size();
  std::size_t bytes = 0;
  for (const Row& row : out.rows) {
    bytes += bytes_of(row);
  }
  while (got == request.limit && left > got && bytes < kPageBytesMax) {
    left -= got;
    request.limit = std::min(left, kSlice);
    (backward ? request.before : request.after) = backward ? out.first_cursor : out.last_cursor;
    DAYBOOK_ASSIGN(projections::Page<Row> slice, fetch(request));
    got = slice.rows.size();
    for (const Row& row : slice.rows) {
      bytes += bytes_of(row);
    }
    if (got > 0) {
      (backward ? out.first_cursor : out.last_cursor) =
          backward ? slice.first_cursor : slice.last_cursor;
    }
    out.rows.insert(backward ? out.rows.begin() : out.rows.end(),
                    std::make_move_iterator(slice.rows.begin()),
                    std::make_move_iterator(slice.rows.end()));
  }
  return out;
}

}  // namespace daybook::api
