// The definition list. Private to projections/.
#pragma once

#include "projections/named_list.h"

namespace daybook::projections {

struct DefinitionKind {
  using Row = DefinitionRow;
  using Put = events::DefinitionPut;
  using Deleted = EventList<events::DefinitionDeleted>;
  static constexpr std::string_view kName = "definitions";
  static constexpr std::uint32_t kVersion = 2;

  static std::string& id(Row& row) { return row.definition; }
  static std::string_view id(const Row& row) { return row.definition; }
  static std::string_view id(const Put& event) { return event.definition; }
  static std::string_view id(const events::DefinitionDeleted& event) { return event.definition; }
  static void encode(const Row& row, projections::Put& out);
  static void decode(Scan& scan, Row& row);
};

using DefinitionList = NamedList<DefinitionKind>;

}  // namespace daybook::projections
