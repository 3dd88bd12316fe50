#include "log/data_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/crc32c.h"
#include "base/hex.h"
#include "log/little.h"
#include "log/unfinished.h"

namespace daybook::log {
namespace {

constexpr std::uint32_t kDataFormat = 1;
constexpr std::int64_t kAskEveryUs = 100'000;
constexpr std::uint64_t kSpentPart = 16;
constexpr std::size_t kIdentityBytesMax = 4096;

std::filesystem::path identity_path(const std::filesystem::path& data) {
  return data / "identity";
}

std::filesystem::path reserve_path(const std::filesystem::path& data) {
  return data / "reserve";
}

std::string identity_text(std::uint32_t format, const LogId& id) {
  const std::string body =
      "daybook data format " + std::to_string(format) + "\nlog " + to_text(id) + "\n";
  return body + "crc " + std::to_string(crc32c(as_bytes(body))) + "\n";
}

// The two values of a text made by identity_text; the caller compares the text as a whole.
bool parse_identity(std::string_view text, std::uint32_t& format, LogId& id) {
  constexpr std::string_view kHead = "daybook data format ";
  if (!text.starts_with(kHead)) {
    return false;
  }
  text.remove_prefix(kHead.size());
  format = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && format < 1'000'000) {
    format = format * 10 + static_cast<std::uint32_t>(text.front() - '0');
    text.remove_prefix(1);
  }
  constexpr std::string_view kLog = "\nlog ";
  if (!text.starts_with(kLog) || text.size() < kLog.size() + 2 * id.size()) {
    return false;
  }
  text.remove_prefix(kLog.size());
  for (std::size_t i = 0; i < id.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) {
      return false;
    }
    id[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

}  // namespace

std::string to_text(const LogId& id) {
  return to_hex(id);
}

Result<std::optional<LogId>> read_identity(const std::filesystem::path& data) {
  DAYBOOK_ASSIGN(const auto text, read_file(identity_path(data), kIdentityBytesMax));
  if (!text) {
    return std::optional<LogId>();
  }
  std::uint32_t format = 0;
  LogId id{};
  if (!parse_identity(*text, format, id) || identity_text(format, id) != *text) {
    return fail(Code::kCorrupt, "IDENTITY_DAMAGED",
                identity_path(data).string() + " is not what was written");
  }
  if (format == 0) {
    return fail(Code::kCorrupt, "IDENTITY_DAMAGED",
                identity_path(data).string() + " has format 0, which never was");
  }
  if (format > kDataFormat) {
    return fail(Code::kUnsupported, "FORMAT_TOO_NEW",
                identity_path(data).string() + " has format " + std::to_string(format) +
                    ", this release reads up to " + std::to_string(kDataFormat));
  }
  return std::optional<LogId>(id);
}

Status write_identity(const std::filesystem::path& data, const LogId& id) {
  return replace_file(identity_path(data), identity_text(kDataFormat, id));
}

DataDir::DataDir(std::filesystem::path path, const Clock& clock, DataDirOptions options,
                 DirLock lock)
    : path_(std::move(path)),
      clock_(clock),
      options_(options),
      lock_(std::move(lock)),
      last_alive_(lock_.touched()) {}

Result<std::unique_ptr<DataDir>> DataDir::open(const std::filesystem::path& path,
                                               const Clock& clock, DataDirOptions options) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (!error && options.create) {
    DAYBOOK_TRY(make_private_directory(absolute));
  }
  if (error) {
    return fail(file_error("cannot create", path, error.value()));
  }
  DAYBOOK_ASSIGN(DirLock lock, DirLock::take(absolute));
  if (!options.unfinished) {
    DAYBOOK_TRY(check_finished(absolute));
  }
  return std::unique_ptr<DataDir>(new DataDir(absolute, clock, options, std::move(lock)));
}

Status DataDir::claim() {
  if (claimed_) {
    return {};
  }
  DAYBOOK_TRY(close_to_others());
  DAYBOOK_ASSIGN(const bool released, release_reserve_if_needed());
  DAYBOOK_TRY(lock_.sign(clock_));
  if (!released) {
    DAYBOOK_TRY(restore_reserve());
  }
  claimed_ = true;
  return {};
}

Status DataDir::hold_log() {
  DAYBOOK_ASSIGN(log_, DirLock::watch(log_path()));
  return {};
}

// A directory that was restored by an earlier release, copied or made by hand may be open to all.
Status DataDir::close_to_others() const {
  struct stat info = {};
  if (::stat(path_.c_str(), &info) != 0) {
    return fail(file_error("cannot look at", path_, errno));
  }
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  if ((info.st_mode & kOthers) != 0 &&
      ::chmod(path_.c_str(), info.st_mode & ~kOthers & 07777U) != 0) {
    return fail(file_error("others may read it, and this process cannot forbid it:", path_, errno));
  }
  return {};
}

Result<FreeSpace> DataDir::free_space() {
  const std::lock_guard lock(mutex_);
  const Micros now = clock_.steady();
  const bool much_spent = spent_ > free_.bytes / kSpentPart;
  if (!asked_at_ || now.value - asked_at_->value >= kAskEveryUs || much_spent) {
    struct statvfs info = {};
    if (::statvfs(path_.c_str(), &info) != 0) {
      return fail(file_error("cannot ask for free space of", path_, errno));
    }
    free_.bytes = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
    free_.total_bytes = static_cast<std::uint64_t>(info.f_blocks) * info.f_frsize;
    free_.files = info.f_files == 0 ? ~std::uint64_t{0} : info.f_favail;
    asked_at_ = now;
    spent_ = 0;
  }
  FreeSpace out = free_;
  out.bytes -= std::min(spent_, out.bytes);
  return out;
}

void DataDir::spend(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  spent_ += bytes;
}

Status DataDir::refuse_below(std::uint64_t bytes, std::uint64_t files, std::string_view reason) {
  DAYBOOK_ASSIGN(const FreeSpace free, free_space());
  if (free.bytes < bytes) {
    return fail(Code::kNoSpace, reason,
                path_.string() + " has " + std::to_string(free.bytes) + " bytes free, needs " +
                    std::to_string(bytes));
  }
  if (free.files < files) {
    return fail(Code::kNoSpace, reason,
                "the file system of " + path_.string() + " has room for " +
                    std::to_string(free.files) + " more files (inodes), needs " +
                    std::to_string(files));
  }
  return {};
}

Status DataDir::check_space() {
  return refuse_below(options_.watermark_bytes, kDiskWatermarkFiles, "DISK_WATERMARK");
}

Status DataDir::check_room(std::uint64_t bytes) {
  return refuse_below(options_.watermark_bytes + bytes, kDiskWatermarkFiles, "DISK_WATERMARK");
}

Status DataDir::check_floor() {
  DAYBOOK_TRY(lock_.check_still_there());
  if (log_) {
    DAYBOOK_TRY(log_->check_still_there());
  }
  return refuse_below(options_.floor_bytes, kDiskFloorFiles, "DISK_FLOOR");
}

Result<bool> DataDir::release_reserve_if_needed() {
  DAYBOOK_ASSIGN(const FreeSpace free, free_space());
  std::error_code error;
  if (free.bytes >= options_.reserve_bytes ||
      !std::filesystem::remove(reserve_path(path_), error)) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  asked_at_.reset();
  return true;
}

Status DataDir::restore_reserve() {
  DAYBOOK_ASSIGN(const FreeSpace free, free_space());
  const auto path = reserve_path(path_);
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  const std::uint64_t held = error ? 0 : size;
  if (held == options_.reserve_bytes ||
      free.bytes < options_.watermark_bytes + options_.reserve_bytes) {
    return {};
  }
  DAYBOOK_ASSIGN(const Descriptor fd, open_file(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW));
  const int allocated = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(options_.reserve_bytes));
  if (options_.reserve_bytes != 0 && allocated != 0) {
    return fail(file_error("cannot allocate", path, allocated));
  }
  const std::lock_guard lock(mutex_);
  asked_at_.reset();
  return sync_data(fd, path);
}

}  // namespace daybook::log
