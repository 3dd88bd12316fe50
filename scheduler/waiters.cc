#include "scheduler/waiters.h"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

namespace daybook::scheduler {
namespace {

// Whether jobs of it start without regard to what else runs: only then may one be started that the
// queue has not seen.
bool starts_at_once(const State& state, const Definition& definition) {
  const PutDefinition& settings = definition.settings;
  if (definition.deleted || settings.paused || settings.concurrency > 0 ||
      settings.rate_count > 0) {
    return false;
  }
  const auto component = state.find_component(settings.component);
  return component && component->runtime == events::Runtime::kWorker;
}

}  // namespace

void Waiters::add(Waiter&& waiter) {
  const std::uint64_t number = waiter.number;
  Served served;
  for (std::string& definition : waiter.definitions) {
    const auto line = lines_.try_emplace(std::move(definition)).first;
    line->second.insert(number);
    served.lines.push_back(line);
  }
  waiter.definitions = {};
  served.waiter = std::move(waiter);
  waiters_.emplace(number, std::move(served));
}

bool Waiters::take_back(std::uint64_t number) {
  std::vector<Over> unused;
  const bool found = waiters_.contains(number);
  if (found) {
    end(number, unused);
  }
  return found;
}

void Waiters::note(const State& state, const events::Event& event, Seq seq) {
  std::visit(
      [&](const auto& one) {
        using E = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<E, events::JobCreated>) {
          note_ready(one.job, one.definition, seq);
        } else if constexpr (std::is_same_v<E, events::JobRetryScheduled>) {
          if (!state.find_definition(one.definition)->deleted) {
            note_ready(one.job, one.definition, seq);
          }
        } else if constexpr (std::is_same_v<E, events::DefinitionPut>) {
          pass_over(one.definition, seq);  // what it held back may go now
        } else if constexpr (std::is_same_v<E, events::DefinitionDeleted>) {
          passed_over_.erase(std::string(one.definition));
        }
      },
      event);
}

void Waiters::note_ready(JobId job, std::string_view definition, Seq since) {
  if (lines_.contains(definition)) {
    ready_.push_back({job, std::string(definition), since});
  } else {
    pass_over(definition, since);
  }
}

void Waiters::pass_over(std::string_view definition, Seq since) {
  const auto found = passed_over_.find(definition);
  if (found == passed_over_.end()) {
    passed_over_.emplace(definition, since);
  } else {
    found->second = std::max(found->second, since);
  }
}

// Those before it that do not know of what was passed over wait no longer.
Waiters::Served* Waiters::first(const std::string& definition, std::vector<Over>& over) {
  const auto passed = passed_over_.find(definition);
  for (;;) {
    const auto line = lines_.find(definition);
    if (line == lines_.end()) {
      return nullptr;
    }
    const std::uint64_t number = *line->second.begin();
    Served& served = waiters_.find(number)->second;
    if (passed == passed_over_.end() || served.waiter.as_of >= passed->second ||
        !served.replies.empty()) {
      return &served;
    }
    end(number, over);
  }
}

void Waiters::end(std::uint64_t number, std::vector<Over>& over) {
  const auto found = waiters_.find(number);
  Served& served = found->second;
  for (const Lines::iterator line : served.lines) {
    line->second.erase(number);
    if (line->second.empty()) {
      lines_.erase(line);
    }
  }
  over.push_back({std::move(served.waiter.request.answer), std::move(served.replies)});
  waiters_.erase(found);
}

void Waiters::serve(const State& state, Micros now, const Start& start, std::vector<Over>& over) {
  if (ready_.empty()) {
    return;
  }
  const std::vector<Ready> ready = std::exchange(ready_, {});
  struct Place {
    std::int32_t priority = 0;
    const Ready* ready = nullptr;
  };
  std::vector<Place> order;
  for (const Ready& one : ready) {
    const auto job = state.find_job(one.job);
    if (!job || job->due > now) {
      continue;  // its time comes
    }
    if (starts_at_once(state, *job->definition)) {
      order.push_back({job->priority, &one});
    } else {
      pass_over(one.definition, one.since);
    }
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Place& a, const Place& b) { return a.priority > b.priority; });
  std::set<std::uint64_t> begun;
  for (const Place& place : order) {
    Served* const served = first(place.ready->definition, over);
    if (served == nullptr) {
      pass_over(place.ready->definition, place.ready->since);
      continue;
    }
    const Waiter& waiter = served->waiter;
    auto reply = start(waiter.request, waiter.start(place.ready->job));
    if (!reply) {
      pass_over(place.ready->definition, place.ready->since);
      continue;
    }
    ++started_;
    served->replies.push_back(std::move(reply));
    if (served->replies.size() >= waiter.max) {
      begun.erase(waiter.number);
      end(waiter.number, over);
    } else {
      begun.insert(waiter.number);
    }
  }
  for (const std::uint64_t number : begun) {
    end(number, over);
  }
}

}  // namespace daybook::scheduler
