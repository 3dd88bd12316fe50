// A prefix of the log in a file of its own, as it was stored, so that the chain can be checked
// through it for ever.
//
//   header (128 bytes) | records as in the log, compressed | footer (128 bytes)
//
// Layout: docs/log-format.md. Files of format 1, which are not compressed, are read too.
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
  // Of the records in the file; the same where they are not compressed.
  std::uint64_t stored_bytes = 0;
};

// Writes first() to `through` to the new file `file` and reads it back; the log stays as it is. A
// file that is this archive already, as an earlier attempt left it, is taken as it is. kConflict
// "FILE_EXISTS"; kInvalid "INSIDE_BATCH" when `through` does not end a batch; kInvalid
// "NOTHING_TO_ARCHIVE". A crash leaves either no file of that name or a whole one.
Result<ArchiveInfo> write_archive(RocksLog& log, Seq through, const std::filesystem::path& file);

// Puts the records of an archive back in front of what is left of the log: the archive that ends
// right before first(). From the writer's thread, with no reader. Reads the archive whole before it
// writes: kCorrupt "ARCHIVE_DAMAGED"; kConflict "ARCHIVE_OF_ANOTHER_LOG"; kConflict "ARCHIVE_GAP"
// when it does not end there; kCorrupt "ARCHIVE_CHAIN_DIFFERS" when its last record is not the one
// that first() follows; kInvalid "NOTHING_MISSING" for a log that begins at 1; kNoSpace
// "DISK_WATERMARK". A crash or an error leaves the log as it was; doing it again finishes it.
Result<ArchiveInfo> restore_archive(RocksLog& log, const std::filesystem::path& file);

class ArchiveReader;

// Reads an archive from its first record to its last. next() returns false only after the footer
// was checked.
class ArchiveCursor final : public Cursor {
 public:
  // Checks the header.
  static Result<std::unique_ptr<ArchiveCursor>> open(const std::filesystem::path& file);

  Result<bool> next(events::RecordView& out) override;
  const ArchiveInfo& info() const { return info_; }
  ~ArchiveCursor() override;

 private:
  ArchiveCursor(std::filesystem::path path, Descriptor file);
  Status read_header();
  Status read_footer();
  // The next `n` bytes of records without taking them; fewer when no more come.
  Result<events::Bytes> peek(std::size_t n);
  tl::unexpected<Error> damaged(const std::string& what) const;

  const std::filesystem::path path_;
  const Descriptor file_;
  ArchiveInfo info_;
  Seq next_;
  Hash chain_{};
  std::uint32_t format_ = 0;
  std::uint64_t end_ = 0;  // where the footer begins
  std::unique_ptr<ArchiveReader> reader_;
  std::vector<std::uint8_t> buffer_;
  std::size_t taken_ = 0;
  bool ended_ = false;
  AlignedRecord aligned_;
};

// Whether a file begins as an archive does; it may be damaged all the same.
bool looks_like_archive(const std::filesystem::path& file);

// Reads it whole, with the chain; the result is what header and footer say. kCorrupt names the
// first bad record.
Result<ArchiveInfo> verify_archive(const std::filesystem::path& file);

}  // namespace daybook::log
