// The retention sweep of a store in which much is over: how fast it removes, and what it does to
// POST.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "bench/load/report.h"

namespace daybook::bench {

// Gives every definition of the store in `data` that retention, with the sweep off, then starts a
// server that sweeps. `old_sweep_…`: removals a second alone and under a load of POSTs, POSTs a
// second beside it. kInvalid "NOTHING_OVER" when the sweep ends before it was measured: take a
// shorter time or retention.
Status measure_sweep(const std::filesystem::path& data, Duration retention, double seconds,
                     Numbers& out);

}  // namespace daybook::bench
