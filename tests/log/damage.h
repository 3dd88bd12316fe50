// Damage to a directory, one piece at a time: every file missing, cut at every length, with every
// bit turned. And what a directory holds, so that two can be
// compared byte for byte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace daybook::log::rig {

// Path below the root to type, mode and content.
using Tree = std::map<std::string, std::string>;
Tree tree_of(const std::filesystem::path& root);
// The paths that differ, each with what became of it; empty when the two are equal.
std::string difference(const Tree& before, const Tree& after);

struct Damage {
  std::string what;  // "log/MANIFEST-000025: bit 3 of byte 320 turned"
  std::string file;  // below the root
  // Changes the file's content; false: it goes.
  std::function<bool(std::string& content)> change;
};

struct DamageOptions {
  // Files up to so many bytes are cut at every length and get every bit turned; of larger ones
  // every n-th, so that there are about so many of each.
  std::size_t every_up_to = 4096;
  std::size_t about = 256;
};

// All damage to the files of `tree` that `wanted` takes.
std::vector<Damage> all_damage(const Tree& tree, const DamageOptions& options,
                               const std::function<bool(const std::string&)>& wanted);
// Where in a table's file, which is sound, its properties stand, with the trailer of their block:
// the first byte and the one behind the last.
std::pair<std::size_t, std::size_t> properties_of(const std::filesystem::path& table);

void apply(const Damage& damage, const std::filesystem::path& root);

}  // namespace daybook::log::rig
