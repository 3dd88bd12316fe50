// The job list: a row for each job that is in it, and the lists that its queries walk
// (position_sets.h). Keys: job_keys.h.
//
// Rows touched since the last write, and live ones as long as they fit, stay in memory: a job that
// is created, started and completed within one fold batch costs one row and a place in each list.
// Private to projections/; one thread.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "projections/job_counts.h"
#include "projections/job_entry.h"
#include "projections/position_sets.h"
#include "projections/projection.h"

namespace daybook::projections {

class JobList final : public Projection {
 public:
  // cache_bytes: rows kept in memory after they were written.
  explicit JobList(std::size_t cache_bytes) : cache_bytes_max_(cache_bytes) {}

  std::string_view name() const override { return "jobs"; }
  std::uint32_t version() const override { return 5; }
  Status load(const Reader& store) override;
  Status apply(const events::Recorded& recorded) override;
  std::size_t unwritten_bytes() const override {
    return changed_bytes_ + tallies_.unwritten_bytes();
  }
  Status prepare() override;
  void write(Batch& batch) override;
  void written() override;

 private:
  Result<JobEntry*> find(JobId job);
  // Marks the job as changed by event `seq`; the change has been made.
  void touch(JobEntry& entry, Seq seq);
  Status set_status(JobEntry& entry, JobStatus status);
  Status count(const JobEntry& entry, int by);
  void move(const JobEntry& entry);
  void write_parent(Batch& batch, const JobEntry& entry);
  void evict();

  Status on(const events::JobCreated& e, const events::Meta& meta);
  Status on(const events::JobStarted& e, const events::Meta& meta);
  Status on(const events::JobCompleted& e, const events::Meta& meta);
  Status on(const events::JobFailed& e, const events::Meta& meta);
  Status on(const events::JobRetryScheduled& e, const events::Meta& meta);
  Status on(const events::JobCancelRequested& e, const events::Meta& meta);
  Status on(const events::JobCancelled& e, const events::Meta& meta);
  Status on(const events::LeaseExtended& e, const events::Meta& meta);
  Status on(const events::LeaseExpired& e, const events::Meta& meta);
  Status on(const events::JobRemoved& e, const events::Meta& meta);
  Result<JobEntry*> end(JobId job, JobStatus status, const events::Meta& meta);
  void forget(JobEntry& entry);

  const std::size_t cache_bytes_max_;
  const Reader* store_ = nullptr;
  JobTallies tallies_;
  PositionSets lists_;
  std::unordered_map<std::uint64_t, JobEntry> entries_;
  std::vector<JobEntry*> changed_;
  std::size_t changed_bytes_ = 0;   // of changed_, and of what will be written of it
  std::deque<std::uint64_t> line_;  // live entries, the oldest first; also keys that are gone
  std::size_t cache_bytes_ = 0;     // of entries in line
  std::string row_;
};

}  // namespace daybook::projections
