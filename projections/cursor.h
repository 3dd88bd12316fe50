// Cursors of pages: opaque, URL-safe text; inside, a version, the kind of list and the position in
// it. Private to projections/.
#pragma once

#include <string>
#include <string_view>

#include "base/limits/http.h"
#include "base/result.h"
#include "projections/rows.h"

namespace daybook::projections {

// What a position means; a cursor of one kind is refused by a list of another.
enum class CursorKind : std::uint8_t {
  kCreated = 1,
  kRunAt = 2,
  kName = 3,
  kSeq = 4,
  kSending = 5,
  kStatistics = 6,
  kFinished = 7
};

std::string make_cursor(CursorKind kind, std::string_view position);

// The position, or kInvalid "BAD_CURSOR" with `field`.
Result<std::string> read_cursor(CursorKind kind, std::string_view cursor, std::string_view field);

// What a request asks for, read and checked.
struct PageBounds {
  std::size_t limit = 0;
  std::string after;   // position, empty when not asked for
  std::string before;  // position, empty when not asked for
  std::size_t bytes_max = 0;
};
// Fails with kInvalid: BAD_CURSOR, or BAD_PAGE when limit is not 1 to kPageLimitMax or both cursors
// are given.
Result<PageBounds> read_page(CursorKind kind, const PageRequest& request);

}  // namespace daybook::projections
