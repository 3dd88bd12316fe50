#include "bench/load/workers.h"

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "bench/load/http_load.h"
#include "bench/load/jobs.h"

namespace daybook::bench {
namespace {

constexpr std::size_t kWorkers = 4;
constexpr std::size_t kJobsOfCall = 100;

// What each job of a lease is reported with.
std::string completions(std::string_view leased, std::size_t& count) {
  std::string out = "[";
  constexpr std::string_view kToken = R"("token":")";
  for (std::size_t at = leased.find(kToken); at != std::string_view::npos;
       at = leased.find(kToken, at)) {
    at += kToken.size();
    out += count++ == 0 ? "" : ",";
    out += R"({"token":")";
    out += leased.substr(at, leased.find('"', at) - at);
    out += R"(","result":{}})";
  }
  return out + "]";
}

}  // namespace

Status put_work(const HttpServer& server) {
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(server));
  DAYBOOK_TRY(connection.send("PUT", "/resources/components/over-http", R"({"runtime":"worker"})"));
  for (const std::string_view name : {"posted", "worked"}) {
    DAYBOOK_TRY(connection.send("PUT", "/resources/job-definitions/" + std::string(name),
                                R"({"componentId":"over-http"})"));
  }
  return {};
}

Workers::Workers(const HttpServer& server) {
  for (std::size_t i = 0; i < kWorkers; ++i) {
    threads_.emplace_back([this, server] {
      if (const Status status = work(server); !status) {
        const std::lock_guard lock(mutex_);
        failed_ = failed_ ? failed_ : std::optional(status.error());
      }
    });
  }
}

void Workers::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

Status Workers::work(const HttpServer& server) {
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(server));
  std::string jobs = "[";
  for (std::size_t i = 0; i < kJobsOfCall; ++i) {
    jobs += (i == 0 ? "" : ",") + std::string(R"({"jobDefinitionId":"worked","parameters":)") +
            parameters_of(i, 100) + "}";
  }
  jobs += "]";
  const std::string lease = R"({"definitions":["worked"],"max":)" + std::to_string(kJobsOfCall) +
                            R"(,"waitMs":1000,"workerId":"bench"})";
  while (!stopping_) {
    DAYBOOK_TRY(connection.send("POST", "/resources/jobs", jobs));
    DAYBOOK_ASSIGN(const std::string leased,
                   connection.send("POST", "/resources/workers/lease", lease));
    std::size_t count = 0;
    const std::string reports = completions(leased, count);
    if (count > 0) {
      DAYBOOK_TRY(connection.send("POST", "/resources/workers/complete", reports));
    }
    completed_ += count;
  }
  return {};
}

Result<double> cycle_rate(const HttpServer& server, double seconds) {
  const SystemClock clock;
  Workers workers(server);
  const Micros began = clock.steady();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const std::uint64_t completed = workers.completed();
  const double took = static_cast<double>((clock.steady() - began).value) / 1e6;
  workers.stop();
  DAYBOOK_TRY(workers.ended());
  return static_cast<double>(completed) / took;
}

Result<double> post_rate(const HttpServer& server, double seconds) {
  HttpLoadOptions load;
  load.server = server;
  load.seconds = seconds;
  load.target = "/resources/jobs";
  load.body = [](std::size_t connection) {
    return R"({"jobDefinitionId":"posted","parameters":)" + parameters_of(connection, 100) + "}";
  };
  DAYBOOK_ASSIGN(const HttpLoadResult result, run_http_load(load));
  if (!result.others.empty()) {
    return fail(Code::kUnavailable, "LOAD_FAILED",
                "the server answered " + std::to_string(result.others.begin()->first));
  }
  return static_cast<double>(result.answers) / result.seconds;
}

}  // namespace daybook::bench
