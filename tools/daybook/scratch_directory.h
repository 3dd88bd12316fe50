// A directory with a name of its own, which goes with the object. One thread.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"

namespace daybook::cli {

class ScratchDirectory {
 public:
  static Result<std::unique_ptr<ScratchDirectory>> make(const std::filesystem::path& parent);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace daybook::cli
