// The component list. Private to projections/.
#pragma once

#include "projections/named_list.h"

namespace daybook::projections {

struct ComponentKind {
  using Row = ComponentRow;
  using Put = events::ComponentPut;
  using Deleted = EventList<events::ComponentDeleted>;
  using Changed = events::ContractDerived;
  static constexpr std::string_view kName = "components";
  static constexpr std::uint32_t kVersion = 2;

  static std::string& id(Row& row) { return row.component; }
  static std::string_view id(const Row& row) { return row.component; }
  static std::string_view id(const Put& event) { return event.component; }
  static std::string_view id(const events::ComponentDeleted& event) { return event.component; }
  static std::string_view id(const Changed& event) { return event.component; }
  // Nobody changed the component: when and by whom it was stored stays.
  static void change(const Changed& event, const events::Meta& meta, Row& row);
  static void encode(const Row& row, projections::Put& out);
  static void decode(Scan& scan, Row& row);
};

using ComponentList = NamedList<ComponentKind>;

}  // namespace daybook::projections
