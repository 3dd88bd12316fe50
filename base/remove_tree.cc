#include "base/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

namespace daybook {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

constexpr int kFlags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// With all rights for its owner, which its content can then be removed with.
Directory open_directory(int parent, const char* name) {
  const int there = openat(parent, name, O_PATH | kFlags);
  if (there >= 0) {
    // A descriptor of that kind takes no fchmod.
    (void)chmod(("/proc/self/fd/" + std::to_string(there)).c_str(), S_IRWXU);
    close(there);
  }
  const int fd = openat(parent, name, O_RDONLY | kFlags);
  Directory out(fd < 0 ? nullptr : fdopendir(fd), &closedir);
  if (!out && fd >= 0) {
    close(fd);
  }
  return out;
}

bool is_dots(const char* name) {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

// Nothing is deeper than two levels for long: a directory that is not empty is moved up to the top,
// and emptied there in its turn.
class Remover {
 public:
  explicit Remover(DIR* top) : top_(top), top_fd_(dirfd(top)) {}

  // Until the top is empty, or a pass over it changes nothing.
  void run() {
    do {
      stayed_.clear();
      changed_ = false;
      rewinddir(top_);
      while (const dirent* entry = readdir(top_)) {
        if (!is_dots(entry->d_name)) {
          remove_at_top(entry->d_name);
        }
      }
    } while (changed_);
  }
  // "name: why" of what is still there; empty: nothing is.
  const std::string& stayed() const { return stayed_; }

 private:
  // A file, a link, or a directory without content; of others why not.
  static int remove_one(int parent, const char* name) {
    if (unlinkat(parent, name, 0) == 0) {
      return 0;
    }
    const int first = errno;
    if (first != EISDIR && first != EPERM) {
      return first;
    }
    return unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 : errno;
  }

  void note(const char* name, int error) {
    if (stayed_.empty()) {
      stayed_ = std::string(name) + ": " + std::strerror(error);
    }
  }

  void remove_at_top(const std::string& name) {
    int error = remove_one(top_fd_, name.c_str());
    if (error == ENOTEMPTY || error == EEXIST) {
      empty(name.c_str());
      error = remove_one(top_fd_, name.c_str());
    }
    changed_ = changed_ || error == 0;
    if (error != 0) {
      note(name.c_str(), error);
    }
  }

  void empty(const char* name) {
    const Directory directory = open_directory(top_fd_, name);
    if (!directory) {
      return;
    }
    const int fd = dirfd(directory.get());
    while (const dirent* entry = readdir(directory.get())) {
      if (is_dots(entry->d_name)) {
        continue;
      }
      const int error = remove_one(fd, entry->d_name);
      const bool moved = (error == ENOTEMPTY || error == EEXIST) && move_up(fd, entry->d_name);
      changed_ = changed_ || error == 0 || moved;
    }
  }

  // Its parent is named in it, so it must be writable to be moved.
  bool move_up(int parent, const char* name) {
    constexpr int kTries = 100;
    (void)open_directory(parent, name);
    for (int i = 0; i < kTries; ++i) {
      const std::string fresh = "daybook-" + std::to_string(++moved_);
      if (renameat2(parent, name, top_fd_, fresh.c_str(), RENAME_NOREPLACE) == 0) {
        return true;
      }
      if (errno != EEXIST) {
        return false;
      }
    }
    return false;
  }

  DIR* const top_;
  const int top_fd_;
  std::uint64_t moved_ = 0;
  bool changed_ = false;
  std::string stayed_;
};

Status not_removed(const std::filesystem::path& path, const std::string& what) {
  return fail(Code::kIo, "NOT_REMOVED", path.string() + " could not be removed: " + what);
}

}  // namespace

Status remove_tree(const std::filesystem::path& path) {
  const Directory top = open_directory(AT_FDCWD, path.c_str());
  if (!top) {
    return errno == ENOENT ? Status() : not_removed(path, std::strerror(errno));
  }
  Remover remover(top.get());
  remover.run();
  if (rmdir(path.c_str()) == 0 || errno == ENOENT) {
    return {};
  }
  return not_removed(path, remover.stayed().empty() ? std::strerror(errno) : remover.stayed());
}

}  // namespace daybook
