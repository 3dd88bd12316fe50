#include "log/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/limits/write_path.h"
#include "log/archive_stream.h"
#include "log/little.h"
#include "log/refusals.h"

namespace daybook::log {
namespace {

constexpr std::size_t kBlockBytes = 128;
constexpr std::size_t kBlockCrcFrom = 16;
constexpr std::uint32_t kArchiveFormatPlain = 1;
constexpr std::uint32_t kArchiveFormat = 2;  // compressed
constexpr std::array<char, 8> kHeadMagic = {'D', 'A', 'Y', 'B', 'A', 'R', 'C', 'H'};
constexpr std::array<char, 8> kFootMagic = {'D', 'A', 'Y', 'B', 'A', 'E', 'N', 'D'};
constexpr std::size_t kPayloadBytesAt = 40;  // in a record's header

using Block = std::array<std::uint8_t, kBlockBytes>;

void seal(Block& block, const std::array<char, 8>& magic, std::uint32_t format) {
  put(block.data(), 0, magic);
  put(block.data(), 8, format);
  put(block.data(), 12, crc32c({block.data() + kBlockCrcFrom, kBlockBytes - kBlockCrcFrom}));
}

Block header_of(const ArchiveInfo& info, std::uint32_t format) {
  Block block{};
  put(block.data(), 16, info.id);
  put(block.data(), 32, info.first.value);
  put(block.data(), 40, info.last.value);
  put(block.data(), 64, info.base);
  seal(block, kHeadMagic, format);
  return block;
}

Block footer_of(const ArchiveInfo& info, std::uint32_t format, std::uint32_t crc) {
  Block block{};
  put(block.data(), 16, info.last.value - info.first.value + 1);
  put(block.data(), 24, info.bytes);
  if (format != kArchiveFormatPlain) {
    put(block.data(), 32, info.stored_bytes);
    put(block.data(), 40, crc);
  }
  put(block.data(), 64, info.chain);
  seal(block, kFootMagic, format);
  return block;
}

Result<Block> read_block(const Descriptor& file, std::uint64_t at,
                         const std::filesystem::path& path) {
  Block block{};
  const ssize_t got = ::pread(file.get(), block.data(), block.size(), static_cast<off_t>(at));
  if (got < 0) {
    return fail(file_error("cannot read", path, errno));
  }
  if (static_cast<std::size_t>(got) != block.size()) {
    return fail(Code::kCorrupt, "ARCHIVE_DAMAGED", path.string() + ": the file is cut short");
  }
  return block;
}

Status write_file(RocksLog& log, ArchiveInfo& info, const std::filesystem::path& path) {
  DAYBOOK_ASSIGN(const Descriptor file, open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW));
  DAYBOOK_TRY(write_at(file, header_of(info, kArchiveFormat), 0, path));
  ArchiveWriter out(path, file, kBlockBytes);
  DAYBOOK_ASSIGN(const auto cursor, log.read(info.first));
  events::RecordView record;
  for (Seq at = info.first; at <= info.last; at = next(at)) {
    DAYBOOK_ASSIGN(const bool there, cursor->next(record));
    DAYBOOK_CHECK(there, "what is durable can be read");
    DAYBOOK_TRY(out.add(record.bytes));
    info.bytes += record.bytes.size();
  }
  if (record.header.batch_index + 1 != record.header.batch_count) {
    return fail(Code::kInvalid, "INSIDE_BATCH",
                "record " + std::to_string(info.last.value) + " does not end a batch");
  }
  info.chain = record.header.chain;
  DAYBOOK_TRY(out.finish());
  info.stored_bytes = out.end() - kBlockBytes;
  DAYBOOK_TRY(write_at(file, footer_of(info, kArchiveFormat, out.crc()), out.end(), path));
  return sync_data(file, path);
}

// A file of that name counts when it is what would be written.
Result<ArchiveInfo> existing(RocksLog& log, const ArchiveInfo& wanted,
                             const std::filesystem::path& file) {
  DAYBOOK_ASSIGN(const auto cursor, log.read(wanted.last));
  events::RecordView last;
  DAYBOOK_ASSIGN(const bool there, cursor->next(last));
  DAYBOOK_CHECK(there, "what is durable can be read");
  const auto found = verify_archive(file);
  if (!found || found->id != wanted.id || found->first != wanted.first ||
      found->last != wanted.last || found->base != wanted.base ||
      found->chain != last.header.chain) {
    return fail(Code::kConflict, "FILE_EXISTS", file.string() + " exists; it is not overwritten");
  }
  return *found;
}

}  // namespace

Result<ArchiveInfo> write_archive(RocksLog& log, Seq through, const std::filesystem::path& file) {
  if (through > log.last()) {
    return refuse_trim(through, log.last());
  }
  if (through < log.first()) {
    return fail(Code::kInvalid, "NOTHING_TO_ARCHIVE",
                "the log starts at " + std::to_string(log.first().value));
  }
  ArchiveInfo info{log.id(), log.first(), through, log.base_chain(), {}, 0, 0};
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    return existing(log, info, file);
  }
  const std::filesystem::path fresh = file.string() + ".new";
  Status status = write_file(log, info, fresh);
  if (status) {
    const auto read_back = verify_archive(fresh);
    if (!read_back) {
      status = fail(read_back.error());
    }
  }
  if (!status) {
    std::filesystem::remove(fresh, error);
    return fail(status.error());
  }
  std::filesystem::rename(fresh, file, error);
  if (error) {
    return fail(file_error("cannot rename", fresh, error.value()));
  }
  DAYBOOK_TRY(sync_directory(std::filesystem::absolute(file).parent_path()));
  return info;
}

