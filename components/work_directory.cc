#include "components/work_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "base/limits.h"

namespace daybook::components {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "daybook-exec-";
constexpr mode_t kOwnerOnly = 0700;
constexpr mode_t kOthersPass = 0711;

int open_locked(const fs::path& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

bool is_ours(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && info.st_uid == geteuid();
}

// A child may have taken the rights to its own directories away.
void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) {
    return;
  }
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;) {
    std::error_code ignored;
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
      fs::permissions(it->path(), fs::perms::owner_all, fs::perm_options::nofollow, ignored);
    }
    it.increment(error);
  }
  fs::remove_all(path, error);
}

// Their lock is free when the server that made them is gone.
void remove_abandoned(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    if (!it->path().filename().string().starts_with(kPrefix)) {
      continue;
    }
    const int fd = open_locked(it->path());
    if (fd >= 0 && is_ours(fd)) {
      remove_tree(it->path());
    }
    if (fd >= 0) {
      close(fd);
    }
  }
}

}  // namespace

Result<std::unique_ptr<WorkDirectories>> WorkDirectories::open(const fs::path& parent,
                                                               std::optional<uid_t> user) {
  std::error_code error;
  const auto real = fs::canonical(parent, error);
  if (error) {
    return fail(Code::kIo, "TEMP_DIRECTORY", parent.string() + ": " + error.message());
  }
  remove_abandoned(real);
  const std::string stem = std::string(kPrefix) + std::to_string(getpid()) + "-";
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    auto root = real / (stem + std::to_string(i));
    if (mkdir(root.c_str(), user ? kOthersPass : kOwnerOnly) == 0) {
      const int lock = open_locked(root);
      // Another server's sweep may have come between the two steps.
      if (lock < 0 || access(root.c_str(), F_OK) != 0) {
        if (lock >= 0) {
          close(lock);
        }
        continue;
      }
      return std::unique_ptr<WorkDirectories>(new WorkDirectories(std::move(root), lock, user));
    }
    if (errno != EEXIST) {
      break;
    }
  }
  return fail(Code::kIo, "TEMP_DIRECTORY", real.string() + ": " + std::strerror(errno));
}

WorkDirectories::WorkDirectories(fs::path root, int lock, std::optional<uid_t> user)
    : root_(std::move(root)), lock_(lock), user_(user), doomed_(kOrdersWaitingMax) {
  remover_ = std::thread([this] {
    std::vector<fs::path> paths;
    while (doomed_.pop_all(paths)) {
      for (const auto& path : paths) {
        remove_tree(path);
      }
      paths.clear();
    }
  });
}

WorkDirectories::~WorkDirectories() {
  doomed_.close();
  remover_.join();
  remove_tree(root_);
  close(lock_);
}

Result<fs::path> WorkDirectories::make() {
  auto path = root_ / std::to_string(++made_);
  const bool made =
      mkdir(path.c_str(), kOwnerOnly) == 0 && (!user_ || chown(path.c_str(), *user_, *user_) == 0);
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
