// What a definition asks for when one of its jobs fails for good: effects as data, with
// placeholders for what is known then. Read and checked when the definition is put (api/), filled
// in when a job fails; both here and nowhere else.
//
//   [{"effect": "scheduleJob", "definition", "after", "parameters", "priority", "tags",
//   "uniqueKey"},
//    {"effect": "sendEmail", "to", "category", "subject", "body", …},
//    {"effect": "httpPost", "url", "headers", "body"}]
//
// A text "${name}" in parameters, a post's body or a mail's dynamic is the value itself; inside of
// a longer text, in a unique key, a subject or a mail's body it is its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "events/types.h"
#include "scheduler/outcomes.h"

namespace daybook::scheduler {

// Whether "${name}" stands for something: jobId, jobDefinitionId, attempt, runAt, dueAt, failedAt,
// error.code, error.message, error.details, parameters, parameters.<name>…
bool is_placeholder(std::string_view name);

// The first "${…}" of a text that stands for nothing, "" when there is none.
std::string_view unknown_placeholder(std::string_view text);

// Whether the text is one placeholder whose value may be an object, as parameters of a job must be.
bool may_become_object(std::string_view text);

struct FailedJob {
  JobId job;
  std::string_view definition;
  Attempt attempt;
  std::string_view parameters;  // a JSON object
  Micros planned;
  Micros due;
  Micros failed_at;
  events::Failure failure;
  Seq failed;  // its JobFailed event: ids of sendings follow from it
};

struct Asked {
  std::vector<Effect> effects;
  std::vector<std::uint32_t> places;  // of each in the list
  std::vector<Skipped> skipped;       // those that cannot be: filled in they are over a limit
};
Asked fill_in(std::string_view on_failure, const FailedJob& job);

}  // namespace daybook::scheduler
