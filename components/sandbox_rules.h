// Which files a child may touch, as Landlock rules: everything may be read but what is hidden, and
// only the writable directories may be written. Landlock knows no "except", so the way down to a
// hidden directory is spelled out entry by entry; its parents themselves cannot be listed or
// written then. Private to components.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace daybook::components {

struct FileRule {
  int fd = -1;  // O_PATH, of the directory or file
  std::uint64_t access = 0;
};

// Access rights, LANDLOCK_ACCESS_FS_* (linux/landlock.h); those that a kernel does not know are
// masked by the caller.
inline constexpr std::uint64_t kExecute = 1 << 0;
inline constexpr std::uint64_t kWriteFile = 1 << 1;
inline constexpr std::uint64_t kReadFile = 1 << 2;
inline constexpr std::uint64_t kReadDir = 1 << 3;
inline constexpr std::uint64_t kRefer = 1 << 13;
inline constexpr std::uint64_t kTruncate = 1 << 14;
inline constexpr std::uint64_t kIoctlDev = 1 << 15;
inline constexpr std::uint64_t kAllFileAccess = (1 << 16) - 1;
inline constexpr std::uint64_t kReadAccess = kExecute | kReadFile | kReadDir;
// What may be granted on a thing that is not a directory.
inline constexpr std::uint64_t kFileOnly =
    kExecute | kWriteFile | kReadFile | kTruncate | kIoctlDev;

struct FileAccess {
  std::vector<std::filesystem::path> hidden;    // canonical
  std::vector<std::filesystem::path> writable;  // canonical
  // Below which an order may name what it writes to, beside the writable ones; canonical.
  std::vector<std::filesystem::path> grantable;
};

// Owns the descriptors of its rules.
class FileRules {
 public:
  explicit FileRules(FileAccess access) : access_(std::move(access)) {}
  ~FileRules();
  FileRules(const FileRules&) = delete;
  FileRules& operator=(const FileRules&) = delete;

  // Reads the directories above the hidden ones again when they changed.
  void refresh();
  const std::vector<FileRule>& rules() const { return rules_; }
  // Reading of what an order names itself, though its neighbours have used up the rules; nothing
  // for what is hidden, leads to it, is a device, or is not there. The caller closes the
  // descriptor.
  std::optional<FileRule> named(const std::filesystem::path& path) const;
  // Writing to what an order names, when it lies, wherever links lead, in a place where that may be
  // granted; nothing as for named().
  std::optional<FileRule> granted(const std::filesystem::path& path) const;

 private:
  struct Parent {
    std::filesystem::path path;
    std::int64_t changed_ns = 0;
  };

  // A directory that leads to a hidden one.
  struct Level {
    std::filesystem::path path;
    bool writable = false;
  };

  std::optional<FileRule> open_named(const std::filesystem::path& path, bool to_write) const;
  void clear();
  void add(const std::filesystem::path& path, std::uint64_t access);
  void walk(std::vector<Level> level);
  void look_into(const Level& directory, std::vector<Level>& deeper);
  bool is_hidden(const std::filesystem::path& path) const;
  bool leads_to_hidden(const std::filesystem::path& path) const;

  const FileAccess access_;
  std::vector<Parent> parents_;  // those that were walked
  std::vector<FileRule> rules_;
};

// Whether `inner` is `outer` or lies below it; both canonical.
bool is_within(const std::filesystem::path& inner, const std::filesystem::path& outer);

}  // namespace daybook::components
