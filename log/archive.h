// A prefix of the log in a file of its own, as it was stored, so that the chain can be checked
// through it for ever.
//
//   header (128 bytes) | records as in the log | footer (128 bytes)          layout:
//   docs/log-format.md
//
// The file gets its name only when it is whole, synced and read back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "log/aligned_record.h"
#include "log/log.h"
#include "log/rocks_log.h"
#include "log/walker.h"

namespace daybook::log {

struct ArchiveInfo {
  LogId id{};
  Seq first;
  Seq last;
  Hash base{};              // chain hash of the record before first
  Hash chain{};             // of the last record
  std::uint64_t bytes = 0;  // of the records
};

// Writes first() to `through` to the new file `file`, reads it back, then trims the log. From the
// writer's thread. kConflict "FILE_EXISTS"; kInvalid "INSIDE_BATCH" when `through` does not end a
// batch; kInvalid "NOTHING_TO_ARCHIVE". A crash leaves either no file of that name, or a whole file
// and a log that may not be trimmed yet.
Result<ArchiveInfo> archive_prefix(RocksLog& log, Seq through, const std::filesystem::path& file);

// Reads an archive from its first record to its last. next() returns false only after the footer
// was checked.
class ArchiveCursor final : public Cursor {
 public:
  // Checks the header.
  static Result<std::unique_ptr<ArchiveCursor>> open(const std::filesystem::path& file);

  Result<bool> next(events::RecordView& out) override;
  const ArchiveInfo& info() const { return info_; }

 private:
  ArchiveCursor(std::filesystem::path path, Descriptor file);
  Status read_header();
  Status read_footer();
  // The next `n` bytes without taking them.
  Result<events::Bytes> peek(std::size_t n);
  tl::unexpected<Error> damaged(const std::string& what) const;

  const std::filesystem::path path_;
  const Descriptor file_;
  ArchiveInfo info_;
  Seq next_;
  Hash chain_{};
  std::vector<std::uint8_t> buffer_;
  std::size_t taken_ = 0;
  bool ended_ = false;
  AlignedRecord aligned_;
};

// Reads it whole, with the chain; the result is what header and footer say. kCorrupt names the
// first bad record.
Result<ArchiveInfo> verify_archive(const std::filesystem::path& file);

}  // namespace daybook::log
