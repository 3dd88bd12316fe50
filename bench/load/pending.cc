#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/limits/http.h"
#include "base/time_text.h"
#include "bench/load/http.h"
#include "bench/load/jobs.h"
#include "bench/load/server_process.h"

namespace daybook::bench {
namespace {

constexpr Duration kFar = hours(24 * 30);
constexpr Duration kSoon = seconds(2);
constexpr Duration kStartWait = seconds(120);

// The text value of a member of a flat JSON answer; empty when it is absent.
std::string member(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::size_t from = at + key.size();
  return std::string(json.substr(from, json.find('"', from) - from));
}

std::string job_body(std::uint64_t i, Micros run_at, std::size_t parameter_bytes) {
  return R"({"jobDefinitionId":")" + definition_name(0) + R"(","runAt":")" + format_time(run_at) +
         R"(","parameters":)" + parameters_of(i, parameter_bytes) + "}";
}

Status fill(HttpConnection& connection, const PendingOptions& options, const Clock& clock) {
  DAYBOOK_TRY(connection.send("PUT", "/resources/components/load",
                              R"({"runtime":"exec","command":["true"]})"));
  DAYBOOK_TRY(connection.send("PUT", "/resources/job-definitions/" + definition_name(0),
                              R"({"componentId":"load"})"));
  for (std::uint64_t first = 0; first < options.jobs; first += kJobsPerRequestMax) {
    const std::uint64_t end = std::min<std::uint64_t>(first + kJobsPerRequestMax, options.jobs);
    std::string body = "[";
    for (std::uint64_t i = first; i < end; ++i) {
      // Due times spread over a day, as a real queue's would be.
      const Duration spread = millis(static_cast<std::int64_t>(i % 86'400'000));
      body += (i == first ? "" : ",") +
              job_body(i, clock.wall() + kFar + spread, options.parameter_bytes);
    }
    DAYBOOK_TRY(connection.send("POST", "/resources/jobs", body + "]"));
    if (options.run.progress) {
      options.run.progress(end, options.jobs);
    }
  }
  return {};
}

// When the job began, as its JobStarted event says.
Result<Micros> wait_for_start(HttpConnection& connection, const std::string& job,
                              const Clock& clock) {
  const Micros until = clock.wall() + kStartWait;
  while (clock.wall() < until) {
    DAYBOOK_ASSIGN(const std::string row, connection.send("GET", "/resources/jobs/" + job));
    if (const std::string started = member(row, "startedAt"); !started.empty()) {
      return parse_time(started, "startedAt");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return fail(Code::kUnavailable, "NOT_STARTED", "the due job did not start");
}

Result<Numbers> run_once(const PendingOptions& options, const std::filesystem::path& scratch) {
  const SystemClock clock;
  Numbers out;
  const ServerOptions server{{}, scratch / "data", {}};
  DAYBOOK_TRY(begin_from_store(options.run, server.data));
  DAYBOOK_ASSIGN(ServerProcess first, ServerProcess::start(server));
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(first.server()));
  const Micros began = clock.steady();
  DAYBOOK_TRY(fill(connection, options, clock));
  const double took = static_cast<double>((clock.steady() - began).value) / 1e6;
  out.push_back({"pending_jobs", static_cast<double>(options.jobs)});
  out.push_back({"created_per_second", static_cast<double>(options.jobs) / took});
  // A read waits until the views have caught up with the writes before it.
  DAYBOOK_TRY(connection.send("GET", "/resources/jobs?limit=1"));
  DAYBOOK_ASSIGN(const std::uint64_t filled, resident_bytes(first.pid()));
  out.push_back({"resident_mib", mib(filled)});

  const Micros due = clock.wall() + kSoon;
  DAYBOOK_ASSIGN(const std::string made,
                 connection.send("POST", "/resources/jobs", job_body(0, due, 100)));
  first.kill();
  while (clock.wall() < due) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const Micros restarted = clock.wall();
  DAYBOOK_ASSIGN(ServerProcess second, ServerProcess::start(server));
  const Micros listening = clock.wall();
  DAYBOOK_ASSIGN(HttpConnection again, HttpConnection::open(second.server()));
  DAYBOOK_ASSIGN(const Micros started, wait_for_start(again, member(made, "jobId"), clock));
  out.push_back(
      {"restart_to_listening_ms", static_cast<double>((listening - restarted).value) / 1000.0});
  out.push_back(
      {"restart_to_first_start_ms", static_cast<double>((started - restarted).value) / 1000.0});
  DAYBOOK_ASSIGN(const std::uint64_t recovered, resident_bytes(second.pid()));
  out.push_back({"resident_after_restart_mib", mib(recovered)});
  DAYBOOK_TRY(second.stop());
  out.push_back({"disk_mib", mib(disk_bytes(scratch))});
  return out;
}

}  // namespace

Status bench_pending(const PendingOptions& options, std::ostream& out) {
  Report report("pending", options.run.directory);
  report.parameter("jobs", options.jobs);
  report.parameter("parameter_bytes", options.parameter_bytes);
  return repeat(options.run, report, out,
                [&](const std::filesystem::path& scratch) { return run_once(options, scratch); });
}

}  // namespace daybook::bench
