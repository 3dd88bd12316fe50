// What the sequencer counts for its metrics. Private to scheduler/. Written by its threads, read by
// any; each number for itself.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "scheduler/logical_time.h"
#include "scheduler/sequencer.h"
#include "scheduler/state.h"
#include "scheduler/waiters.h"

namespace daybook::scheduler {

struct SequencerCounters {
  std::atomic<std::uint64_t> commands{0}, refused{0}, events{0}, bytes{0}, groups{0};
  std::atomic<std::uint64_t> sync_us_last{0}, sync_us_total{0};
  std::array<std::atomic<std::uint64_t>, 5> clock_steps{};  // by kind
  std::atomic<std::uint64_t> keys_refused{0}, snapshot{0};
  // As count() found them.
  std::atomic<std::uint64_t> clock_held{0};
  std::atomic<std::int64_t> clock_ahead_us{0};
  std::atomic<std::uint64_t> pending_jobs{0}, running_jobs{0}, keys{0}, key_bytes{0};
  std::atomic<std::uint64_t> waiters{0}, waiters_started{0};

  void count(const State& state, const LogicalTime& time, const Waiters& all) {
    waiters.store(all.size(), std::memory_order_relaxed);
    waiters_started.store(all.started(), std::memory_order_relaxed);
    pending_jobs.store(state.pending_count(), std::memory_order_relaxed);
    running_jobs.store(state.running_count(), std::memory_order_relaxed);
    keys.store(state.key_count(), std::memory_order_relaxed);
    key_bytes.store(state.key_bytes(), std::memory_order_relaxed);
    clock_held.store(time.held(), std::memory_order_relaxed);
    clock_ahead_us.store(state.offsets().ahead.value, std::memory_order_relaxed);
  }

  // All but what is no count.
  SequencerMetrics metrics() const {
    const auto steps = [&](events::ClockStep kind) {
      return clock_steps[static_cast<std::size_t>(kind)].load();
    };
    SequencerMetrics out;
    out.commands = commands;
    out.refused = refused;
    out.events = events;
    out.bytes = bytes;
    out.groups = groups;
    out.sync_us_last = sync_us_last;
    out.sync_us_total = sync_us_total;
    out.clock_back = steps(events::ClockStep::kBack);
    out.clock_forward = steps(events::ClockStep::kForward);
    out.clock_away = steps(events::ClockStep::kAway);
    out.clock_slews = steps(events::ClockStep::kSlew);
    out.clock_held = clock_held;
    out.clock_ahead_us = clock_ahead_us;
    out.pending_jobs = pending_jobs;
    out.running_jobs = running_jobs;
    out.keys = keys;
    out.key_bytes = key_bytes;
    out.keys_refused = keys_refused;
    out.snapshot = Seq{snapshot};
    out.waiters = waiters;
    out.waiters_started = waiters_started;
    return out;
  }
};

}  // namespace daybook::scheduler
