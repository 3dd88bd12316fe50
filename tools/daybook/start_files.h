// What a start needs besides the log: nothing while the log begins at 1. A compacted log needs a
// snapshot of the state and the views, both from beyond what was taken away.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "log/log.h"

namespace daybook::cli {

// Whether a server could start on `log` with the snapshots and the views in `data`: recovers the
// state and looks at the views, as a start does. Writes nothing. The error is the one that the
// start would give.
Status check_start(log::Log& log, const std::filesystem::path& data);

// Whether the views in `data` can go on with `log`, or be built anew from it. Writes nothing.
Status check_views(log::Log& log, const std::filesystem::path& data);

// Copies the newest snapshot that recovers `log`, and the views, from `data` to `to`, where a log
// that does not begin at 1 needs them; then checks that a server could start with the copies. Both
// must be at rest.
Status copy_start_files(log::Log& log, const std::filesystem::path& data,
                        const std::filesystem::path& to);

}  // namespace daybook::cli
