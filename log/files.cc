#include "log/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "log/little.h"

namespace daybook::log {

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
  const Code code = error_number == ENOSPC || error_number == EDQUOT ? Code::kNoSpace : Code::kIo;
  const std::string text = std::system_category().message(error_number);
  return make_error(code, code == Code::kNoSpace ? "DISK_FULL" : "FILE_ERROR",
                    std::string(what) + " " + path.string() + ": " + text);
}

Result<Descriptor> open_file(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(file_error("cannot open", path, errno));
  }
  return Descriptor(fd);
}

Status write_at(const Descriptor& file, std::span<const std::uint8_t> bytes, std::uint64_t offset,
                const std::filesystem::path& path) {
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
  if (::fdatasync(file.get()) != 0) {
    return fail(file_error("cannot sync", path, errno));
  }
  return {};
}

Status sync_directory(const std::filesystem::path& directory) {
  DAYBOOK_ASSIGN(const Descriptor fd, open_file(directory, O_RDONLY | O_DIRECTORY));
  if (::fsync(fd.get()) != 0) {
    return fail(file_error("cannot sync", directory, errno));
  }
  return {};
}

Status sync_file(const std::filesystem::path& path) {
  DAYBOOK_ASSIGN(const Descriptor fd, open_file(path, O_RDONLY));
  if (::fsync(fd.get()) != 0) {
    return fail(file_error("cannot sync", path, errno));
  }
  return {};
}

Status replace_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path fresh = path.string() + ".new";
  {
    DAYBOOK_ASSIGN(const Descriptor fd, open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC));
    DAYBOOK_TRY(write_at(fd, as_bytes(content), 0, fresh));
    DAYBOOK_TRY(sync_data(fd, fresh));
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(file_error("cannot rename", fresh, errno));
  }
  return sync_directory(path.parent_path());
}

Result<std::optional<std::string>> read_file(const std::filesystem::path& path,
                                             std::size_t bytes_max) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return std::optional<std::string>();
  }
  DAYBOOK_ASSIGN(const Descriptor fd, open_file(path, O_RDONLY));
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
