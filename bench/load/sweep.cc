#include "bench/load/sweep.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/time_text.h"
#include "bench/load/server_process.h"
#include "bench/load/workers.h"

namespace daybook::bench {
namespace {

// A number of /metrics; 0 when it is not there.
Result<double> metric(HttpConnection& connection, std::string_view name) {
  DAYBOOK_ASSIGN(const std::string all, connection.send("GET", "/metrics"));
  const std::size_t at = all.find("\n" + std::string(name) + " ");
  return at == std::string::npos ? 0.0 : std::strtod(all.c_str() + at + name.size() + 2, nullptr);
}

// Every definition: those of a store stand on one page.
Status patch_all(HttpConnection& connection, Duration retention) {
  const std::string body = R"({"retention":")" + format_duration(retention) + R"("})";
  constexpr std::string_view kMember = R"("jobDefinitionId":")";
  DAYBOOK_ASSIGN(const std::string page,
                 connection.send("GET", "/resources/job-definitions?limit=1000"));
  for (std::size_t at = page.find(kMember); at != std::string::npos; at = page.find(kMember, at)) {
    at += kMember.size();
    const std::string name = page.substr(at, page.find('"', at) - at);
    DAYBOOK_TRY(connection.send("PATCH", "/resources/job-definitions/" + name, body));
  }
  return {};
}

}  // namespace

Status measure_sweep(const std::filesystem::path& data, Duration retention, double seconds,
                     Numbers& out) {
  {
    DAYBOOK_ASSIGN(ServerProcess child, ServerProcess::start({{}, data, {"--retention", "false"}}));
    DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(child.server()));
    DAYBOOK_TRY(patch_all(connection, retention));
    DAYBOOK_TRY(child.stop());
  }
  constexpr std::string_view kRemoved = "daybook_retention_removed_total";
  const SystemClock clock;
  DAYBOOK_ASSIGN(ServerProcess child, ServerProcess::start({{}, data, {"--retention", "true"}}));
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(child.server()));
  double removed = 0;
  Micros since = clock.steady();
  // Removals a second since the last look.
  const auto rate = [&]() -> Result<double> {
    DAYBOOK_ASSIGN(const double now_removed, metric(connection, kRemoved));
    const Micros now = clock.steady();
    const double out_rate =
        (now_removed - removed) / (static_cast<double>((now - since).value) / 1e6);
    removed = now_removed;
    since = now;
    return out_rate;
  };
  DAYBOOK_TRY(rate());
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  DAYBOOK_ASSIGN(const double alone, rate());
  DAYBOOK_ASSIGN(const double posts, post_rate(child.server(), seconds));
  DAYBOOK_ASSIGN(const double beside, rate());
  DAYBOOK_ASSIGN(const double behind, metric(connection, "daybook_retention_behind_seconds"));
  if (behind <= 0) {
    return fail(Code::kInvalid, "NOTHING_OVER",
                "the sweep was over before it was measured: take a shorter --seconds or "
                "--sweep-retention");
  }
  out.push_back({"old_sweep_removed_per_second", alone});
  out.push_back({"old_sweep_removed_per_second_under_load", beside});
  out.push_back({"old_sweep_post_per_second", posts});
  return child.stop();
}

}  // namespace daybook::bench
