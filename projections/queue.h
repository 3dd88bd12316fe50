// The pending queue: which job should start next. Folded in memory from the log; the dispatcher
// consumes it.
//
// A job is *waiting* until its run_at, then *ready*: a time that was given is read on the wall
// clock, a delay counts in running time (ClockOffsets), and what was due once stays due. Ready jobs
// of one definition go out by priority (higher first), then run_at, then creation. Of the
// definitions that have a ready job and are not held (paused, concurrency or rate limit reached, no
// capacity for their runtime) the one whose next job has the highest priority is served; equals go
// round, so a definition with a million ready jobs delays one with a single job by at most one
// round; and one start in kPassedOverMax goes to who has waited longest, whatever its priority.
// take() only proposes: the job stays *offered* until JobStarted, JobFailed or JobCancelled is
// folded, or until give_back(). Pure: no clock, no threads; one owner.
//
// Jobs that wait for a wall time may be more than memory holds: with keep_far() the farthest stand
// in sorted runs on disk (queue_far.h) and come back as their time comes near. They are in all
// counts, and nothing else tells them from the others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/rate_window.h"
#include "base/result.h"
#include "events/types.h"
#include "projections/queue_run.h"

namespace daybook::projections {

struct QueueCounts {
  std::uint64_t waiting = 0;  // pending, not yet due
  std::uint64_t ready = 0;    // pending and due
  std::uint64_t running = 0;
};

// Why a definition's ready jobs do not start.
enum class Hold : std::uint8_t { kNone, kPaused, kConcurrency, kRate, kCapacity };

class Queue {
 public:
  Queue();
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // Folds one event; events must come in log order.
  void apply(const events::Recorded& recorded);

  // How many jobs of one definition may run at once in a runtime, when the definition names no
  // concurrency of its own: one whose programs hang leaves room for the others then. Before all
  // else.
  void set_share(events::Runtime runtime, std::uint32_t jobs);

  // From now on about so much memory is used for jobs that wait for a wall time; the others go to
  // `files`. Before all else.
  void keep_far(std::unique_ptr<QueueRunFiles> files, std::size_t memory_bytes);
  // Why runs could not be written: memory is not bounded any more.
  std::optional<Error> far_fault() const;
  // Why one could not be read: jobs are lost, and the queue must be made anew.
  std::optional<Error> far_broken() const;
  // Jobs on disk, and in how many runs.
  struct FarCounts {
    std::uint64_t jobs = 0;
    std::size_t runs = 0;
  };
  FarCounts far_counts() const;

  // --- seeding from a snapshot of the decision state, before the first apply() ---
  struct PendingJob {
    JobId job;
    std::string_view definition;
    Micros run_at;  // as in JobView
    std::int32_t priority = 0;
    bool delayed = false;
  };
  void seed_clocks(const events::ClockOffsets& offsets);  // first of all
  void seed_room(std::size_t jobs);                       // how many will come; a hint
  void seed_component(std::string_view id, events::Runtime runtime);
  // starts: in running time.
  void seed_definition(const events::DefinitionPut& definition, const RateWindow& starts);
  void seed_pending(const PendingJob& job);
  void seed_running(std::string_view definition);
  // The same for a known job: a retry then keeps its priority (else it gets its definition's).
  void seed_running(const PendingJob& job);

  struct Offer {
    JobId job;
    std::string_view definition;             // valid until the next apply()
    std::optional<events::Runtime> runtime;  // absent when the definition or its component is gone
  };
  // Moves what is due at `now` to ready, then offers up to `max` jobs. `accepts` says whether there
  // is room for one more job of that runtime, or for one without (starting it makes it fail with
  // the reason). Jobs of runtime worker are never offered here: see take_for_worker.
  using Runs = std::optional<events::Runtime>;
  std::vector<Offer> take(Micros now, std::size_t max, const std::function<bool(Runs)>& accepts);
  // The same for workers: only definitions in `definitions`, fair between them.
  std::vector<Offer> take_for_worker(Micros now, std::size_t max,
                                     const std::vector<std::string>& definitions);
  // The offer was refused: the job is ready again, or waits when it is not due after all.
  void give_back(JobId job);

  // When the next thing can happen that take() would notice: the earliest run_at of a waiting job
  // or the end of a rate window that holds ready jobs; nothing when only an event can change the
  // answer.
  std::optional<Micros> next_due() const;

  QueueCounts counts(Micros now) const;
  QueueCounts counts(std::string_view definition, Micros now) const;
  Hold hold(std::string_view definition, Micros now) const;
  // Whether workers may ask for jobs of this definition.
  enum class ForWorkers : std::uint8_t { kYes, kNoDefinition, kNoComponent, kOtherRuntime };
  ForWorkers for_workers(std::string_view definition) const;
  // Ready jobs that would start before this one: of its own definition. Nothing when it is not
  // ready.
  std::optional<std::uint64_t> ahead(JobId job, Micros now) const;
  // Heap bytes held, for the memory bar.
  std::size_t memory_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::projections
