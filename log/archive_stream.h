// The bytes of an archive's records, between header and footer: compressed on the way out, plain on
// the way in. Memory: a few MiB, whatever the file says. Private to log/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "events/record.h"
#include "log/files.h"

namespace daybook::log {

class ArchiveWriter {
 public:
  // Writes behind the first `at` bytes of the file.
  ArchiveWriter(const std::filesystem::path& path, const Descriptor& file, std::uint64_t at);
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  Status add(events::Bytes bytes);
  // After it, what was added is in the file, up to end().
  Status finish();
  std::uint64_t end() const { return at_; }
  std::uint32_t crc() const { return crc_; }  // CRC-32C of what stands in the file

 private:
  Status compress(events::Bytes bytes, int how);

  struct Stream;
  const std::filesystem::path& path_;
  const Descriptor& file_;
  std::uint64_t at_;
  std::uint32_t crc_ = 0;
  std::unique_ptr<Stream> stream_;
  std::vector<std::uint8_t> buffer_;
};

class ArchiveReader {
 public:
  // Reads from `at` to `end`; `compressed` as the header says.
  ArchiveReader(const std::filesystem::path& path, const Descriptor& file, std::uint64_t at,
                std::uint64_t end, bool compressed);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // Appends some bytes to `out`; false at the end. kCorrupt "ARCHIVE_DAMAGED" when they are not
  // what was compressed.
  Result<bool> more(std::vector<std::uint8_t>& out);
  // Of what was read: zstd does not look at every bit of a frame.
  std::uint32_t crc() const { return crc_; }

 private:
  Result<bool> fill();

  struct Stream;
  const std::filesystem::path& path_;
  const Descriptor& file_;
  std::uint64_t at_;
  const std::uint64_t end_;
  std::uint32_t crc_ = 0;
  std::unique_ptr<Stream> stream_;  // null: not compressed
  std::vector<std::uint8_t> input_;
  std::size_t used_ = 0;
};

}  // namespace daybook::log
