// A directory of this process, locked (flock) while the object lives and removed with it. What a
// killed process left behind is removed by the next one that makes a directory in the same place.
// Any thread; one object, one thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>

#include "base/result.h"

namespace daybook {

class TemporaryDirectory {
 public:
  static constexpr mode_t kOwnerOnly = 0700;
  static constexpr mode_t kOthersPass = 0711;  // others may enter what they know the name of

  // Makes <parent>/daybook-tmp-<pid>-<n>; kIo TEMP_DIRECTORY when that cannot be.
  static Result<std::unique_ptr<TemporaryDirectory>> make(const std::filesystem::path& parent,
                                                          mode_t mode = kOwnerOnly);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  // Without links in it.
  const std::filesystem::path& path() const { return path_; }

 private:
  TemporaryDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::filesystem::path path_;
  const int lock_;
};

// Removes a directory with everything in it, also where somebody took the rights to directories
// away. What cannot be removed stays.
void remove_tree(const std::filesystem::path& path);

}  // namespace daybook
