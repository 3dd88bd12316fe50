#include "projections/queue.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/limits/dispatch.h"
#include "projections/queue_impl.h"

namespace daybook::projections {
namespace {

constexpr auto kWorkerLine = static_cast<std::size_t>(events::Runtime::kWorker);

}  // namespace

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
    if (index != QueueJobs::kNone) {
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
  if (slot != QueueJobs::kNone && q.jobs[slot].place == QueuePlace::kOffered) {
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
  if (index == QueueJobs::kNone) {
    return {};
  }
  const QueueDefinition& d = impl_->definitions[index];
  return {d.waiting, d.ready.size() + d.offered, d.running};
}

Hold Queue::hold(std::string_view definition, Micros now) const {
  impl_->advance(now);
  const std::uint32_t index = impl_->definitions.find(definition);
  if (index == QueueJobs::kNone) {
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
  if (index == QueueJobs::kNone || !impl_->definitions[index].exists) {
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
  if (slot == QueueJobs::kNone) {
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
