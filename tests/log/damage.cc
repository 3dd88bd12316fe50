#include "tests/log/damage.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "log/table_check.h"
#include "tests/log/rig.h"

namespace daybook::log::rig {
namespace {

std::string mode_of(const std::filesystem::path& path) {
  struct stat info = {};
  ::lstat(path.c_str(), &info);
  return std::to_string(info.st_mode) + " " + std::to_string(info.st_uid) + "\n";
}

void add_damage(std::vector<Damage>& out, const std::string& file, std::size_t bytes,
                const DamageOptions& options) {
  const bool small = bytes <= options.every_up_to;
  const std::size_t cuts = small ? 1 : std::max<std::size_t>(1, bytes / options.about);
  const std::size_t flips = small ? 1 : std::max<std::size_t>(1, bytes * 8 / options.about);
  out.push_back({file + ": gone", file, [](std::string&) { return false; }});
  for (std::size_t size = 0; size < bytes; size += cuts) {
    out.push_back({file + ": cut to " + std::to_string(size), file, [size](std::string& content) {
                     content.resize(size);
                     return true;
                   }});
  }
  for (std::size_t bit = 0; bit < bytes * 8; bit += flips) {
    out.push_back({file + ": bit " + std::to_string(bit % 8) + " of byte " +
                       std::to_string(bit / 8) + " turned",
                   file, [bit](std::string& content) {
                     content[bit / 8] = static_cast<char>(content[bit / 8] ^ (1 << bit % 8));
                     return true;
                   }});
  }
}

}  // namespace

Tree tree_of(const std::filesystem::path& root) {
  Tree out;
  out["."] = mode_of(root);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    std::string& what = out[entry.path().lexically_relative(root).string()];
    what = mode_of(entry.path());
    if (entry.is_regular_file()) {
      what += slurp(entry.path());
    }
  }
  return out;
}

std::string difference(const Tree& before, const Tree& after) {
  std::string out;
  for (const auto& [name, content] : before) {
    const auto there = after.find(name);
    if (there == after.end()) {
      out += name + " is gone; ";
    } else if (there->second != content) {
      out += name + " changed; ";
    }
  }
  for (const auto& [name, content] : after) {
    out += before.contains(name) ? "" : name + " is new; ";
  }
  return out;
}

std::vector<Damage> all_damage(const Tree& tree, const DamageOptions& options,
                               const std::function<bool(const std::string&)>& wanted) {
  std::vector<Damage> out;
  for (const auto& [name, content] : tree) {
    const std::size_t head = content.find('\n') + 1;
    const bool regular = S_ISREG(static_cast<mode_t>(std::stoul(content)));
    if (regular && wanted(name)) {
      add_damage(out, name, content.size() - head, options);
    }
  }
  return out;
}

// From the end, near which they stand.
std::pair<std::size_t, std::size_t> properties_of(const std::filesystem::path& table) {
  const std::string sound = slurp(table);
  std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t at, int change) {
    file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(sound[at] ^ change)).flush();
  };
  std::size_t first = sound.size();
  std::size_t behind = 0;
  for (std::size_t at = sound.size(); at-- > 0 && (behind == 0 || first == at + 1);) {
    put(at, 1);
    if (!check_tables(table.parent_path())) {
      first = at;
      behind = std::max(behind, at + 1);
    }
    put(at, 0);
  }
  return {first, behind};
}

void apply(const Damage& damage, const std::filesystem::path& root) {
  const auto path = root / damage.file;
  std::string content = slurp(path);
  std::filesystem::remove(path);
  if (damage.change(content)) {
    spill(path, content);
  }
}

}  // namespace daybook::log::rig
