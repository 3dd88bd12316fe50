// One thread that waits for the log to grow, on behalf of all live streams.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "log/log.h"

namespace daybook::api {

class LogWatcher {
 public:
  // grown: the log has passed the position; else the deadline has come.
  using Wake = std::function<void(bool grown)>;

  LogWatcher(const log::Log& log, const Clock& clock);
  // kUnavailable "NO_THREAD". Before when_past().
  Status start();
  ~LogWatcher();
  LogWatcher(const LogWatcher&) = delete;
  LogWatcher& operator=(const LogWatcher&) = delete;

  // Calls `wake` once, from the watching thread (or at once from the caller's, when the log is past
  // `position` already), when last() > position or the steady clock reaches `deadline`. `wake` must
  // not block. What still waits at stop() is dropped.
  void when_past(Seq position, Micros deadline, Wake wake);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::api