ArchiveCursor::ArchiveCursor(std::filesystem::path path, Descriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

Result<std::unique_ptr<ArchiveCursor>> ArchiveCursor::open(const std::filesystem::path& file) {
  DAYBOOK_ASSIGN(Descriptor descriptor, open_file(file, O_RDONLY));
  std::unique_ptr<ArchiveCursor> cursor(new ArchiveCursor(file, std::move(descriptor)));
  DAYBOOK_TRY(cursor->read_header());
  return cursor;
}

ArchiveCursor::~ArchiveCursor() = default;

Result<events::Bytes> ArchiveCursor::peek(std::size_t n) {
  if (buffer_.size() - taken_ < n) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  while (buffer_.size() - taken_ < n) {
    DAYBOOK_ASSIGN(const bool more, reader_->more(buffer_));
    if (!more) {
      break;
    }
  }
  return events::Bytes(buffer_).subspan(taken_, std::min(n, buffer_.size() - taken_));
}

Status ArchiveCursor::read_header() {
  const std::int64_t size = ::lseek(file_.get(), 0, SEEK_END);
  if (size < static_cast<std::int64_t>(2 * kBlockBytes)) {
    return damaged("the file is cut short");
  }
  end_ = static_cast<std::uint64_t>(size) - kBlockBytes;
  DAYBOOK_ASSIGN(const Block block, read_block(file_, 0, path_));
  format_ = get<std::uint32_t>(block.data(), 8);
  info_.id = get<LogId>(block.data(), 16);
  info_.first = Seq{get<std::uint64_t>(block.data(), 32)};
  info_.last = Seq{get<std::uint64_t>(block.data(), 40)};
  info_.base = get<Hash>(block.data(), 64);
  if (header_of(info_, format_) != block || format_ == 0 || info_.first > info_.last) {
    return damaged("its header is not what was written");
  }
  if (format_ > kArchiveFormat) {
    return fail(Code::kUnsupported, "FORMAT_TOO_NEW",
                path_.string() + " has archive format " + std::to_string(format_) +
                    ", this release reads up to " + std::to_string(kArchiveFormat));
  }
  reader_ = std::make_unique<ArchiveReader>(path_, file_, kBlockBytes, end_,
                                            format_ != kArchiveFormatPlain);
  info_.stored_bytes = end_ - kBlockBytes;
  next_ = info_.first;
  chain_ = info_.base;
  return {};
}

Result<bool> ArchiveCursor::next(events::RecordView& out) {
  if (next_ > info_.last) {
    DAYBOOK_TRY(read_footer());
    return false;
  }
  DAYBOOK_ASSIGN(const events::Bytes header, peek(events::kHeaderBytes));
  if (header.size() < events::kHeaderBytes) {
    return damaged("the file is cut short");
  }
  const auto payload = get<std::uint32_t>(header.data(), kPayloadBytesAt);
  // The size is not yet covered by a checked sum: a wild one must not make us read gigabytes.
  if (payload > kEventPayloadBytesMax) {
    return damaged("its size is not what was written");
  }
  DAYBOOK_ASSIGN(const events::Bytes bytes, peek(events::kHeaderBytes + payload));
  if (bytes.size() < events::kHeaderBytes + payload) {
    return damaged("the file is cut short");
  }
  const auto record = events::read_record(bytes);
  if (!record) {
    return damaged(record.error().message);
  }
  if (record->header.seq != next_) {
    return damaged("another record stands in its place");
  }
  out = *record;
  aligned_.align(out);
  taken_ += bytes.size();
  info_.bytes += bytes.size();
  chain_ = record->header.chain;
  next_ = daybook::next(next_);
  return true;
}

Status ArchiveCursor::read_footer() {
  if (ended_) {
    return {};
  }
  info_.chain = chain_;
  DAYBOOK_ASSIGN(const events::Bytes behind, peek(1));
  if (!behind.empty()) {
    return damaged("there is something behind its last record");
  }
  DAYBOOK_ASSIGN(const Block block, read_block(file_, end_, path_));
  if (footer_of(info_, format_, reader_->crc()) != block) {
    return damaged("its footer is not what was written");
  }
  ended_ = true;
  return {};
}

tl::unexpected<Error> ArchiveCursor::damaged(const std::string& what) const {
  return fail(Code::kCorrupt, "ARCHIVE_DAMAGED",
              path_.string() + ", at record " + std::to_string(next_.value) + ": " + what);
}

bool looks_like_archive(const std::filesystem::path& file) {
  std::array<char, kHeadMagic.size()> magic{};
  const auto opened = open_file(file, O_RDONLY);
  return opened &&
         ::read(opened->get(), magic.data(), magic.size()) == static_cast<ssize_t>(magic.size()) &&
         magic == kHeadMagic;
}

Result<ArchiveInfo> verify_archive(const std::filesystem::path& file) {
  DAYBOOK_ASSIGN(const auto cursor, ArchiveCursor::open(file));
  const ArchiveInfo& info = cursor->info();
  Walker walker(Seq{info.first.value - 1}, info.base, Depth::kPayloads);
  events::RecordView record;
  for (;;) {
    DAYBOOK_ASSIGN(const bool there, cursor->next(record));
    std::optional<Problem> problem = there ? walker.step(record) : walker.finish();
    if (problem) {
      return fail(Code::kCorrupt, "ARCHIVE_DAMAGED", file.string() + ": " + problem->message);
    }
    if (!there) {
      return info;
    }
  }
}

}  // namespace daybook::log
