// What may be done once at a time for each job, and is being done.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "base/ids.h"

namespace daybook::api {

// Any thread. Held by a shared pointer.
class UnderWay : public std::enable_shared_from_this<UnderWay> {
 public:
  // Is over with end(), or with its own end; one that was not begun holds nobody up.
  class Turn {
   public:
    Turn() = default;
    Turn(std::shared_ptr<UnderWay> all, JobId job) : all_(std::move(all)), job_(job) {}
    ~Turn() { end(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    void end() {
      if (const auto all = std::exchange(all_, nullptr)) {
        const std::lock_guard lock(all->mutex_);
        all->jobs_.erase(job_);
      }
    }

   private:
    std::shared_ptr<UnderWay> all_;
    JobId job_;
  };

  // Null: it is under way already.
  std::shared_ptr<Turn> begin(JobId job) {
    const std::lock_guard lock(mutex_);
    const bool begun = jobs_.insert(job).second;
    return begun ? std::make_shared<Turn>(shared_from_this(), job) : nullptr;
  }

 private:
  std::mutex mutex_;
  std::set<JobId> jobs_;
};

}  // namespace daybook::api
