// Small files, written so that a crash leaves the old one or the new one, never a mixture.
//
// Any thread. Failures are kIo (kNoSpace when the disk is full) and name the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace daybook::log {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// open(2) with O_CLOEXEC and mode 0600: of a directory where O_DIRECTORY says so, else of a regular
// file. kCorrupt "NOT_A_FILE" at once for a pipe, a device, and with O_NOFOLLOW a link.
Result<Descriptor> open_file(const std::filesystem::path& path, int flags);
Status write_at(const Descriptor& file, std::span<const std::uint8_t> bytes, std::uint64_t offset,
                const std::filesystem::path& path);
Status sync_data(const Descriptor& file, const std::filesystem::path& path);
// Makes the names inside a directory durable.
Status sync_directory(const std::filesystem::path& directory);
// fsync of a file by name.
Status sync_file(const std::filesystem::path& path);

// Makes a directory, and those above it, for the owner alone: events hold parameters, results and
// secrets. Nothing happens when it is there.
Status make_private_directory(const std::filesystem::path& directory);

// Replaces `path` durably: a new file beside it, synced, renamed over it, directory synced.
Status replace_file(const std::filesystem::path& path, std::string_view content);
// Removes it durably; false when there is none.
Result<bool> remove_file(const std::filesystem::path& path);
// Copies a regular file into a new one of the owner's alone; nothing is synced. kCorrupt
// "NOT_A_FILE" for a link and whatever else is no regular file.
Status copy_regular(const std::filesystem::path& from, const std::filesystem::path& to);
// The whole file; nothing when it does not exist. Refuses files over `bytes_max`, links, and
// whatever else is no regular file.
Result<std::optional<std::string>> read_file(const std::filesystem::path& path,
                                             std::size_t bytes_max);

// "<what> <path>: <text of errno>" with the code that fits errno: kNoSpace "DISK_FULL", kDenied
// "FILE_DENIED", kExhausted "NO_DESCRIPTORS", else kIo "FILE_ERROR".
Error file_error(std::string_view what, const std::filesystem::path& path, int error_number);

}  // namespace daybook::log
