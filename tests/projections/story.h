// Writes valid job lives into a log, as the sequencer would, one batch a call.
#pragma once

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "events/group.h"
#include "log/log.h"

namespace daybook::projections {

class Story {
 public:
  explicit Story(log::Log& log) : log_(log), writer_(log.last(), log.last_chain(), Epoch{1}) {}

  Micros now{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z
  std::string_view actor = "tester";
  std::uint64_t batches_a_command = 1;

  Seq last() const { return Seq{writer_.next_seq().value - 1}; }

  Seq put(const events::Event& event) {
    queue(event);
    flush();
    return last();
  }
  // Adds a batch to the group that flush() appends.
  void queue(const events::Event& event) {
    writer_.add({CommandId{1, writer_.next_seq().value / batches_a_command}, actor, now, Seq{}},
                {&event, 1});
  }
  void flush() {
    if (!writer_.pending().empty()) {
      DAYBOOK_CHECK(log_.append(writer_.take()).has_value(), "the test's log takes a group");
    }
  }

  events::DefinitionPut definition(std::string_view id, std::string_view component = "c") {
    events::DefinitionPut e;
    e.definition = keep(id);
    e.component = keep(component);
    e.retention = hours(1);
    put(e);
    return e;
  }
  JobId create(std::string_view definition, std::vector<events::Text> tags = {},
               Duration ahead = {}) {
    events::JobCreated e;
    e.job = JobId::make(now, 0, writer_.next_seq());
    e.definition = definition;
    e.parameters = {R"({"n":1})"};
    e.run_at = now + ahead;
    e.tags = std::move(tags);
    put(e);
    return e.job;
  }
  Seq start(JobId job, std::string_view definition, std::uint32_t attempt = 1,
            std::optional<Micros> due = {}) {
    events::JobStarted e;
    e.job = job;
    e.attempt = Attempt{attempt};
    e.definition = definition;
    e.component = "c";
    e.worker = "w";
    e.due = due.value_or(now);
    return put(e);
  }
  Seq complete(JobId job, std::string_view definition, Micros started_at = {}) {
    events::JobCompleted e;
    e.job = job;
    e.definition = definition;
    e.end = {Attempt{1}, Seq{1}, started_at, 1};
    e.result = {R"({"ok":true})"};
    return put(e);
  }
  Seq fail(JobId job, std::string_view definition, std::uint32_t attempt, Micros started_at = {}) {
    events::JobFailed e;
    e.job = job;
    e.definition = definition;
    e.end = {Attempt{attempt}, Seq{1}, started_at, 1};
    e.failure = {"BOOM", "it broke", {R"({"why":2})"}};
    return put(e);
  }
  Seq retry(JobId job, std::string_view definition, Duration ahead, Micros started_at = {}) {
    events::JobRetryScheduled e;
    e.job = job;
    e.definition = definition;
    e.end = {Attempt{1}, Seq{1}, started_at, 1};
    e.failure = {"AGAIN", "try again", {}};
    e.run_at = now + ahead;
    return put(e);
  }
  Seq cancel(JobId job, std::string_view definition, std::uint32_t attempt) {
    events::JobCancelled e;
    e.job = job;
    e.definition = definition;
    e.end.attempt = Attempt{attempt};
    return put(e);
  }
  Seq remove(JobId job, std::string_view definition) {
    events::JobRemoved e;
    e.job = job;
    e.definition = definition;
    return put(e);
  }

  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }

 private:
  log::Log& log_;
  events::GroupWriter writer_;
  std::deque<std::string> texts_;
};

}  // namespace daybook::projections
