// A log in memory whose appends can fail in both ways a disk fails: the group is gone, or it is
// there although nobody was told, and found by the next process. Reopen() is what that does.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "base/check.h"
#include "log/memory_log.h"

namespace daybook::scenarios {

enum class Failure : std::uint8_t { kNone, kLost, kKept };

class FlakyLog final : public log::Log {
 public:
  Seq first() const override { return log_->first(); }
  Seq last() const override { return log_->last(); }
  Hash last_chain() const override { return log_->last_chain(); }
  const Watermark& durable() const override { return log_->durable(); }
  const log::Tail& tail() const override { return log_->tail(); }
  Result<std::unique_ptr<log::Cursor>> read(Seq from) override { return log_->read(from); }
  Status trim(Seq through) override { return log_->trim(through); }

  Status append(const events::Group& group) override {
    if (poisoned_) {
      return failed();
    }
    const Failure how = std::exchange(next_, Failure::kNone);
    if (how == Failure::kNone) {
      return log_->append(group);
    }
    poisoned_ = true;
    if (how == Failure::kKept) {
      kept_ = group;
    }
    return failed();
  }

  // The next append fails like that, and all after it until reopen(). Not while appends are under
  // way.
  void fail_next(Failure how) { next_ = how; }
  bool poisoned() const { return poisoned_; }
  void reopen() {
    poisoned_ = false;
    next_ = Failure::kNone;
    if (const auto kept = std::exchange(kept_, std::nullopt)) {
      DAYBOOK_CHECK(log_->append(*kept).has_value(), "the log in memory takes what comes next");
    }
  }
  // The same with nothing in the tail, and up to `through` only. Nobody reads it meanwhile.
  void reopen(std::size_t tail_bytes, Seq through) {
    reopen();
    log_ = std::make_unique<log::MemoryLog>(*log_, through, tail_bytes);
  }

 private:
  static Status failed() { return fail(Code::kIo, "EIO", "the device failed"); }

  std::unique_ptr<log::MemoryLog> log_ = std::make_unique<log::MemoryLog>();
  Failure next_ = Failure::kNone;
  std::optional<events::Group> kept_;
  std::atomic<bool> poisoned_{false};
};

}  // namespace daybook::scenarios
