// Walks the members of one set of position_sets.h. Private to projections/; one thread for each
// walk.
#pragma once

#include <memory>
#include <string>

#include "projections/position_piece.h"
#include "projections/store.h"

namespace daybook::projections {

// Between two keys (prefix and position), as if each member had a key of its own; without values.
std::unique_ptr<Walker> walk_positions(const Reader& reader, std::string prefix, PositionKind kind,
                                       std::string lower, std::string upper);

}  // namespace daybook::projections
