// Private directories for runs, below one temporary directory of this server. Private to
// components. Threads: one; but remove() is done by a thread of its own, for a child may leave a
// million files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "base/bounded_queue.h"
#include "base/result.h"
#include "base/temporary_directory.h"
#include "components/exec_user.h"

namespace daybook::components {

class WorkDirectories {
 public:
  // `others`: directories of runs may belong to other users than the server's.
  // `note` is told what could not be removed, from any thread.
  static Result<std::unique_ptr<WorkDirectories>> open(const std::filesystem::path& parent,
                                                       bool others,
                                                       TemporaryDirectory::Note note = {});
  // Removes everything.
  ~WorkDirectories();
  WorkDirectories(const WorkDirectories&) = delete;
  WorkDirectories& operator=(const WorkDirectories&) = delete;

  const std::filesystem::path& root() const { return root_->path(); }
  // A fresh directory that only its owner may enter; the server's user when it is not said.
  Result<std::filesystem::path> make(const std::optional<ExecUser>& owner);
  void remove(std::filesystem::path directory);

 private:
  WorkDirectories(std::unique_ptr<TemporaryDirectory> root, TemporaryDirectory::Note note);
  void remove_doomed();

  const std::unique_ptr<TemporaryDirectory> root_;
  const TemporaryDirectory::Note note_;
  std::uint64_t made_ = 0;
  BoundedQueue<std::filesystem::path> doomed_;
  std::thread remover_;
};

}  // namespace daybook::components
