// One job explained from the log alone: its events in order, and how long it waited and ran between
// them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/log.h"

namespace daybook::replay {

struct JobStep {
  Seq seq;
  Micros time;
  std::string gap;      // since the step before, as readable() writes it; empty for the first
  std::string type;     // the event's name
  std::string summary;  // one sentence for a person
  std::string json;     // the event as events::to_json gives it
};

struct JobStory {
  JobId job;
  std::string definition;
  std::string status;          // "pending", "running", "completed", "failed", "cancelled"
  bool removed = false;        // it left the lists
  std::uint32_t attempts = 0;  // begun
  Duration waited;             // due and not running, in all
  Duration ran;                // in all attempts that ended
  std::vector<JobStep> steps;
  std::vector<JobId> scheduled;  // jobs that it or a retry of it made

  // Two lines for people: what became of it, and how long that took in all.
  std::string heading() const;
  // {"jobId",…,"events":[…]}
  std::string json() const;
};

// A measured time for people, rounded: 4s, 12.3ms, 2h5m.
std::string readable(Duration duration);

// Reads from the job's first event (its id says where that stands) to the end of the log, or to its
// removal. kNotFound "NOT_FOUND" when no such job was created, "LOG_TRIMMED" when its beginning is
// gone.
Result<JobStory> explain(log::Log& log, JobId job);

}  // namespace daybook::replay
