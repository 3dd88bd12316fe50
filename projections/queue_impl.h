// How the queue is held. Private to projections/queue*.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "projections/queue.h"
#include "projections/queue_definitions.h"
#include "projections/queue_far.h"
#include "projections/queue_heap.h"
#include "projections/queue_jobs.h"

namespace daybook::projections {

struct Queue::Impl {
  QueueJobs jobs;
  QueueDefinitions definitions{jobs};
  QueueHeap<ByDue> waiting;  // for the wall clock
  QueueHeap<ByDue> delayed;  // for the running clock
  QueueCounts totals;        // ready counts offered jobs too
  events::ClockOffsets offsets;
  // The latest seen, in an event or a question: running time, and wall time by the offsets as they
  // stand.
  Micros now;
  Micros wall;
  std::array<bool, QueueDefinitions::kLines> refused{};  // by the last take()
  std::size_t passed_over = 0;  // offers in a row that went past who has waited longest

  // Jobs for the wall clock that are not in `jobs`: none of them before the horizon, and none in
  // `waiting` behind it.
  std::unique_ptr<QueueRunFiles> files;
  std::unique_ptr<QueueFar> far;  // null: all are in memory
  std::size_t near_max = 0;
  Micros horizon{};

  void see(Micros logical);
  void advance(Micros logical);
  void wake(QueueHeap<ByDue>& heap, Micros until);
  QueueHeap<ByDue>& heap_of(std::uint32_t slot) { return jobs[slot].delayed ? delayed : waiting; }
  void take_out(std::uint32_t slot);
  void put_ready(std::uint32_t slot);
  void make_ready(std::uint32_t slot);
  void put_pending(std::uint32_t slot);
  void put_waiting(std::uint32_t slot);
  void keep_due(Micros before, Duration by);
  void put_running(std::uint32_t slot);
  void add(const QueueJob& job, bool running);
  bool add_far(const QueueJob& job);
  void send_far();
  void bring_near(std::size_t jobs);
  void bring_due(Micros until);
  std::uint32_t find(JobId job);
  void end(JobId job, std::string_view definition, bool was_running);
  std::uint32_t choose(std::span<const Line* const> lines);
  Offer offer(std::uint32_t index);

  void on(const events::ClockStepped& e, Micros logical);
  void on(const events::JobCreated& e);
  void on(const events::JobStarted& e);
  void on(const events::JobRetryScheduled& e);
};

}  // namespace daybook::projections
