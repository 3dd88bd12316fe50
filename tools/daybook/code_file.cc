#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/utf8.h"
#include "log/files.h"
#include "tools/daybook/manifest.h"

namespace daybook::cli {

namespace {

namespace fs = std::filesystem;

bool is_inside(const fs::path& directory, const fs::path& file) {
  const auto [end, unused] =
      std::mismatch(directory.begin(), directory.end(), file.begin(), file.end());
  return end == directory.end();
}

Result<std::string> read_all(const log::Descriptor& file, std::size_t bytes_max) {
  std::string text;
  char block[16 * 1024];
  for (;;) {
    const ssize_t got = ::read(file.get(), block, sizeof block);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(Code::kIo, "CODE_FILE", std::strerror(errno));
    }
    if (got == 0) {
      return text;
    }
    text.append(block, static_cast<std::size_t>(got));
    if (text.size() > bytes_max) {
      return fail(Code::kTooLarge, "CODE_FILE_TOO_LARGE",
                  "has more than " + std::to_string(bytes_max) + " bytes");
    }
  }
}

}  // namespace

Result<std::string> read_code_file(const fs::path& directory, const std::string& name,
                                   bool allow_outside, std::size_t bytes_max) {
  std::error_code bad;
  const fs::path root = fs::canonical(directory, bad);
  if (bad) {
    return fail(Code::kNotFound, "CODE_FILE", directory.string() + ": " + bad.message());
  }
  const fs::path path = fs::canonical(root / name, bad);
  if (bad) {
    return fail(Code::kInvalid, "CODE_FILE", "file '" + name + "': " + bad.message());
  }
  if (!allow_outside && !is_inside(root, path)) {
    return fail(Code::kInvalid, "CODE_FILE_OUTSIDE",
                "file '" + name + "' leads to " + path.string() +
                    ", outside of the manifest's directory; --allow-outside permits it");
  }
  // O_NONBLOCK: a named pipe must not hold us up before fstat refuses it.
  const log::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
    return fail(Code::kInvalid, "CODE_FILE", "file '" + name + "': " + std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return fail(Code::kInvalid, "CODE_FILE", "'" + name + "' is not a regular file");
  }
  Result<std::string> text = read_all(file, bytes_max);
  if (!text) {
    text.error().message = "file '" + name + "' " + text.error().message;
    return text;
  }
  if (const auto at = find_bad_utf8(*text)) {
    return fail(Code::kInvalid, "CODE_FILE",
                "file '" + name + "' is not UTF-8 at byte " + std::to_string(*at + 1));
  }
  return text;
}

}  // namespace daybook::cli
