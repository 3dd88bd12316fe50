// When the events of the projections' benchmarks begin: 2025-11-16T00:00:00Z.
#pragma once

#include "base/ids.h"

namespace daybook::projections {

inline constexpr Micros kStart{1'763'251'200'000'000};

}  // namespace daybook::projections
