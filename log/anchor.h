// The head anchor: a small file beside the log that says how far the log certainly reached, so that
// a log that was cut at a record boundary, or whose write-ahead log was deleted, is noticed
// (RocksDB notices neither).
//
// Two slots, written in turn and synced, so that a torn write leaves the other one; the one with
// the higher generation counts. Never ahead of the log (I9): an entry is offered after its group is
// durable. Layout: docs/log-format.md.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/bell.h"
#include "base/ids.h"
#include "base/result.h"
#include "log/data_dir.h"

namespace daybook::log {

struct Head {
  Seq seq;
  Hash chain{};
  Epoch epoch;  // of the record at seq
};

enum class AnchorState : std::uint8_t { kValid, kMissing, kDamaged, kForeign };

struct AnchorRead {
  AnchorState state = AnchorState::kMissing;
  Head head;
  std::uint64_t generation = 0;
};

// Reads the anchor of the log `id`. kForeign: it belongs to another log. kDamaged: neither slot can
// be read.
Result<AnchorRead> read_anchor(const std::filesystem::path& path, const LogId& id);

// Creates or replaces the file with one entry, durably.
Status write_anchor(const std::filesystem::path& path, const LogId& id, const Head& head);

struct AnchorOptions {
  std::chrono::microseconds every{100'000};
  std::uint64_t events = 10'000;
};

// Keeps the file up to date from a thread of its own, so that the second sync never delays a group
// commit: the committer only stores the newest head. Writes when `every` has passed or `events`
// were committed since the last write.
class Anchor {
 public:
  // Opens an existing file whose newest entry has `generation` and `head`.
  static Result<std::unique_ptr<Anchor>> open(const std::filesystem::path& path, const LogId& id,
                                              const AnchorRead& newest, AnchorOptions options);
  ~Anchor();

  // The log is durable up to `head`. Never blocks on the disk. Fails once a write of the file has
  // failed (I15).
  Status offer(const Head& head);
  // Writes the newest head now and waits for it.
  Status flush();
  // The last head that is on disk.
  Head written() const;
  std::uint64_t writes() const { return writes_.load(std::memory_order_relaxed); }

 private:
  Anchor(std::filesystem::path path, const LogId& id, const AnchorRead& newest,
         AnchorOptions options, Descriptor file);
  void run();
  Status write(const Head& head, std::uint64_t generation);

  const std::filesystem::path path_;
  const LogId id_;
  const AnchorOptions options_;
  const Descriptor file_;
  std::atomic<std::uint64_t> writes_{0};

  mutable std::mutex mutex_;
  Bell bell_;
  std::condition_variable done_;
  Head offered_;
  Head written_;
  std::uint64_t generation_;
  bool stop_ = false;
  std::optional<Error> error_;

  std::thread thread_;
};

}  // namespace daybook::log
