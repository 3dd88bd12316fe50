// The rule list. Private to projections/.
#pragma once

#include "projections/named_list.h"

namespace daybook::projections {

struct RuleKind {
  using Row = RuleRow;
  using Put = events::RulePut;
  using Deleted = EventList<events::RuleDeleted>;
  static constexpr std::string_view kName = "rules";
  static constexpr std::uint32_t kVersion = 1;

  static std::string& id(Row& row) { return row.rule; }
  static std::string_view id(const Row& row) { return row.rule; }
  static std::string_view id(const Put& event) { return event.rule; }
  static std::string_view id(const events::RuleDeleted& event) { return event.rule; }
  static void encode(const Row& row, projections::Put& out);
  static void decode(Scan& scan, Row& row);
};

using RuleList = NamedList<RuleKind>;

}  // namespace daybook::projections
