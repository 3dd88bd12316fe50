// `job run`: from options to the body of POST /resources/jobs, and waiting for the end of a job.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/clock.h"
#include "tools/daybook/cli.h"

namespace daybook::cli {

struct RunOptions {
  std::string definition;
  std::vector<std::string> parameters;  // "name=text" or "name:=json"
  std::string parameters_json;          // a JSON object, or @file
  std::string run_at;                   // a time, or +duration
  std::optional<std::int64_t> priority;
  std::vector<std::string> tags;
  std::string unique_key;
  std::string idempotency_key;
  bool wait = false;
  std::string timeout = "1h";
};

// The request's body. `now` is what "+5m" counts from.
Result<boost::json::object> job_body(const RunOptions& options, const Environment& env, Micros now);

// Asks until the job has ended; kUnavailable "WAIT_TIMEOUT" after `timeout`.
Result<boost::json::value> wait_for_end(Client& client, const std::string& job,
                                        std::chrono::microseconds timeout);

// JOB_NOT_COMPLETED when the ended job failed or was cancelled.
Status check_completed(const boost::json::value& job);

Status run_job(const Session& session, const RunOptions& options);

}  // namespace daybook::cli
