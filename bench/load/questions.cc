#include "bench/load/questions.h"

#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "bench/load/histogram.h"
#include "bench/load/machine.h"
#include "bench/load/workers.h"
#include "bench/store/store_options.h"

namespace daybook::bench {
namespace {

constexpr std::size_t kCalls = 200;

struct Question {
  std::string name;
  std::string target;
};

std::vector<Question> questions(const std::string& job) {
  const std::string definition = stored_definition(1);
  return {
      {"running", "/resources/jobs?status=running"},
      {"pending_by_run_at", "/resources/jobs?status=pending&order=runAt"},
      {"pending", "/resources/jobs?status=pending"},
      {"newest", "/resources/jobs"},
      {"one_definition", "/resources/jobs?jobDefinitionId=" + definition},
      {"one_job", "/resources/jobs/" + job},
      {"statistics", "/resources/jobs/statistics"},
      {"statistics_by_hour", "/resources/jobs/statistics?resolution=hour&groupBy=none"},
      {"events_of_rare_type", "/resources/events?type=ComponentDeleted"},
      {"events_newest_of_definition",
       "/resources/events?order=newest&jobDefinitionId=" + definition},
      {"version", "/version"},
  };
}

// The oldest job that is in the lists.
Result<std::string> oldest_job(HttpConnection& connection) {
  DAYBOOK_ASSIGN(const std::string page,
                 connection.send("GET", "/resources/jobs?limit=1&order=createdAt"));
  constexpr std::string_view kMember = R"("jobId":")";
  const std::size_t at = page.find(kMember);
  if (at == std::string::npos) {
    return fail(Code::kNotFound, "NO_JOB", "the server lists no job");
  }
  const std::size_t from = at + kMember.size();
  return page.substr(from, page.find('"', from) - from);
}

// Times every question once, round after round.
Status ask_rounds(HttpConnection& connection, const std::vector<Question>& all, Micros until,
                  std::vector<Histogram>& out) {
  const SystemClock clock;
  for (std::size_t call = 0; call < kCalls && (call == 0 || clock.steady() < until); ++call) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Micros began = clock.steady();
      DAYBOOK_TRY(connection.send("GET", all[i].target));
      out[i].record((clock.steady() - began).value * 1000);
    }
  }
  return {};
}

}  // namespace

Result<double> settle(int pid, std::chrono::seconds patience) {
  constexpr std::chrono::milliseconds kLook{500};
  constexpr std::uint64_t kRestNs = 10'000'000;
  DAYBOOK_ASSIGN(std::uint64_t before, processor_ns(pid));
  for (int looks = 0; looks * kLook < patience; ++looks) {
    std::this_thread::sleep_for(kLook);
    DAYBOOK_ASSIGN(const std::uint64_t now, processor_ns(pid));
    if (now - std::exchange(before, now) < kRestNs) {
      return std::chrono::duration<double>(looks * kLook).count();
    }
  }
  return fail(Code::kUnavailable, "NO_REST",
              "the server has not come to rest in " + std::to_string(patience.count()) + " s");
}

Status ask_all(const ServerProcess& child, const std::string& store, double seconds, Numbers& out) {
  constexpr std::chrono::seconds kPatience{120};
  const SystemClock clock;
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(child.server()));
  DAYBOOK_ASSIGN(const std::string job, oldest_job(connection));
  const std::vector<Question> all = questions(job);
  std::vector<Histogram> loaded(all.size());
  {
    Workers workers(child.server());
    const Micros began = clock.steady();
    const auto over = began + Duration{static_cast<std::int64_t>(seconds * 1e6)};
    DAYBOOK_TRY(ask_rounds(connection, all, over, loaded));
    const double took = static_cast<double>((clock.steady() - began).value) / 1e6;
    out.push_back(
        {store + "_under_load_cycles_per_second", static_cast<double>(workers.completed()) / took});
    workers.stop();
    DAYBOOK_TRY(workers.ended());
  }
  DAYBOOK_TRY(settle(child.pid(), kPatience));
  for (std::size_t i = 0; i < all.size(); ++i) {
    DAYBOOK_ASSIGN(const std::uint64_t before, processor_ns(child.pid()));
    std::vector<Histogram> alone(1);
    DAYBOOK_TRY(ask_rounds(connection, {all[i]}, clock.steady() + hours(1), alone));
    DAYBOOK_ASSIGN(const std::uint64_t after, processor_ns(child.pid()));
    const std::string name = store + "_" + all[i].name;
    out.push_back({name + "_under_load_p50_us", loaded[i].percentile_us(50)});
    out.push_back({name + "_under_load_p99_us", loaded[i].percentile_us(99)});
    out.push_back({name + "_p50_us", alone[0].percentile_us(50)});
    out.push_back({name + "_p99_us", alone[0].percentile_us(99)});
    out.push_back({name + "_cpu_us",
                   static_cast<double>(after - before) / 1000.0 / static_cast<double>(kCalls)});
  }
  return {};
}

}  // namespace daybook::bench
