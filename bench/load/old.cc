#include "bench/load/old.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "bench/load/cycle_driver.h"
#include "bench/load/http_load.h"
#include "bench/load/jobs.h"
#include "bench/load/machine.h"
#include "bench/load/server_process.h"

namespace daybook::bench {
namespace {

constexpr std::size_t kWorkers = 4;
constexpr std::size_t kJobsOfCall = 100;
constexpr std::size_t kCalls = 100;

struct Question {
  std::string name;
  std::string target;
};
const std::vector<Question>& questions() {
  static const std::vector<Question> kAll = {
      {"running", "/resources/jobs?status=running"},
      {"pending_by_run_at", "/resources/jobs?status=pending&order=runAt"},
      {"pending", "/resources/jobs?status=pending"},
      {"newest", "/resources/jobs"},
      {"one_definition", "/resources/jobs?jobDefinitionId=" + definition_name(1)},
      {"statistics", "/resources/jobs/statistics"},
      {"events_of_rare_type", "/resources/events?type=JobFailed"},
      {"events_newest_of_definition",
       "/resources/events?order=newest&jobDefinitionId=" + definition_name(1)},
      {"version", "/version"},
  };
  return kAll;
}

// Until the server rests: what it still owes (compactions of what was written before) is no part of
// what is measured. Returns the seconds that it took.
Result<double> settle(int pid) {
  constexpr std::chrono::milliseconds kLook{500};
  constexpr std::uint64_t kRestNs = 10'000'000;
  constexpr int kLooksMax = 240;
  DAYBOOK_ASSIGN(std::uint64_t before, processor_ns(pid));
  for (int looks = 0; looks < kLooksMax; ++looks) {
    std::this_thread::sleep_for(kLook);
    DAYBOOK_ASSIGN(const std::uint64_t now, processor_ns(pid));
    if (now - std::exchange(before, now) < kRestNs) {
      return std::chrono::duration<double>(looks * kLook).count();
    }
  }
  return fail(Code::kUnavailable, "NO_REST", "the server has not come to rest in two minutes");
}

Status put_work(const HttpServer& server) {
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(server));
  DAYBOOK_TRY(connection.send("PUT", "/resources/components/over-http", R"({"runtime":"worker"})"));
  for (const std::string_view name : {"posted", "worked"}) {
    DAYBOOK_TRY(connection.send("PUT", "/resources/job-definitions/" + std::string(name),
                                R"({"componentId":"over-http"})"));
  }
  return {};
}

Result<double> post_rate(const OldOptions& options, const HttpServer& server) {
  HttpLoadOptions load;
  load.server = server;
  load.seconds = options.seconds;
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

// Schedules, leases and completes until it is told to stop.
class Workers {
 public:
  explicit Workers(const HttpServer& server) {
    for (std::size_t i = 0; i < kWorkers; ++i) {
      threads_.emplace_back([this, server] {
        if (const Status status = work(server); !status) {
          const std::lock_guard lock(mutex_);
          failed_ = failed_ ? failed_ : std::optional(status.error());
        }
      });
    }
  }
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
      thread.join();
    }
    threads_.clear();
  }
  std::uint64_t completed() const { return completed_; }
  // Once stopped: how the first of them failed.
  Status ended() const { return failed_ ? Status(fail(*failed_)) : Status(); }

