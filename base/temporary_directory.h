// A directory of this process, locked (flock) while the object lives and removed with it. What a
// killed process left behind is removed by the next one that makes a directory in the same place.
// What could not be removed stays; the note says so.
// Any thread; one object, one thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace daybook {

class TemporaryDirectory {
 public:
  static constexpr mode_t kOwnerOnly = 0700;
  static constexpr mode_t kOthersPass = 0711;  // others may enter what they know the name of

  using Note = std::function<void(const std::string&)>;

  // Makes <parent>/daybook-tmp-<pid>-<n>; kIo TEMP_DIRECTORY when that cannot be.
  static Result<std::unique_ptr<TemporaryDirectory>> make(const std::filesystem::path& parent,
                                                          mode_t mode = kOwnerOnly, Note note = {});
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  // Without links in it.
  const std::filesystem::path& path() const { return path_; }

 private:
  TemporaryDirectory(std::filesystem::path path, int lock, Note note)
      : path_(std::move(path)), lock_(lock), note_(std::move(note)) {}

  const std::filesystem::path path_;
  const int lock_;
  const Note note_;
};

}  // namespace daybook
