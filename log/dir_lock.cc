#include "log/dir_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/time_text.h"

namespace daybook::log {
namespace {

constexpr std::size_t kOwnerBytesMax = 4096;

std::filesystem::path owner_path(const std::filesystem::path& directory) {
  return directory / "owner";
}

std::string describe_owner(const std::filesystem::path& directory) {
  const auto owner = read_file(owner_path(directory), kOwnerBytesMax);
  if (!owner || !*owner || (*owner)->empty()) {
    return "another process (its owner file is missing)";
  }
  std::string text = **owner;
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

}  // namespace

Result<DirLock> DirLock::take(const std::filesystem::path& directory) {
  DAYBOOK_ASSIGN(Descriptor fd, open_file(directory, O_RDONLY | O_DIRECTORY));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(Code::kConflict, "DATA_DIR_IN_USE",
                  directory.string() + " is in use by " + describe_owner(directory));
    }
    return fail(file_error("cannot lock", directory, errno));
  }
  return DirLock(directory, std::move(fd));
}

Result<DirLock> DirLock::watch(const std::filesystem::path& directory) {
  DAYBOOK_ASSIGN(Descriptor fd, open_file(directory, O_RDONLY | O_DIRECTORY));
  return DirLock(directory, std::move(fd));
}

Status DirLock::sign(const Clock& clock) const {
  char host[256] = {};
  if (::gethostname(host, sizeof(host) - 1) != 0) {
    host[0] = '?';
  }
  const std::string text = "pid " + std::to_string(::getpid()) + " on host " + host + ", started " +
                           format_time(clock.wall()) + "\n";
  return replace_file(owner_path(directory_), text);
}

Status DirLock::check_still_there() const {
  struct stat held = {};
  struct stat named = {};
  if (::fstat(fd_.get(), &held) != 0 || ::stat(directory_.c_str(), &named) != 0 ||
      held.st_ino != named.st_ino || held.st_dev != named.st_dev) {
    return fail(Code::kIo, "DATA_DIR_REPLACED",
                directory_.string() + " is no longer the directory that was opened");
  }
  return {};
}

}  // namespace daybook::log
