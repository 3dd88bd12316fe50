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

  // A table for people: time, gap to the step before, what happened.
  std::string text() const;
  // {"jobId",…,"events":[…]}
  std::string json() const;
};

// Reads from the job's first event (its id says where that stands) to the end of the log, or to its
// removal. kNotFound "NOT_FOUND" when no such job was created, "LOG_TRIMMED" when its beginning is
// gone.
Result<JobStory> explain(log::Log& log, JobId job);

}  // namespace daybook::replay
