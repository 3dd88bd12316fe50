// The log in memory, for tests and simulation: the same contract, no disk. Nothing survives the
// object.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/limits/write_path.h"
#include "log/log.h"
#include "log/tail.h"

namespace daybook::log {

class MemoryLog final : public Log {
 public:
  explicit MemoryLog(std::size_t tail_bytes = kTailBytesMax);
  // For tests: what a process that starts again finds of `before`, which it did not trim: its
  // records up to `through`, none of them in the tail.
  MemoryLog(const MemoryLog& before, Seq through, std::size_t tail_bytes);
  ~MemoryLog() override;

  Seq first() const override;
  Seq last() const override { return durable_.value(); }
  Hash last_chain() const override;
  const Watermark& durable() const override { return durable_; }
  const Tail& tail() const override { return tail_; }
  Status append(const events::Group& group) override;
  Result<std::unique_ptr<Cursor>> read(Seq from) override;
  Status trim(Seq through) override;

  // For tests: the n-th append from now (1 is the next one) stores nothing and fails with `error`,
  // as does every later one.
  void fail_append(std::uint64_t nth, Error error);

 private:
  class MemoryCursor;
  using Stored = std::shared_ptr<const std::vector<std::uint8_t>>;

  mutable std::mutex mutex_;
  std::deque<Stored> records_;  // records_[i] has the sequence number first_ + i
  Seq first_{1};
  Hash last_chain_;
  std::uint64_t appends_until_failure_ = 0;
  std::optional<Error> failure_;
  std::optional<Error> poison_;
  Watermark durable_;
  Tail tail_;
};

}  // namespace daybook::log
