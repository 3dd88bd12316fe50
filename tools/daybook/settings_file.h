// A TOML file of settings.
#pragma once

#include <filesystem>

#include <toml++/toml.h>

#include "base/result.h"

namespace daybook::cli {

// kInvalid "BAD_SETTING", naming the line of what is no TOML. Larger files, and names of more
// parts, than settings have are not parsed: the parser recurses by them.
Result<toml::table> read_settings_file(const std::filesystem::path& file);

}  // namespace daybook::cli
