// What has to be there before what.
#pragma once

#include <cstddef>

#include "tools/daybook/manifest.h"

namespace daybook::cli {

// A component that others import.
bool is_module(const Resource& resource);

// Its place among what is applied: modules by how many of the manifest's they need, which is more
// than any of those do, then the other components, then what names components.
std::size_t rank_of(const Resource& resource, const Manifest& manifest);

}  // namespace daybook::cli
