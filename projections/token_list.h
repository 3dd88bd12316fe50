// The list of live tokens, without their secrets. Private to projections/.
#pragma once

#include "projections/named_list.h"

namespace daybook::projections {

struct TokenKind {
  using Row = TokenRow;
  using Put = events::TokenCreated;
  using Deleted = EventList<events::TokenRevoked, events::TokenExpired>;
  using Changed = events::TokenRotated;
  static constexpr std::string_view kName = "tokens";
  static constexpr std::uint32_t kVersion = 1;

  static std::string& id(Row& row) { return row.token; }
  static std::string_view id(const Row& row) { return row.token; }
  static std::string_view id(const auto& event) { return event.token; }
  static void change(const Changed& event, const events::Meta& meta, Row& row);
  static void encode(const Row& row, projections::Put& out);
  static void decode(Scan& scan, Row& row);
};

using TokenList = NamedList<TokenKind>;

}  // namespace daybook::projections
