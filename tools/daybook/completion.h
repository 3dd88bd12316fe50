// Completion scripts, made from the command tree itself, so that they cannot go stale.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace daybook::cli {

// `program` is completed by the script; the tree is walked as it stands.
std::string bash_completion(const CLI::App& root, const std::string& program);
std::string zsh_completion(const CLI::App& root, const std::string& program);
std::string fish_completion(const CLI::App& root, const std::string& program);

}  // namespace daybook::cli
