// The log in RocksDB, the embedded default. Contract: log/log.h; layout: docs/log-format.md.
//
// One append is one synced write: when it returns success the group survives a crash and a loss of
// power. After any failed append the log is poisoned: every later append fails with the same error,
// nothing is retried (I15). The floor of free disk space is checked before each append, because
// RocksDB as packaged aborts on a full disk.
#pragma once

#include <filesystem>
#include <memory>

#include "base/ids.h"
#include "base/limits/write_path.h"
#include "log/anchor.h"
#include "log/data_dir.h"
#include "log/log.h"
#include "log/metrics.h"

namespace daybook::log {

struct Faults;

struct RocksLogOptions {
  // Two of these are the log's largest part of the server's memory.
  std::size_t write_buffer_bytes = kLogWriteBufferBytes;
  std::chrono::microseconds anchor_every{100'000};
  std::uint64_t anchor_events = 10'000;
  // What is kept in memory for those who follow the log; 0: nobody does.
  std::size_t tail_bytes = kTailBytesMax;
  // Breaks promise 1: acknowledged events are lost when the machine stops. Only for benchmarks and
  // for the negative control of the power-loss test.
  bool unsafe_no_sync = false;
  // Only for tests (log/testing.h).
  std::shared_ptr<Faults> faults;
};

class RocksLog final : public Log {
 public:
  // Looks at what is there, decides by the table in log/recovery.h, then creates, opens or refuses.
  // A refusal changes nothing on disk; its reason is the row's, its message says where. `dir` must
  // outlive the log.
  static Result<std::unique_ptr<RocksLog>> open(DataDir& dir, const RocksLogOptions& options = {});

  // The first half of open(): looks and decides in the same way, writes nothing, and gives a log
  // that can be read, verified and copied. What writes fails with kConflict "OPENED_TO_READ".
  // kNotFound "NO_LOG" where open() would make one.
  static Result<std::unique_ptr<RocksLog>> open_to_read(DataDir& dir,
                                                        const RocksLogOptions& options = {});
  // The second half, for one who decides from what he reads whether to write at all.
  static Result<std::unique_ptr<RocksLog>> open_to_write(std::unique_ptr<RocksLog> looked_at);
  // Closes: writes the anchor if nothing failed before.
  ~RocksLog() override;

  Seq first() const override;
  Seq last() const override;
  Hash last_chain() const override;
  const Watermark& durable() const override;
  const Tail& tail() const override;
  Status append(const events::Group& group) override;
  Result<std::unique_ptr<Cursor>> read(Seq from) override;
  // In the middle of a chunk, the rest of the chunk is written again under its own key, in the same
  // batch.
  Status trim(Seq through) override;

  // For log/archive.h, which checks what it gives; from the writer's thread. Records below first()
  // are durable after put_below() and seen by nobody: a crash leaves the log as it was, and bytes
  // that drop_below() removes. From begin_after() on the log begins with the record after `before`
  // (its sequence number, chain and epoch) and holds all that was put below.
  // check_room(): kNoSpace "DISK_WATERMARK" when there is no room for so many bytes.
  Status check_room(std::uint64_t bytes) const;
  Status drop_below();
  Status put_below(const events::Group& group);
  Status begin_after(const Head& before, Micros time);

  const LogId& id() const;
  // Sequence number, chain hash and epoch of the last durable record, together.
  Head head() const;
  // Epoch and logical time of the last record (of the trimmed prefix when none is left); zero in a
  // new log.
  Epoch last_epoch() const;
  Micros last_time() const;
  // Chain hash of the record before first().
  Hash base_chain() const;
  // The name of the row of the recovery table by which the log was opened: "NEW", "AT_ANCHOR",
  // "PAST_ANCHOR", …
  std::string_view opened_by() const;
  Metrics metrics() const;

  // Writes the anchor at the log's end now. Any thread.
  Status flush_anchor();
  // A consistent copy of the store in the new directory `to`, made of hard links where it can be;
  // appends go on. Any thread. What is in it: everything that was durable when it was called,
  // perhaps more.
  Status checkpoint(const std::filesystem::path& to);

 private:
  struct Impl;
  explicit RocksLog(std::unique_ptr<Impl> impl);
  static Result<std::unique_ptr<RocksLog>> write_to(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::log
