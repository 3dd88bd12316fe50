#include "log/archive_stream.h"

#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "base/crc32c.h"

namespace daybook::log {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;
constexpr int kLevel = 3;
// Of the compressor, and at most of the decompressor: a hostile file must not ask for more.
constexpr int kWindowLog = 20;

tl::unexpected<Error> archive_damaged(const std::filesystem::path& path, const std::string& what) {
  return fail(Code::kCorrupt, "ARCHIVE_DAMAGED", path.string() + ": " + what);
}

}  // namespace

struct ArchiveWriter::Stream {
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(), &ZSTD_freeCCtx};
};

ArchiveWriter::ArchiveWriter(const std::filesystem::path& path, const Descriptor& file,
                             std::uint64_t at)
    : path_(path),
      file_(file),
      at_(at),
      stream_(std::make_unique<Stream>()),
      buffer_(kBufferBytes) {
  ZSTD_CCtx* const context = stream_->context.get();
  DAYBOOK_CHECK(context != nullptr, "there is memory to compress");
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, kWindowLog);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
}

ArchiveWriter::~ArchiveWriter() = default;

Status ArchiveWriter::add(events::Bytes bytes) {
  return compress(bytes, ZSTD_e_continue);
}

Status ArchiveWriter::finish() {
  return compress({}, ZSTD_e_end);
}

Status ArchiveWriter::compress(events::Bytes bytes, int how) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  for (;;) {
    ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
    const std::size_t left = ZSTD_compressStream2(stream_->context.get(), &out, &in,
                                                  static_cast<ZSTD_EndDirective>(how));
    if (ZSTD_isError(left) != 0U) {
      return fail(Code::kInternal, "ARCHIVE_COMPRESSION", ZSTD_getErrorName(left));
    }
    if (out.pos > 0) {
      DAYBOOK_TRY(write_at(file_, {buffer_.data(), out.pos}, at_, path_));
      crc_ = crc32c({buffer_.data(), out.pos}, crc_);
      at_ += out.pos;
    }
    const bool done = how == ZSTD_e_end ? left == 0 : in.pos == in.size;
    if (done) {
      return {};
    }
  }
}

struct ArchiveReader::Stream {
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), &ZSTD_freeDCtx};
  std::size_t wants = 1;  // zero: a frame has just ended
};

ArchiveReader::ArchiveReader(const std::filesystem::path& path, const Descriptor& file,
                             std::uint64_t at, std::uint64_t end, bool compressed)
    : path_(path), file_(file), at_(at), end_(end) {
  if (compressed) {
    stream_ = std::make_unique<Stream>();
    DAYBOOK_CHECK(stream_->context != nullptr, "there is memory to decompress");
    ZSTD_DCtx_setParameter(stream_->context.get(), ZSTD_d_windowLogMax, kWindowLog);
  }
}

ArchiveReader::~ArchiveReader() = default;

// The next bytes of the file, when the last ones are used up; false at the footer.
Result<bool> ArchiveReader::fill() {
  if (used_ < input_.size()) {
    return true;
  }
  used_ = 0;
  input_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBufferBytes, end_ - at_)));
  while (!input_.empty()) {
    const ssize_t got = ::pread(file_.get(), input_.data(), input_.size(), static_cast<off_t>(at_));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(file_error("cannot read", path_, errno));
    }
    if (got == 0) {
      return archive_damaged(path_, "the file became shorter");
    }
    input_.resize(static_cast<std::size_t>(got));
    at_ += static_cast<std::uint64_t>(got);
    crc_ = crc32c(input_, crc_);
    return true;
  }
  return false;
}

Result<bool> ArchiveReader::more(std::vector<std::uint8_t>& out) {
  DAYBOOK_ASSIGN(const bool input, fill());
  if (!input) {
    return stream_ && stream_->wants != 0
               ? Result<bool>(archive_damaged(path_, "the compressed records are cut short"))
               : Result<bool>(false);
  }
  if (!stream_) {
    out.insert(out.end(), input_.begin(), input_.end());
    used_ = input_.size();
    return true;
  }
  const std::size_t had = out.size();
  out.resize(had + kBufferBytes);
  ZSTD_outBuffer to{out.data() + had, kBufferBytes, 0};
  ZSTD_inBuffer from{input_.data(), input_.size(), used_};
  stream_->wants = ZSTD_decompressStream(stream_->context.get(), &to, &from);
  out.resize(had + to.pos);
  used_ = from.pos;
  if (ZSTD_isError(stream_->wants) != 0U) {
    return archive_damaged(path_, std::string("the compressed records are not what was written: ") +
                                      ZSTD_getErrorName(stream_->wants));
  }
  return true;
}

}  // namespace daybook::log
