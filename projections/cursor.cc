#include "projections/cursor.h"

#include "base/hex.h"
#include "base/limits/http.h"
#include "base/limits/resources.h"
#include "projections/bytes.h"

namespace daybook::projections {
namespace {

constexpr std::uint8_t kCursorVersion = 1;
// Longest position: a component id.
constexpr std::size_t kCursorBytesMax = 2 + kComponentIdBytesMax;

}  // namespace

std::string make_cursor(CursorKind kind, std::string_view position) {
  std::string raw;
  Put(raw).u8(kCursorVersion).u8(static_cast<std::uint8_t>(kind)).raw(position);
  return to_hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
}

Result<std::string> read_cursor(CursorKind kind, std::string_view cursor, std::string_view field) {
  const auto bad = [&] {
    return fail(Code::kInvalid, "BAD_CURSOR", "the cursor is not one that this list gave", field);
  };
  if (cursor.size() % 2 != 0 || cursor.size() < 6 || cursor.size() > 2 * kCursorBytesMax) {
    return bad();
  }
  std::string raw;
  for (std::size_t i = 0; i < cursor.size(); i += 2) {
    const int high = hex_digit(cursor[i]);
    const int low = hex_digit(cursor[i + 1]);
    if (high < 0 || low < 0) {
      return bad();
    }
    raw.push_back(static_cast<char>(high * 16 + low));
  }
  Scan scan(raw);
  const bool known = scan.u8() == kCursorVersion && scan.u8() == static_cast<std::uint8_t>(kind);
  const std::size_t size = scan.rest().size();
  const bool sized =
      kind == CursorKind::kName ? size > 0
      : kind == CursorKind::kCreated || kind == CursorKind::kSeq || kind == CursorKind::kSending
          ? size == 8
      : kind == CursorKind::kStatistics ? size >= 9
                                        : size == 16;
  if (!known || !sized) {
    return bad();
  }
  return std::string(scan.rest());
}

Result<PageBounds> read_page(CursorKind kind, const PageRequest& request) {
  if (request.limit == 0 || request.limit > kPageLimitMax) {
    return fail(Code::kInvalid, "BAD_PAGE", "limit must be 1 to " + std::to_string(kPageLimitMax),
                "limit");
  }
  if (!request.after.empty() && !request.before.empty()) {
    return fail(Code::kInvalid, "BAD_PAGE", "give after or before, not both", "before");
  }
  PageBounds out{request.limit, {}, {}, request.bytes_max};
  if (!request.after.empty()) {
    DAYBOOK_ASSIGN(out.after, read_cursor(kind, request.after, "after"));
  }
  if (!request.before.empty()) {
    DAYBOOK_ASSIGN(out.before, read_cursor(kind, request.before, "before"));
  }
  return out;
}

}  // namespace daybook::projections
