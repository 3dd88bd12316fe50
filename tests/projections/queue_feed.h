// Feeds a queue with events as a log would hold them: numbers and times them, keeps their texts
// alive.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "projections/queue.h"

namespace daybook::projections {

inline constexpr Micros kStart{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z

class QueueFeed {
 public:
  Queue queue;
  Micros now = kStart;
  std::uint64_t seq = 0;

  void put(const events::Event& event) {
    events::Recorded recorded{};
    recorded.meta.seq = Seq{++seq};
    recorded.meta.time = now;
    recorded.meta.actor = "system";
    recorded.event = event;
    queue.apply(recorded);
  }

  void component(std::string_view id, events::Runtime runtime = events::Runtime::kExec) {
    events::ComponentPut e;
    e.component = id;
    e.runtime = runtime;
    put(e);
  }

  events::DefinitionPut definition(std::string_view id, std::string_view component = "c") {
    events::DefinitionPut e;
    e.definition = keep(id);
    e.component = keep(component);
    put(e);
    return e;
  }

  JobId create(std::string_view definition, Micros run_at, std::int32_t priority = 0) {
    events::JobCreated e;
    e.job = JobId::make(now, 0, Seq{seq + 1});
    e.definition = definition;
    e.run_at = run_at;
    e.priority = priority;
    put(e);
    return e.job;
  }

  void start(JobId job, std::string_view definition, std::uint32_t attempt = 1) {
    events::JobStarted e;
    e.job = job;
    e.attempt = Attempt{attempt};
    e.definition = definition;
    put(e);
  }

  void complete(JobId job, std::string_view definition) {
    events::JobCompleted e;
    e.job = job;
    e.definition = definition;
    e.end.attempt = Attempt{1};
    put(e);
  }

  void retry(JobId job, std::string_view definition, Micros run_at) {
    events::JobRetryScheduled e;
    e.job = job;
    e.definition = definition;
    e.end.attempt = Attempt{1};
    e.run_at = run_at;
    put(e);
  }

  // attempt 0: it was pending.
  void fail(JobId job, std::string_view definition, std::uint32_t attempt) {
    events::JobFailed e;
    e.job = job;
    e.definition = definition;
    e.end.attempt = Attempt{attempt};
    put(e);
  }

  void cancel(JobId job, std::string_view definition, std::uint32_t attempt) {
    events::JobCancelled e;
    e.job = job;
    e.definition = definition;
    e.end.attempt = Attempt{attempt};
    put(e);
  }

  std::vector<Queue::Offer> take(std::size_t max = 1000) {
    return queue.take(now, max, [](auto) { return true; });
  }

  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }

 private:
  std::deque<std::string> texts_;
};

}  // namespace daybook::projections
