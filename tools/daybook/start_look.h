// What a start finds out before it writes a byte to its data directory: everything that it can be
// refused for. A refusal leaves the directory as it was.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "scheduler/recover.h"
#include "tools/daybook/engine.h"

namespace daybook::cli {

// Locks the directory, with the limits of the settings.
Result<std::unique_ptr<log::DataDir>> open_data_dir(const EngineOptions& options,
                                                    const Clock& clock);
log::RocksLogOptions log_options(const EngineOptions& options);

struct LookedAt {
  // Opened to read; nothing when a log is to be made.
  std::unique_ptr<log::RocksLog> log;
  std::optional<scheduler::Recovered> recovered;
};

// The log as docs/recovery.md says, its newest records, the state, and whether the views can go on
// or be built anew, and the clock.
Result<LookedAt> look_before_start(log::DataDir& dir, const EngineOptions& options,
                                   const Clock& clock);

// kConflict "CLOCK_JUMP" when the wall clock is more than kStartJumpMaxUs ahead of the last event,
// unless that was `accepted`.
Status check_clock(const Clock& clock, const scheduler::State& state, bool accepted);

// Whether configured sets fit together with Daybook's own. `scratch`: a folder to work in.
Status check_graph(const EngineOptions& options, const std::filesystem::path& scratch,
                   const Clock& clock);

// What to tell an operator about the room on the volume; empty when there is enough.
Result<std::string> note_about_room(log::DataDir& dir, const EngineOptions& options);

}  // namespace daybook::cli
