#include "base/temporary_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "base/remove_tree.h"

namespace daybook {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "daybook-tmp-";

int open_locked(const fs::path& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

// "daybook-tmp-<pid>-<n>" and nothing else: a stranger's directory must not go.
bool is_our_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) {
    return false;
  }
  name.remove_prefix(kPrefix.size());
  const auto is_number = [](std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const auto dash = name.find('-');
  return dash != name.npos && is_number(name.substr(0, dash)) && is_number(name.substr(dash + 1));
}

bool is_of_our_user(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && info.st_uid == geteuid();
}

void remove_and_say(const fs::path& path, const TemporaryDirectory::Note& note) {
  const Status removed = remove_tree(path);
  if (!removed && note) {
    note(removed.error().message);
  }
}

// Their lock is free when the process that made them is gone.
void remove_abandoned(const fs::path& parent, const TemporaryDirectory::Note& note) {
  std::error_code error;
  for (fs::directory_iterator it(parent, error), end; !error && it != end; it.increment(error)) {
    if (!is_our_name(it->path().filename().string())) {
      continue;
    }
    const int fd = open_locked(it->path());
    if (fd >= 0 && is_of_our_user(fd)) {
      remove_and_say(it->path(), note);
    }
    if (fd >= 0) {
      close(fd);
    }
  }
}

}  // namespace

Result<std::unique_ptr<TemporaryDirectory>> TemporaryDirectory::make(const fs::path& parent,
                                                                     mode_t mode, Note note) {
  std::error_code error;
  const auto real = fs::canonical(parent, error);
  if (error) {
    return fail(Code::kIo, "TEMP_DIRECTORY", parent.string() + ": " + error.message());
  }
  remove_abandoned(real, note);
  const std::string stem = std::string(kPrefix) + std::to_string(getpid()) + "-";
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    auto path = real / (stem + std::to_string(i));
    if (mkdir(path.c_str(), mode) == 0) {
      const int lock = open_locked(path);
      // Another process may have swept it between the two steps.
      if (lock < 0 || access(path.c_str(), F_OK) != 0) {
        if (lock >= 0) {
          close(lock);
        }
        continue;
      }
      std::unique_ptr<TemporaryDirectory> out(
          new TemporaryDirectory(std::move(path), lock, std::move(note)));
      // The umask of a server takes from mkdir what others may do.
      if (fchmod(lock, mode) != 0) {
        return fail(Code::kIo, "TEMP_DIRECTORY",
                    out->path().string() + ": " + std::strerror(errno));
      }
      return out;
    }
    if (errno != EEXIST) {
      break;
    }
  }
  return fail(Code::kIo, "TEMP_DIRECTORY", real.string() + ": " + std::strerror(errno));
}

TemporaryDirectory::~TemporaryDirectory() {
  remove_and_say(path_, note_);
  close(lock_);
}

}  // namespace daybook
