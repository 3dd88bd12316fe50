// The log as the running server reads it: whoever meets a record that cannot be read, or a device
// that fails, everybody is told, for what is acknowledged behind such a place might never be opened
// again. A place that was trimmed is no fault, and who appends tells what comes of that himself.
#pragma once

#include <memory>

#include "base/supervisor.h"
#include "log/log.h"

namespace daybook::log {

class WatchedLog final : public Log {
 public:
  // `supervisor` outlives the log.
  WatchedLog(std::unique_ptr<Log> inner, Supervisor& supervisor);

  Seq first() const override { return inner_->first(); }
  Seq last() const override { return inner_->last(); }
  Hash last_chain() const override { return inner_->last_chain(); }
  const Watermark& durable() const override { return inner_->durable(); }
  const Tail& tail() const override { return inner_->tail(); }
  Status append(const events::Group& group) override { return inner_->append(group); }
  Result<std::unique_ptr<Cursor>> read(Seq from) override;
  Status trim(Seq through) override { return inner_->trim(through); }

 private:
  class WatchedCursor;

  const std::unique_ptr<Log> inner_;
  Supervisor& supervisor_;
};

}  // namespace daybook::log
