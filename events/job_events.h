// Events about a job as a whole: created, asked to stop, removed.
#pragma once

#include "events/words.h"

namespace daybook::events {

// A job was scheduled. parent: the job whose effect or retry made it. effect_of, effect_index: the
// JobCompleted, JobFailed or RuleApplied event and the place in its list of effects, zero when the
// job was asked for by a request. rule_depth: how many rules in a row led to it. delayed: run_at is
// a delay from here, counted in running time; else a time that was given, as the wall clock shows
// it. owner: in whose name it runs, where that is not the actor of this event (owner_of() below).
struct JobCreated {
  JobId job;
  Text definition;
  Json parameters;
  Micros run_at;
  std::int32_t priority = 0;
  std::vector<Text> tags;
  Text unique_key;
  JobId parent;
  Seq effect_of;
  std::uint32_t effect_index = 0;
  std::uint32_t rule_depth = 0;
  bool delayed = false;
  Text owner{};

  void each(auto&& f) const {
    f("jobId", job), f("jobDefinitionId", definition), f("parameters", parameters);
    f("runAt", run_at), f("priority", priority), f("tags", tags), f("uniqueKey", unique_key);
    f("parentJobId", parent), f("effectOf", effect_of), f("effectIndex", effect_index);
    f("ruleDepth", rule_depth);
    if (delayed) {
      f("delayed", delayed);
    }
    f("owner", owner);
  }
};

// Whose rights the job has: of who asked for it, or of who asked for what led to it.
inline Text owner_of(const JobCreated& event, Text actor) {
  if (!event.owner.empty()) {
    return event.owner;
  }
  return event.effect_of.value == 0 ? actor : Text("system");
}

// Somebody asked a running attempt to stop.
struct JobCancelRequested {
  JobId job;
  Attempt attempt;
  Text definition;

  void each(auto&& f) const {
    f("jobId", job), f("attempt", attempt), f("jobDefinitionId", definition);
  }
};

// An ended job left the lists.
struct JobRemoved {
  JobId job;
  Text definition;
  RemovalReason reason = RemovalReason::kRetention;

  void each(auto&& f) const {
    f("jobId", job), f("jobDefinitionId", definition), f("reason", reason);
  }
};

}  // namespace daybook::events
