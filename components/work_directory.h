// Private directories for runs, below one temporary directory of this server. Private to
// components. Threads: one; but remove() is done by a thread of its own, for a child may leave a
// million files.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "base/bounded_queue.h"
#include "base/result.h"
#include "base/temporary_directory.h"

namespace daybook::components {

class WorkDirectories {
 public:
  // `user`: whom the directories of runs belong to, if not the server's.
  static Result<std::unique_ptr<WorkDirectories>> open(const std::filesystem::path& parent,
                                                       std::optional<uid_t> user);
  // Removes everything.
  ~WorkDirectories();
  WorkDirectories(const WorkDirectories&) = delete;
  WorkDirectories& operator=(const WorkDirectories&) = delete;

  const std::filesystem::path& root() const { return root_->path(); }
  // A fresh directory that only its owner may enter.
  Result<std::filesystem::path> make();
  void remove(std::filesystem::path directory);

 private:
  WorkDirectories(std::unique_ptr<TemporaryDirectory> root, std::optional<uid_t> user);
  void remove_doomed();

  const std::unique_ptr<TemporaryDirectory> root_;
  const std::optional<uid_t> user_;
  std::uint64_t made_ = 0;
  BoundedQueue<std::filesystem::path> doomed_;
  std::thread remover_;
};

}  // namespace daybook::components
