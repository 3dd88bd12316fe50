#include "projections/queue.h"

#include <algorithm>
#include <array>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/limits/dispatch.h"
#include "projections/queue_definitions.h"
#include "projections/queue_far.h"
#include "projections/queue_heap.h"
#include "projections/queue_jobs.h"

namespace daybook::projections {
namespace {

constexpr std::uint32_t kNone = QueueJobs::kNone;
constexpr auto kWorkerLine = static_cast<std::size_t>(events::Runtime::kWorker);

}  // namespace

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
  if (slot != kNone || !far || far->size() == 0) {
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
  if (slot == kNone) {
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
  if (slot != kNone) {
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
  if (slot != kNone) {
    const std::uint32_t index = jobs[slot].definition;
    take_out(slot);
    jobs.erase(slot);
    definitions.settle(index, now);
    return;
  }
  const std::uint32_t index = definitions.find(definition);
  const bool is_far = !was_running && far && far->size() > 0;
  if (is_far && index != kNone && definitions[index].waiting > 0) {
    far->remove(job.key());
    --definitions[index].waiting;
    --totals.waiting;
    definitions.settle(index, now);
  }
  if (was_running && index != kNone && definitions[index].running > 0) {
    --definitions[index].running;
    --totals.running;
    definitions.settle(index, now);
  }
}

// Which definition of these lines is served next; not all of them are empty. The highest priority,
// but once in a while who has waited longest: no stream of urgent jobs stops the others.
std::uint32_t Queue::Impl::choose(std::span<const Line* const> lines) {
  const Turn* first = nullptr;
  const Turn* longest = nullptr;
  for (const Line* line : lines) {
    if (line->empty()) {
      continue;
    }
    const Turn& waits = longest_waiting(*line);
    first = first == nullptr || *line->begin() < *first ? &*line->begin() : first;
    longest = longest == nullptr || waits.number < longest->number ? &waits : longest;
  }
  if (first->priority == longest->priority || ++passed_over >= kPassedOverMax) {
    passed_over = 0;
    return longest->definition;
  }
  return first->definition;
}

Queue::Offer Queue::Impl::offer(std::uint32_t index) {
  QueueDefinition& d = definitions[index];
  const std::uint32_t slot = d.ready.top();
  d.ready.erase(jobs, slot);
  jobs[slot].place = QueuePlace::kOffered;
  ++d.offered;
  definitions.settle(index, now);
  definitions.end_turn(index);
  return {jobs[slot].job, d.name, definitions.runtime(d)};
}

Queue::Queue() : impl_(std::make_unique<Impl>()) {}
Queue::~Queue() = default;

void Queue::apply(const events::Recorded& recorded) {
  Impl& q = *impl_;
  if (const auto* step = std::get_if<events::ClockStepped>(&recorded.event)) {
    q.on(*step, recorded.meta.time);
    return;
  }
  q.see(recorded.meta.time);
  std::visit(
      [&](const auto& e) {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, events::ComponentPut>) {
          q.definitions.set_component(e.component, e.runtime, q.now);
        } else if constexpr (std::is_same_v<E, events::ComponentDeleted>) {
          q.definitions.set_component(e.component, std::nullopt, q.now);
        } else if constexpr (std::is_same_v<E, events::DefinitionPut>) {
          q.definitions.put(e, q.now);
        } else if constexpr (std::is_same_v<E, events::DefinitionDeleted>) {
          q.definitions.remove(e.definition, q.now);
        } else if constexpr (std::is_same_v<E, events::JobCreated> ||
                             std::is_same_v<E, events::JobStarted> ||
                             std::is_same_v<E, events::JobRetryScheduled>) {
          q.on(e);
        } else if constexpr (std::is_same_v<E, events::JobCompleted> ||
                             std::is_same_v<E, events::JobFailed> ||
                             std::is_same_v<E, events::JobCancelled>) {
          q.end(e.job, e.definition, e.end.attempt.value > 0);
        }
      },
      recorded.event);
}

void Queue::set_share(events::Runtime runtime, std::uint32_t jobs) {
  impl_->definitions.set_share(runtime, jobs);
}

void Queue::keep_far(std::unique_ptr<QueueRunFiles> files, std::size_t memory_bytes) {
  Impl& q = *impl_;
  q.files = std::move(files);
  // An eighth for those that wait for a run of their own; some for pieces of runs, and for vectors
  // that grow.
  q.far = std::make_unique<QueueFar>(*q.files, memory_bytes / 8 / sizeof(FarJob));
  q.near_max = memory_bytes / 8 * 5 / kQueueJobBytes;
}

std::optional<Error> Queue::far_fault() const {
  return impl_->far ? impl_->far->fault() : std::nullopt;
}

std::optional<Error> Queue::far_broken() const {
  return impl_->far ? impl_->far->broken() : std::nullopt;
}

Queue::FarCounts Queue::far_counts() const {
  return impl_->far ? FarCounts{impl_->far->size(), impl_->far->runs()} : FarCounts{};
}

void Queue::seed_room(std::size_t jobs) {
  impl_->jobs.reserve(impl_->far ? std::min(jobs, impl_->near_max) : jobs);
}

void Queue::seed_clocks(const events::ClockOffsets& offsets) {
  impl_->offsets = offsets;
}

void Queue::seed_component(std::string_view id, events::Runtime runtime) {
  impl_->definitions.set_component(id, runtime, impl_->now);
}

void Queue::seed_definition(const events::DefinitionPut& definition, const RateWindow& starts) {
  const std::uint32_t index = impl_->definitions.get(definition.definition);
  impl_->definitions[index].starts = starts;
  impl_->definitions.put(definition, impl_->now);
}

void Queue::seed_pending(const PendingJob& job) {
  const std::uint32_t index = impl_->definitions.get(job.definition);
  const Micros run_at = job.delayed ? impl_->offsets.running(job.run_at) : job.run_at;
  impl_->add({job.job, run_at, index, 0, job.priority, {}, job.delayed}, false);
}

void Queue::seed_running(std::string_view definition) {
  const std::uint32_t index = impl_->definitions.get(definition);
  ++impl_->definitions[index].running;
  ++impl_->totals.running;
  impl_->definitions.settle(index, impl_->now);
}

void Queue::seed_running(const PendingJob& job) {
  const std::uint32_t index = impl_->definitions.get(job.definition);
  impl_->add({job.job, job.run_at, index, 0, job.priority, {}, false}, true);
}

std::vector<Queue::Offer> Queue::take(Micros now, std::size_t max,
                                      const std::function<bool(Runs)>& accepts) {
  Impl& q = *impl_;
  q.advance(now);
  q.refused = {};
  std::vector<Offer> out;
  while (out.size() < max) {
    std::vector<const Line*> open;
    for (std::size_t line = 0; line < QueueDefinitions::kLines; ++line) {
      if (line != kWorkerLine && !q.refused[line] && !q.definitions.line(line).empty()) {
        open.push_back(&q.definitions.line(line));
      }
    }
    if (open.empty()) {
      break;
    }
    const std::uint32_t chosen = q.choose(open);
    const std::uint8_t line = q.definitions[chosen].line;
    if (!accepts(line == 0 ? Runs() : Runs(static_cast<events::Runtime>(line)))) {
      q.refused[line] = true;
      continue;
    }
    out.push_back(q.offer(chosen));
  }
  return out;
}

std::vector<Queue::Offer> Queue::take_for_worker(Micros now, std::size_t max,
                                                 const std::vector<std::string>& definitions) {
  Impl& q = *impl_;
  q.advance(now);
  Line line;
  const auto stand = [&](std::uint32_t index) {
    const QueueDefinition& d = q.definitions[index];
    if (d.place == LinePlace::kLine && d.line == kWorkerLine) {
      line.insert(d.turn);
    }
  };
  for (const std::string& name : definitions) {
    const std::uint32_t index = q.definitions.find(name);
    if (index != kNone) {
      stand(index);
    }
  }
  std::vector<Offer> out;
  while (out.size() < max && !line.empty()) {
    const Line* const lines[] = {&line};
    const std::uint32_t index = q.choose(lines);
    line.erase(q.definitions[index].turn);
    out.push_back(q.offer(index));
    stand(index);
  }
  return out;
}

void Queue::give_back(JobId job) {
  Impl& q = *impl_;
  const std::uint32_t slot = q.jobs.find(job.key());
  if (slot != kNone && q.jobs[slot].place == QueuePlace::kOffered) {
    q.take_out(slot);
    if (q.jobs[slot].delayed || q.jobs[slot].run_at <= q.wall) {
      q.put_ready(slot);
    } else {
      q.put_waiting(slot);  // the wall clock was set back since it was offered
    }
    q.definitions.settle(q.jobs[slot].definition, q.now);
  }
}

std::optional<Micros> Queue::next_due() const {
  std::optional<Micros> out = impl_->definitions.next_wake();
  if (!impl_->delayed.empty()) {
    const Micros due = impl_->jobs[impl_->delayed.top()].run_at;
    out = out ? std::min(*out, due) : due;
  }
  if (out) {
    out = impl_->offsets.at_running(*out);
  }
  const auto wait_for = [&](Micros run_at) {
    const Micros due = impl_->offsets.at_wall(run_at);
    out = out ? std::min(*out, due) : due;
  };
  if (!impl_->waiting.empty()) {
    wait_for(impl_->jobs[impl_->waiting.top()].run_at);
  } else if (impl_->far && impl_->far->size() > 0) {
    wait_for(impl_->horizon);
  }
  return out;
}

QueueCounts Queue::counts(Micros now) const {
  impl_->advance(now);
  return impl_->totals;
}

QueueCounts Queue::counts(std::string_view definition, Micros now) const {
  impl_->advance(now);
  const std::uint32_t index = impl_->definitions.find(definition);
  if (index == kNone) {
    return {};
  }
  const QueueDefinition& d = impl_->definitions[index];
  return {d.waiting, d.ready.size() + d.offered, d.running};
}

Hold Queue::hold(std::string_view definition, Micros now) const {
  impl_->advance(now);
  const std::uint32_t index = impl_->definitions.find(definition);
  if (index == kNone) {
    return Hold::kNone;
  }
  const QueueDefinition& d = impl_->definitions[index];
  if (d.paused) {
    return Hold::kPaused;
  }
  if (impl_->definitions.is_full(d)) {
    return Hold::kConcurrency;
  }
  if (d.rate_is_used_up(impl_->now)) {
    return Hold::kRate;
  }
  const bool short_of_room =
      d.place == LinePlace::kLine && (d.line == kWorkerLine || impl_->refused[d.line]);
  return short_of_room ? Hold::kCapacity : Hold::kNone;
}

Queue::ForWorkers Queue::for_workers(std::string_view definition) const {
  const std::uint32_t index = impl_->definitions.find(definition);
  if (index == kNone || !impl_->definitions[index].exists) {
    return ForWorkers::kNoDefinition;
  }
  const auto runtime = impl_->definitions.runtime(impl_->definitions[index]);
  if (!runtime) {
    return ForWorkers::kNoComponent;
  }
  return *runtime == events::Runtime::kWorker ? ForWorkers::kYes : ForWorkers::kOtherRuntime;
}

std::optional<std::uint64_t> Queue::ahead(JobId job, Micros now) const {
  impl_->advance(now);
  const std::uint32_t slot = impl_->jobs.find(job.key());
  if (slot == kNone) {
    return std::nullopt;
  }
  const QueueJob& row = impl_->jobs[slot];
  if (row.place == QueuePlace::kOffered) {
    return 0;
  }
  if (row.place != QueuePlace::kReady) {
    return std::nullopt;
  }
  const QueueDefinition& d = impl_->definitions[row.definition];
  return d.offered + d.ready.count_before(impl_->jobs, slot);
}

std::size_t Queue::memory_bytes() const {
  return impl_->jobs.memory_bytes() + impl_->waiting.memory_bytes() +
         impl_->delayed.memory_bytes() + impl_->definitions.memory_bytes() +
         (impl_->far ? impl_->far->memory_bytes() : 0);
}

}  // namespace daybook::projections
