// Type ids, schema versions and names of the events. An id is never reused; a name never changes
// (I17).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "events/types.h"

namespace daybook::events {

struct CatalogueEntry {
  std::uint16_t type;
  std::uint16_t version;  // newest schema version; older ones pass through the upcasters
  std::string_view name;
};

// All entries; entry i describes alternative i of Event, and type ids start at 1.
std::span<const CatalogueEntry> catalogue();
const CatalogueEntry& entry_of(const Event& event);
std::optional<CatalogueEntry> find_type(std::uint16_t type);
std::optional<CatalogueEntry> find_name(std::string_view name);

}  // namespace daybook::events
