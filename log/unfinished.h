// A data directory or backup that is still being made says so, in a file that is there before
// anything else and goes last: nobody takes a half for a whole.
//
//   <directory>/unfinished     the name of the work, one line
//
// What counts is that the file is there, whatever it says; empty and alone it is what a crash
// leaves before anything was made, and means nothing. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace daybook::log {

inline constexpr std::string_view kWorkCreate = "create";    // of a new log
inline constexpr std::string_view kWorkRestore = "restore";  // of a backup
inline constexpr std::string_view kWorkImport = "import";    // of an export
inline constexpr std::string_view kWorkBackup = "backup";

// Durable when it returns.
Status mark_unfinished(const std::filesystem::path& directory, std::string_view work);
// Durable when it returns; nothing happens when there is no mark.
Status mark_finished(const std::filesystem::path& directory);

// The work that did not end; empty when there is no mark, "?" when it cannot be told.
Result<std::string> unfinished_work(const std::filesystem::path& directory);
// kConflict "UNFINISHED" with what to do. The creation of a log holds nothing yet and passes.
Status check_finished(const std::filesystem::path& directory);

}  // namespace daybook::log
