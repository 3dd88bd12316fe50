// Where a job of the queue stands, and what events and the clock make of that.
#include <algorithm>
#include <utility>

#include "projections/queue_impl.h"

namespace daybook::projections {
// Removes the job from where it stands and from the counts, but not from the table.
void Queue::Impl::take_out(std::uint32_t slot) {
  const QueueJob& job = jobs[slot];
  QueueDefinition& d = definitions[job.definition];
  switch (job.place) {
    case QueuePlace::kWaiting:
      heap_of(slot).erase(jobs, slot);
      --d.waiting;
      --totals.waiting;
      break;
    case QueuePlace::kReady:
      d.ready.erase(jobs, slot);
      --totals.ready;
      break;
    case QueuePlace::kOffered:
      --d.offered;
      --totals.ready;
      break;
    case QueuePlace::kRunning:
      --d.running;
      --totals.running;
      break;
  }
}

void Queue::Impl::put_ready(std::uint32_t slot) {
  jobs[slot].place = QueuePlace::kReady;
  definitions[jobs[slot].definition].ready.push(jobs, slot);
  ++totals.ready;
}

void Queue::Impl::make_ready(std::uint32_t slot) {
  QueueJob& job = jobs[slot];
  if (job.delayed) {
    // Ready jobs are compared as people see them.
    job.run_at = offsets.wall(offsets.at_running(job.run_at));
  }
  put_ready(slot);
}

void Queue::Impl::put_pending(std::uint32_t slot) {
  if (jobs[slot].run_at <= (jobs[slot].delayed ? now : wall)) {
    make_ready(slot);
  } else {
    put_waiting(slot);
  }
}

void Queue::Impl::put_waiting(std::uint32_t slot) {
  jobs[slot].place = QueuePlace::kWaiting;
  heap_of(slot).push(jobs, slot);
  ++definitions[jobs[slot].definition].waiting;
  ++totals.waiting;
}

void Queue::Impl::put_running(std::uint32_t slot) {
  jobs[slot].place = QueuePlace::kRunning;
  ++definitions[jobs[slot].definition].running;
  ++totals.running;
}

void Queue::Impl::add(const QueueJob& job, bool running) {
  if (!running && add_far(job)) {
    return;
  }
  const std::uint32_t slot = jobs.insert(job);
  if (running) {
    put_running(slot);
  } else {
    put_pending(slot);
  }
  definitions.settle(job.definition, now);
  if (far && waiting.size() > near_max) {
    send_far();
  }
}

// Whether the job went to the far ones.
bool Queue::Impl::add_far(const QueueJob& job) {
  if (!far || far->size() == 0 || job.delayed || job.run_at <= std::max(wall, horizon)) {
    return false;
  }
  far->add({job.run_at, job.job, job.definition, job.priority});
  ++definitions[job.definition].waiting;
  ++totals.waiting;
  return true;
}

// The farther half of what waits in memory goes to disk.
void Queue::Impl::send_far() {
  std::vector<std::uint32_t> slots = waiting.release();
  const auto middle = slots.begin() + static_cast<std::ptrdiff_t>(slots.size() / 2);
  std::nth_element(slots.begin(), middle, slots.end(), [this](std::uint32_t a, std::uint32_t b) {
    return ByDue::before(jobs[a], jobs[b]);
  });
  std::vector<FarJob> gone;
  gone.reserve(static_cast<std::size_t>(slots.end() - middle));
  for (auto slot = middle; slot != slots.end(); ++slot) {
    const QueueJob& job = jobs[*slot];
    gone.push_back({job.run_at, job.job, job.definition, job.priority});
    jobs.erase(*slot);
  }
  for (auto slot = slots.begin(); slot != middle; ++slot) {
    waiting.push(jobs, *slot);
  }
  far->add_run(std::move(gone));
  horizon = *far->nearest();
}

// They wait in memory from now on.
void Queue::Impl::bring_near(std::size_t most) {
  std::vector<FarJob> near;
  far->take(most, near);
  for (const FarJob& job : near) {
    const std::uint32_t slot = jobs.insert(
        {job.job, job.run_at, job.definition, 0, job.priority, QueuePlace::kWaiting, false});
    waiting.push(jobs, slot);  // as a waiting one it is counted already
  }
  horizon = far->nearest().value_or(horizon);
}

// All that is due by then is in memory, and half of what there is room for.
void Queue::Impl::bring_due(Micros until) {
  while (far && far->size() > 0 && !far->broken() &&
         (horizon <= until || waiting.size() < near_max / 4)) {
    bring_near(std::max<std::size_t>(near_max / 2, 1));
  }
}

// A job that an event speaks of may be far; one that is due is not.
std::uint32_t Queue::Impl::find(JobId job) {
  const std::uint32_t slot = jobs.find(job.key());
  if (slot != QueueJobs::kNone || !far || far->size() == 0) {
    return slot;
  }
  bring_due(wall);
  return jobs.find(job.key());
}

void Queue::Impl::see(Micros logical) {
  now = std::max(now, offsets.running(logical));
  wall = std::max(wall, offsets.wall(logical));
}

void Queue::Impl::wake(QueueHeap<ByDue>& heap, Micros until) {
  while (!heap.empty() && jobs[heap.top()].run_at <= until) {
    const std::uint32_t slot = heap.top();
    take_out(slot);
    make_ready(slot);
    definitions.settle(jobs[slot].definition, now);
  }
}

void Queue::Impl::advance(Micros logical) {
  see(logical);
  definitions.wake(now);
  bring_due(wall);
  wake(waiting, wall);
  wake(delayed, now);
}

void Queue::Impl::on(const events::ClockStepped& e, Micros logical) {
  const Micros before = offsets.wall(logical);
  if (e.kind == events::ClockStep::kBack) {
    bring_due(before);
    wake(waiting, before);
  }
  offsets = e.offsets;
  wall = offsets.wall(logical);
  now = std::max(now, offsets.running(logical));
  if (e.kind == events::ClockStep::kBack) {
    keep_due(before, Duration{before.value - wall.value});
  }
}

// What was due when the wall clock went back stays due. What became ready only since, for who asks
// runs ahead of the log, waits for its time again.
void Queue::Impl::keep_due(Micros before, Duration by) {
  std::vector<std::uint32_t> early;
  jobs.each([&](std::uint32_t slot) {
    QueueJob& job = jobs[slot];
    const bool due = job.place == QueuePlace::kReady || job.place == QueuePlace::kOffered;
    if (!due) {
      return;
    }
    if (job.delayed || job.run_at <= before) {
      job.delayed = true;
      job.run_at = events::moved(job.run_at, -by.value);  // all of them: their order stays
    } else if (job.place == QueuePlace::kReady) {
      early.push_back(slot);
    }
  });
  for (const std::uint32_t slot : early) {
    take_out(slot);
    put_waiting(slot);
    definitions.settle(jobs[slot].definition, now);
  }
}

void Queue::Impl::on(const events::JobCreated& e) {
  QueueJob job{e.job, e.run_at, definitions.get(e.definition), 0, e.priority, {}, e.delayed};
  if (e.delayed) {
    job.run_at = offsets.running(e.run_at);
  }
  add(job, false);
}

void Queue::Impl::on(const events::JobStarted& e) {
  const std::uint32_t slot = find(e.job);
  if (slot == QueueJobs::kNone) {
    return;
  }
  const std::uint32_t index = jobs[slot].definition;
  take_out(slot);
  put_running(slot);
  QueueDefinition& d = definitions[index];
  if (d.rate_count != 0) {
    d.starts.start(now, d.rate_count, d.rate_per);
  }
  definitions.settle(index, now);
}

// A running job that was seeded without its id is only a number: it comes back with its
// definition's priority.
void Queue::Impl::on(const events::JobRetryScheduled& e) {
  const std::uint32_t slot = jobs.find(e.job.key());
  if (slot != QueueJobs::kNone) {
    take_out(slot);
    jobs[slot].run_at = offsets.running(e.run_at);
    jobs[slot].delayed = true;
    put_pending(slot);
    definitions.settle(jobs[slot].definition, now);
    return;
  }
  const std::uint32_t index = definitions.get(e.definition);
  if (definitions[index].running > 0) {
    --definitions[index].running;
    --totals.running;
  }
  add({e.job, offsets.running(e.run_at), index, 0, definitions[index].priority, {}, true}, false);
}

void Queue::Impl::end(JobId job, std::string_view definition, bool was_running) {
  const std::uint32_t slot = find(job);
  if (slot != QueueJobs::kNone) {
    const std::uint32_t index = jobs[slot].definition;
    take_out(slot);
    jobs.erase(slot);
    definitions.settle(index, now);
    return;
  }
  const std::uint32_t index = definitions.find(definition);
  const bool is_far = !was_running && far && far->size() > 0;
  if (is_far && index != QueueJobs::kNone && definitions[index].waiting > 0) {
    far->remove(job.key());
    --definitions[index].waiting;
    --totals.waiting;
    definitions.settle(index, now);
  }
  if (was_running && index != QueueJobs::kNone && definitions[index].running > 0) {
    --definitions[index].running;
    --totals.running;
    definitions.settle(index, now);
  }
}

}  // namespace daybook::projections
