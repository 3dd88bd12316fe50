#include "log/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "log/little.h"
#include "log/testing.h"

namespace daybook::log {
namespace {

constexpr std::size_t kCopyBytes = 1 << 18;

void step() {
  if (auto* const hook = before_file_step.load(std::memory_order_relaxed)) {
    hook();
  }
}

// A named pipe holds up who opens it, a device may; a link leads out of the directory.
constexpr int kRegularOnly = O_CLOEXEC | O_NONBLOCK;

// What open() gave with kRegularOnly, or its errno.
Result<Descriptor> regular(int opened, int error_number, const std::filesystem::path& path) {
  if (opened < 0 && error_number != ELOOP && error_number != ENXIO) {
    return fail(file_error("cannot open", path, error_number));
  }
  Descriptor out(opened);
  struct stat info = {};
  if (opened < 0 || ::fstat(opened, &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(Code::kCorrupt, "NOT_A_FILE", path.string() + " is a link or no regular file");
  }
  return out;
}

Status copy_bytes(const Descriptor& in, const Descriptor& out, const std::filesystem::path& from,
                  const std::filesystem::path& to) {
  std::vector<std::uint8_t> buffer(kCopyBytes);
  for (std::uint64_t at = 0;;) {
    const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(file_error("cannot read", from, errno));
    }
    if (got == 0) {
      return {};
    }
    DAYBOOK_TRY(write_at(out, {buffer.data(), static_cast<std::size_t>(got)}, at, to));
    at += static_cast<std::uint64_t>(got);
  }
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Error file_error(std::string_view what, const std::filesystem::path& path, int error_number) {
  const std::string text =
      std::string(what) + " " + path.string() + ": " + std::system_category().message(error_number);
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return make_error(Code::kNoSpace, "DISK_FULL", text);
    case EACCES:
    case EPERM:
    case EROFS:
      return make_error(Code::kDenied, "FILE_DENIED", text);
    case EMFILE:
    case ENFILE:
      return make_error(Code::kExhausted, "NO_DESCRIPTORS", text);
    default:
      return make_error(Code::kIo, "FILE_ERROR", text);
  }
}

Result<Descriptor> open_file(const std::filesystem::path& path, int flags) {
  if ((flags & O_CREAT) != 0) {
    step();
  }
  if ((flags & O_DIRECTORY) == 0) {
    const int fd = ::open(path.c_str(), flags | kRegularOnly, 0600);
    return regular(fd, errno, path);
  }
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) {
    return fail(file_error("cannot open", path, errno));
  }
  return Descriptor(fd);
}

Status write_at(const Descriptor& file, std::span<const std::uint8_t> bytes, std::uint64_t offset,
                const std::filesystem::path& path) {
  step();
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      return fail(file_error("cannot write", path, n < 0 ? errno : EIO));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

Status sync_data(const Descriptor& file, const std::filesystem::path& path) {
  step();
  if (::fdatasync(file.get()) != 0) {
    return fail(file_error("cannot sync", path, errno));
  }
  return {};
}

Status sync_directory(const std::filesystem::path& directory) {
  step();
  DAYBOOK_ASSIGN(const Descriptor fd, open_file(directory, O_RDONLY | O_DIRECTORY));
  if (::fsync(fd.get()) != 0) {
    return fail(file_error("cannot sync", directory, errno));
  }
  return {};
}

Status sync_file(const std::filesystem::path& path) {
  step();
  DAYBOOK_ASSIGN(const Descriptor fd, open_file(path, O_RDONLY | O_NOFOLLOW));
  if (::fsync(fd.get()) != 0) {
    return fail(file_error("cannot sync", path, errno));
  }
  return {};
}

Status make_private_directory(const std::filesystem::path& directory) {
  step();
  std::error_code error;
  if (std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    if (!error) {
      return sync_directory(std::filesystem::absolute(directory, error).parent_path());
    }
  }
  return error ? Status(fail(file_error("cannot create", directory, error.value()))) : Status();
}

Status replace_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path fresh = path.string() + ".new";
  {
    DAYBOOK_ASSIGN(const Descriptor fd,
                   open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW));
    DAYBOOK_TRY(write_at(fd, as_bytes(content), 0, fresh));
    DAYBOOK_TRY(sync_data(fd, fresh));
  }
  step();
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(file_error("cannot rename", fresh, errno));
  }
  return sync_directory(path.parent_path());
}

Status copy_regular(const std::filesystem::path& from, const std::filesystem::path& to) {
  DAYBOOK_ASSIGN(const Descriptor in, open_file(from, O_RDONLY | O_NOFOLLOW));
  DAYBOOK_ASSIGN(const Descriptor out, open_file(to, O_WRONLY | O_CREAT | O_EXCL));
  return copy_bytes(in, out, from, to);
}

Result<bool> remove_file(const std::filesystem::path& path) {
  step();
  if (::unlink(path.c_str()) == 0) {
    DAYBOOK_TRY(sync_directory(path.parent_path()));
    return true;
  }
  if (errno == ENOENT) {
    return false;
  }
  return fail(file_error("cannot remove", path, errno));
}

Result<std::optional<std::string>> read_file(const std::filesystem::path& path,
                                             std::size_t bytes_max) {
  const int opened = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | kRegularOnly);
  if (opened < 0 && errno == ENOENT) {
    return std::optional<std::string>();
  }
  DAYBOOK_ASSIGN(const Descriptor fd, regular(opened, errno, path));
  std::string out;
  char buffer[4096];
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      return fail(file_error("cannot read", path, errno));
    }
    if (n == 0) {
      return std::optional<std::string>(std::move(out));
    }
    out.append(buffer, static_cast<std::size_t>(n));
    if (out.size() > bytes_max) {
      return fail(Code::kCorrupt, "FILE_TOO_LARGE", "larger than it can be: " + path.string());
    }
  }
}

}  // namespace daybook::log
