// The data directory: who may use it, whose it is, and whether it has room.
//
//   <data>/identity   format version and random log id, written last when a log is created
//   <data>/owner      who holds the lock
//   <data>/reserve    allocated and unused: given back when recovery needs room on a full disk
//   <data>/anchor     how far the log certainly reached (log/anchor.h)
//   <data>/log/       the log's RocksDB
//   <data>/views/     belongs to projections/, can be deleted
//   <data>/unfinished something is still being made here (log/unfinished.h)
//
// open() only locks; claim() is the first that writes. Who only reads never claims, and leaves the
// directory byte for byte as it was.
//
// Threads: check_space and free_bytes from any thread; the rest from the thread that starts and
// stops the server.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/limits/disk.h"
#include "base/result.h"
#include "log/dir_lock.h"

namespace daybook::log {

// Random, made when the log is created; the identity file, the anchor and the log itself carry it.
using LogId = std::array<std::uint8_t, 16>;
std::string to_text(const LogId& id);

// The identity file of a data directory; nothing when there is none. kCorrupt "IDENTITY_DAMAGED"
// when unreadable or of a format that never was, kUnsupported "FORMAT_TOO_NEW" when a later release
// wrote it.
Result<std::optional<LogId>> read_identity(const std::filesystem::path& data);
Status write_identity(const std::filesystem::path& data, const LogId& id);

struct DataDirOptions {
  bool create = true;
  // Also a directory that something is still being made in.
  bool unfinished = false;
  // Twice the log's write buffer, so that recovery can flush what it read even on a full disk.
  std::uint64_t reserve_bytes = 2 * kLogWriteBufferBytes;
  std::uint64_t watermark_bytes = kDiskWatermarkBytes;
  std::uint64_t floor_bytes = kDiskFloorBytes;
};

// What is free for this process.
struct FreeSpace {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;        // the largest number where the file system does not count them
  std::uint64_t total_bytes = 0;  // of the whole file system
};

class DataDir {
 public:
  // Creates the directory if asked to, and locks it; writes nothing into it. kConflict
  // "DATA_DIR_IN_USE" when another process has it, kConflict "UNFINISHED" (log/unfinished.h). The
  // clock must outlive the object.
  static Result<std::unique_ptr<DataDir>> open(const std::filesystem::path& path,
                                               const Clock& clock, DataDirOptions options = {});

  // Before the first write: takes other people's rights away, frees the reserve when there is no
  // space, signs the owner file, allocates the reserve when there is room. Does nothing the second
  // time.
  Status claim();
  // The log's folder is open from now on: check_floor() notices when it is moved away.
  Status hold_log();

  // The wall clock when the last server on it was seen to run; nothing when that is not known.
  std::optional<Micros> last_alive() const { return last_alive_; }
  // This one runs. Any thread; a system call.
  void note_alive() const { lock_.touch(clock_.wall()); }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path log_path() const { return path_ / "log"; }
  std::filesystem::path anchor_path() const { return path_ / "anchor"; }
  std::filesystem::path views_path() const { return path_ / "views"; }
  const Clock& clock() const { return clock_; }

  // On the directory's file system; asked of the system at most every 100 ms.
  Result<FreeSpace> free_space();
  // So many bytes are about to be written: taken off what is free, and a reason to ask again soon.
  // Without it a fast writer fills a small disk between two questions.
  void spend(std::uint64_t bytes);
  // kNoSpace "DISK_WATERMARK": accept no new work; what is open may still end.
  Status check_space();
  // kNoSpace "DISK_WATERMARK": `bytes` more would leave less than that.
  Status check_room(std::uint64_t bytes);
  // kNoSpace "DISK_FLOOR": write nothing, stop. Also checks that the locked directory, and the
  // log's folder in it, are still those at their paths.
  Status check_floor();

  // Allocates the reserve again; does nothing when there is no room.
  Status restore_reserve();

 private:
  DataDir(std::filesystem::path path, const Clock& clock, DataDirOptions options, DirLock lock);
  // Frees the reserve file when free space is below it, so that the log can be opened; true when it
  // did.
  Result<bool> release_reserve_if_needed();
  Status close_to_others() const;
  Status refuse_below(std::uint64_t bytes, std::uint64_t files, std::string_view reason);

  const std::filesystem::path path_;
  const Clock& clock_;
  const DataDirOptions options_;
  const DirLock lock_;
  const std::optional<Micros> last_alive_;
  std::optional<DirLock> log_;
  bool claimed_ = false;
  std::mutex mutex_;
  std::optional<Micros> asked_at_;
  FreeSpace free_;
  std::uint64_t spent_ = 0;  // since asked_at_
};

}  // namespace daybook::log
