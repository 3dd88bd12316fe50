#include "components/work_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/limits/components.h"
#include "base/remove_tree.h"
#include "base/thread.h"

namespace daybook::components {

namespace fs = std::filesystem;

Result<std::unique_ptr<WorkDirectories>> WorkDirectories::open(const fs::path& parent, bool others,
                                                               TemporaryDirectory::Note note) {
  DAYBOOK_ASSIGN(
      auto root,
      TemporaryDirectory::make(
          parent, others ? TemporaryDirectory::kOthersPass : TemporaryDirectory::kOwnerOnly, note));
  std::unique_ptr<WorkDirectories> out(new WorkDirectories(std::move(root), std::move(note)));
  DAYBOOK_ASSIGN(out->remover_,
                 start_thread("exec-remove", [raw = out.get()] { raw->remove_doomed(); }));
  return out;
}

WorkDirectories::WorkDirectories(std::unique_ptr<TemporaryDirectory> root,
                                 TemporaryDirectory::Note note)
    : root_(std::move(root)), note_(std::move(note)), doomed_(kOrdersWaitingMax) {}

void WorkDirectories::remove_doomed() {
  std::vector<fs::path> paths;
  while (doomed_.pop_all(paths)) {
    for (const auto& path : paths) {
      const Status removed = remove_tree(path);
      if (!removed && note_) {
        note_(removed.error().message);
      }
    }
    paths.clear();
  }
}

WorkDirectories::~WorkDirectories() {
  doomed_.close();
  if (remover_.joinable()) {
    remover_.join();
  }
}

Result<fs::path> WorkDirectories::make(const std::optional<ExecUser>& owner) {
  auto path = root() / std::to_string(++made_);
  const bool made = mkdir(path.c_str(), TemporaryDirectory::kOwnerOnly) == 0 &&
                    (!owner || chown(path.c_str(), owner->uid, owner->gid) == 0);
  if (!made) {
    return fail(Code::kIo, "TEMP_DIRECTORY", path.string() + ": " + std::strerror(errno));
  }
  return path;
}

void WorkDirectories::remove(fs::path directory) {
  // A full queue slows the runs down until the disk has kept up.
  (void)doomed_.push(std::move(directory));
}

}  // namespace daybook::components
