// A store of its own for whoever changes it.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace daybook::bench {

// Copies a data directory that no server uses into `to`, which must be absent. Tables become hard
// links where the file system allows, for nothing writes into one; all else is copied. kConflict
// "DATA_DIR_IN_USE", "UNFINISHED".
Status copy_store(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace daybook::bench
