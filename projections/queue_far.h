// The far part of the queue: jobs that wait for a wall time a long way ahead, in sorted runs on
// disk. They come back in the order of their times.
//
//   add() → landing, unsorted, in memory ── full ──▶ a run, sorted by (run_at, id)
//   take() ◀── the nearest of all runs and of the landing
//
// What a run holds in memory is a piece of it that is being read. A run that cannot be written
// stays in memory as it is, and fault() says why; one that cannot be read loses jobs: broken() says
// why, and whoever owns the queue has to make it anew. Private to the queue; one owner.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "projections/queue_run.h"

namespace daybook::projections {

struct FarJob {
  Micros run_at;
  JobId job;
  std::uint32_t definition = 0;
  std::int32_t priority = 0;

  bool operator<(const FarJob& other) const {
    return run_at != other.run_at ? run_at < other.run_at : job.key() < other.job.key();
  }
};

class QueueFar {
 public:
  // landing: jobs that wait in memory for a run of their own. `files` outlives it.
  QueueFar(QueueRunFiles& files, std::size_t landing);
  ~QueueFar();
  QueueFar(const QueueFar&) = delete;
  QueueFar& operator=(const QueueFar&) = delete;

  void add(const FarJob& job);
  // A run of its own, in any order.
  void add_run(std::vector<FarJob> jobs);
  // The job, which is among them, will not come back. It is not counted any more.
  void remove(Seq job);
  // Appends the nearest, at most `max` of them, in their order.
  void take(std::size_t max, std::vector<FarJob>& out);

  std::uint64_t size() const { return size_; }
  // No job is nearer. Nothing when there are none; of jobs that were removed it may speak too.
  std::optional<Micros> nearest() const;
  std::size_t runs() const { return runs_.size(); }
  const std::optional<Error>& fault() const { return fault_; }
  const std::optional<Error>& broken() const { return broken_; }
  std::size_t memory_bytes() const;

 private:
  struct Run;
  void land();
  void pass();
  bool forget(Seq job);
  void clear();

  QueueRunFiles& files_;
  const std::size_t landing_max_;
  std::vector<FarJob> landing_;
  Micros landing_nearest_;
  std::vector<std::unique_ptr<Run>> runs_;  // a heap, the nearest in front
  // Numbers of those that were removed and are still in a run: 64 to a word.
  std::unordered_map<std::uint64_t, std::uint64_t> removed_;
  std::uint64_t size_ = 0;
  std::optional<Error> fault_;
  std::optional<Error> broken_;
};

}  // namespace daybook::projections
