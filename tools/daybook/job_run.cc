#include "tools/daybook/job_run.h"

#include <ostream>
#include <thread>

#include <boost/json.hpp>

#include "base/limits/resources.h"
#include "base/time_text.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/exit_code.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/resource_list.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

constexpr std::chrono::milliseconds kPollFirst{20};
constexpr std::chrono::milliseconds kPollMax{500};

// "name=text" or "name:=json" into `parameters`.
Status add_parameter(boost::json::object& parameters, const std::string& given) {
  const std::size_t equals = given.find('=');
  if (equals == std::string::npos || equals == 0 || (equals == 1 && given[0] == ':')) {
    return fail(Code::kInvalid, "BAD_PARAMETER",
                "'" + given + "' is neither name=text nor name:=json", "--param");
  }
  const bool is_json = given[equals - 1] == ':';
  const std::string name = given.substr(0, is_json ? equals - 1 : equals);
  if (parameters.contains(name)) {
    return fail(Code::kInvalid, "BAD_PARAMETER", "'" + name + "' is given twice", "--param");
  }
  if (!is_json) {
    parameters[name] = given.substr(equals + 1);
    return {};
  }
  DAYBOOK_ASSIGN(boost::json::value value, parse_json(given.substr(equals + 1), "--param " + name));
  parameters[name] = std::move(value);
  return {};
}

Result<boost::json::object> parameters_of(const RunOptions& options, const Environment& env) {
  boost::json::object parameters;
  if (!options.parameters_json.empty()) {
    std::string text = options.parameters_json;
    if (text.front() == '@') {
      DAYBOOK_ASSIGN(text, read_input(env, text.substr(1), kParametersBytesMax));
    }
    DAYBOOK_ASSIGN(boost::json::value value, parse_json(text, "--params-json"));
    if (!value.is_object()) {
      return fail(Code::kInvalid, "BAD_PARAMETER", "parameters are a JSON object", "--params-json");
    }
    parameters = std::move(value.get_object());
  }
  for (const std::string& given : options.parameters) {
    DAYBOOK_TRY(add_parameter(parameters, given));
  }
  return parameters;
}

Result<std::string> run_at_of(const std::string& text, Micros now) {
  if (text.front() != '+') {
    DAYBOOK_ASSIGN(const Micros time, parse_due_time(text, "--run-at"));
    return format_time(time);
  }
  DAYBOOK_ASSIGN(const Duration after, parse_duration(text.substr(1), "--run-at"));
  return format_time(now + after);
}

bool has_ended(const std::string& status) {
  return status == "completed" || status == "failed" || status == "cancelled";
}

}  // namespace

Result<boost::json::object> job_body(const RunOptions& options, const Environment& env,
                                     Micros now) {
  boost::json::object body;
  body["jobDefinitionId"] = options.definition;
  DAYBOOK_ASSIGN(boost::json::object parameters, parameters_of(options, env));
  body["parameters"] = std::move(parameters);
  if (!options.run_at.empty()) {
    DAYBOOK_ASSIGN(std::string run_at, run_at_of(options.run_at, now));
    body["runAt"] = std::move(run_at);
  }
  if (options.priority) {
    body["priority"] = *options.priority;
  }
  if (!options.tags.empty()) {
    body["tags"] = boost::json::value_from(options.tags);
  }
  set_text(body, "uniqueKey", options.unique_key);
  return body;
}

Result<boost::json::value> wait_for_end(Client& client, const std::string& job,
                                        std::chrono::microseconds timeout) {
  const auto give_up = std::chrono::steady_clock::now() + timeout;
  std::chrono::milliseconds pause = kPollFirst;
  for (;;) {
    const auto value = client.get("/resources/jobs/" + escape_segment(job));
    // The job outlives a server that is started again, and so does who waits for it.
    if (!value && value.error().code != Code::kUnavailable) {
      return tl::unexpected(value.error());
    }
    const std::string status = value ? cell(*value, "status") : "";
    if (has_ended(status)) {
      return *value;
    }
    if (std::chrono::steady_clock::now() >= give_up) {
      return value ? fail(Code::kUnavailable, "WAIT_TIMEOUT", "job " + job + " is still " + status)
                   : fail(Code::kUnavailable, value.error().reason,
                          "job " + job + ": " + value.error().message);
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kPollMax);
  }
}

Status check_completed(const boost::json::value& job) {
  const std::string status = cell(job, "status");
  if (status == "completed") {
    return {};
  }
  const std::string why = cell(job, "error.message");
  return fail(Code::kInternal, kReasonJobNotCompleted,
              "job " + cell(job, "jobId") + " " + status + (why.empty() ? "" : ": " + why));
}

Status run_job(const Session& session, const RunOptions& options) {
  DAYBOOK_ASSIGN(const Duration timeout, parse_duration(options.timeout, "--timeout"));
  DAYBOOK_ASSIGN(boost::json::object body, job_body(options, session.env, SystemClock().wall()));
  DAYBOOK_ASSIGN(Client client, session.client());
  std::vector<std::string> headers;
  if (!options.idempotency_key.empty()) {
    if (options.idempotency_key.find_first_of("\r\n") != std::string::npos) {
      return fail(Code::kInvalid, "BAD_KEY", "a key has no line ends", "--idempotency-key");
    }
    headers.push_back("Idempotency-Key: " + options.idempotency_key);
  }
  DAYBOOK_ASSIGN(boost::json::value job,
                 client.request("POST", "/resources/jobs", std::move(body), headers));
  if (!options.wait) {
    if (session.wants_json()) {
      session.print_json(job);
    } else {
      session.env.out << cell(job, "jobId") << '\n';
    }
    return {};
  }
  // First of all: whoever is interrupted now knows what to wait for. Not among the JSON.
  const std::string id = cell(job, "jobId");
  (session.wants_json() ? session.env.err : session.env.out) << id << std::endl;
  DAYBOOK_ASSIGN(job, wait_for_end(client, id, std::chrono::microseconds(timeout.value)));
  print_members(session, job);
  return check_completed(job);
}

}  // namespace daybook::cli