 private:
  Status work(const HttpServer& server) {
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

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::optional<Error> failed_;
  std::atomic<std::uint64_t> completed_{0};
  std::vector<std::thread> threads_;
};

Result<double> cycle_rate(const OldOptions& options, const HttpServer& server) {
  const SystemClock clock;
  Workers workers(server);
  const Micros began = clock.steady();
  std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
  const std::uint64_t completed = workers.completed();
  const double took = static_cast<double>((clock.steady() - began).value) / 1e6;
  workers.stop();
  DAYBOOK_TRY(workers.ended());
  return static_cast<double>(completed) / took;
}

// Each question while jobs go through, kCalls times or as often as there is time for, and once the
// server rests: then all that it does is to answer.
Status ask(const OldOptions& options, const ServerProcess& child, const std::string& store,
           Numbers& out) {
  const SystemClock clock;
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(child.server()));
  std::vector<Histogram> latencies(questions().size());
  {
    Workers workers(child.server());
    const auto over = clock.steady() + Duration{static_cast<std::int64_t>(options.seconds * 1e6)};
    for (std::size_t call = 0; call < kCalls && (call == 0 || clock.steady() < over); ++call) {
      for (std::size_t i = 0; i < questions().size(); ++i) {
        const Micros began = clock.steady();
        DAYBOOK_TRY(connection.send("GET", questions()[i].target));
        latencies[i].record((clock.steady() - began).value * 1000);
      }
    }
    workers.stop();
    DAYBOOK_TRY(workers.ended());
  }
  DAYBOOK_TRY(settle(child.pid()));
  for (std::size_t i = 0; i < questions().size(); ++i) {
    DAYBOOK_ASSIGN(const std::uint64_t before, processor_ns(child.pid()));
    for (std::size_t call = 0; call < kCalls; ++call) {
      DAYBOOK_TRY(connection.send("GET", questions()[i].target));
    }
    DAYBOOK_ASSIGN(const std::uint64_t after, processor_ns(child.pid()));
    const auto spent = static_cast<double>(after - before);
    const std::string name = store + "_" + questions()[i].name;
    out.push_back({name + "_cpu_us", spent / 1000.0 / static_cast<double>(kCalls)});
    out.push_back({name + "_under_load_p50_us", latencies[i].percentile_us(50)});
  }
  return {};
}

struct Rates {
  double post = 0;
  double cycles = 0;
};

Result<Rates> measure(const OldOptions& options, const std::filesystem::path& data,
                      const std::string& store, Numbers& out) {
  DAYBOOK_ASSIGN(ServerProcess child, ServerProcess::start({{}, data, {"--retention", "false"}}));
  DAYBOOK_TRY(put_work(child.server()));
  Rates rates;
  DAYBOOK_ASSIGN(const double settled, settle(child.pid()));
  out.push_back({store + "_settled_after_s", settled});
  DAYBOOK_ASSIGN(rates.cycles, cycle_rate(options, child.server()));
  DAYBOOK_ASSIGN(rates.post, post_rate(options, child.server()));
  out.push_back({store + "_post_per_second", rates.post});
  out.push_back({store + "_cycles_per_second", rates.cycles});
  DAYBOOK_TRY(ask(options, child, store, out));
  DAYBOOK_ASSIGN(const std::uint64_t resident, resident_bytes(child.pid()));
  out.push_back({store + "_resident_mib", mib(resident)});
  DAYBOOK_TRY(child.stop());
  return rates;
}

Status grow_old(const OldOptions& options, const std::filesystem::path& data) {
  const SystemClock clock;
  DAYBOOK_ASSIGN(const auto engine, Engine::open({data, true, true, true, {}}, clock));
  CycleOptions cycle;
  cycle.jobs = options.jobs;
  cycle.definitions = options.definitions;
  cycle.progress = options.run.progress;
  CycleDriver driver(*engine, cycle);
  DAYBOOK_TRY(driver.run());
  DAYBOOK_TRY(engine->views()->wait_for(engine->log().last(), std::chrono::minutes(30)));
  engine->stop();
  return {};
}

Result<Numbers> run_once(const OldOptions& options, const std::filesystem::path& scratch) {
  Numbers out;
  DAYBOOK_ASSIGN(const Rates young, measure(options, scratch / "empty", "empty", out));
  DAYBOOK_TRY(grow_old(options, scratch / "old"));
  DAYBOOK_ASSIGN(const Rates old, measure(options, scratch / "old", "old", out));
  out.push_back({"post_old_to_empty", old.post / young.post});
  out.push_back({"cycles_old_to_empty", old.cycles / young.cycles});
  return out;
}

}  // namespace

Status bench_old(const OldOptions& options, std::ostream& out) {
  Report report("old", options.run.directory);
  report.parameter("jobs", options.jobs);
  report.parameter("definitions", options.definitions);
  report.parameter("seconds", options.seconds);
  return repeat(options.run, report, out,
                [&](const std::filesystem::path& scratch) { return run_once(options, scratch); });
}

}  // namespace daybook::bench
