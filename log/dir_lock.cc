#include "log/dir_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>

#include "base/time_text.h"

namespace daybook::log {
namespace {

constexpr std::size_t kOwnerBytesMax = 4096;
constexpr const char* kOwner = "owner";

std::filesystem::path owner_path(const std::filesystem::path& directory) {
  return directory / kOwner;
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
  return of(directory, std::move(fd));
}

Result<DirLock> DirLock::watch(const std::filesystem::path& directory) {
  DAYBOOK_ASSIGN(Descriptor fd, open_file(directory, O_RDONLY | O_DIRECTORY));
  return of(directory, std::move(fd));
}

Result<DirLock> DirLock::of(const std::filesystem::path& directory, Descriptor fd) {
  struct stat held = {};
  if (::fstat(fd.get(), &held) != 0) {
    return fail(file_error("cannot look at", directory, errno));
  }
  return DirLock(directory, std::move(fd), {held.st_dev, held.st_ino});
}

Status DirLock::sign(const Clock& clock) const {
  char host[256] = {};
  if (::gethostname(host, sizeof(host) - 1) != 0) {
    host[0] = '?';
  }
  const std::string text = "pid " + std::to_string(::getpid()) + " on host " + host + ", started " +
                           format_time(clock.wall()) + "\n";
  DAYBOOK_TRY(replace_file(owner_path(directory_), text));
  touch(clock.wall());
  return {};
}

void DirLock::touch(Micros wall) const {
  constexpr std::int64_t kSecond = 1'000'000;
  timespec times[2] = {};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = static_cast<std::time_t>(wall.value / kSecond);
  times[1].tv_nsec = static_cast<long>(wall.value % kSecond * 1000);
  static_cast<void>(::utimensat(fd_.get(), kOwner, times, AT_SYMLINK_NOFOLLOW));
}

std::optional<Micros> DirLock::touched() const {
  struct stat owner = {};
  if (::fstatat(fd_.get(), kOwner, &owner, AT_SYMLINK_NOFOLLOW) != 0) {
    return std::nullopt;
  }
  return Micros{std::int64_t{owner.st_mtim.tv_sec} * 1'000'000 + owner.st_mtim.tv_nsec / 1000};
}

Status DirLock::check_still_there() const {
  struct stat named = {};
  if (::stat(directory_.c_str(), &named) != 0 ||
      identity_ != Identity{named.st_dev, named.st_ino}) {
    return fail(Code::kIo, "DATA_DIR_REPLACED",
                directory_.string() + " is no longer the directory that was opened");
  }
  return {};
}

}  // namespace daybook::log
