// A word where a command should stand: which one was meant?
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace daybook::cli {

// What is wrong with the first word that names no command where one must stand, with the commands
// that are near it or, when none is, all that there are; nothing when all words fit. Options and
// their values are passed over.
std::optional<std::string> unknown_command(const CLI::App& tree,
                                           const std::vector<std::string>& arguments);

}  // namespace daybook::cli
