// What may be done once at a time for each job, and is being done.
#pragma once

#include <memory>
#include <mutex>
#include <set>

#include "base/ids.h"

namespace daybook::api {

// Any thread. Held by a shared pointer.
class UnderWay : public std::enable_shared_from_this<UnderWay> {
 public:
  // It is under way until the last copy is gone; null: it is already.
  std::shared_ptr<void> begin(JobId job) {
    const std::lock_guard lock(mutex_);
    if (!jobs_.insert(job).second) {
      return nullptr;
    }
    return {this, [self = shared_from_this(), job](void*) { self->end(job); }};
  }

 private:
  void end(JobId job) {
    const std::lock_guard lock(mutex_);
    jobs_.erase(job);
  }

  std::mutex mutex_;
  std::set<JobId> jobs_;
};

}  // namespace daybook::api
