#include "bench/load/http.h"

#include "bench/load/http_load.h"
#include "bench/load/jobs.h"
#include "bench/load/server_process.h"

namespace daybook::bench {
namespace {

Status put_load(const HttpServer& server) {
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(server));
  DAYBOOK_TRY(connection.send("PUT", "/resources/components/load", R"({"runtime":"worker"})"));
  DAYBOOK_TRY(connection.send("PUT", "/resources/job-definitions/" + definition_name(0),
                              R"({"componentId":"load"})"));
  return {};
}

Result<Numbers> run_once(const HttpBenchOptions& options, const HttpServer& server, int pid) {
  DAYBOOK_TRY(put_load(server));
  HttpLoadOptions load;
  load.server = server;
  load.connections = options.connections;
  load.seconds = options.seconds;
  load.warm_up_seconds = options.warm_up_seconds;
  load.rate = options.rate;
  load.target = "/resources/jobs";
  load.body = [&](std::size_t connection) {
    return R"({"jobDefinitionId":")" + definition_name(0) + R"(","parameters":)" +
           parameters_of(connection, options.parameter_bytes) + "}";
  };
  DAYBOOK_ASSIGN(const HttpLoadResult result, run_http_load(load));
  std::uint64_t refused = 0;
  for (const auto& [status, count] : result.others) {
    refused += count;
  }
  Numbers out;
  out.push_back({"jobs_per_second", static_cast<double>(result.answers) / result.seconds});
  out.push_back({"answers_not_201", static_cast<double>(refused)});
  add_percentiles(out, "post", result.latency);
  if (pid > 0) {
    DAYBOOK_ASSIGN(const std::uint64_t resident, resident_bytes(pid));
    out.push_back({"server_resident_mib", mib(resident)});
  }
  return out;
}

}  // namespace

Status bench_http(const HttpBenchOptions& options, std::ostream& out) {
  if (!options.server.empty() && !options.run.store.empty()) {
    return fail(Code::kInvalid, "TWO_STORES",
                "a server that runs has its own store: give --store or --server", "--store");
  }
  Report report("http", options.run.directory);
  report.parameter("connections", options.connections);
  report.parameter("seconds", options.seconds);
  if (options.rate > 0) {
    report.parameter("rate", static_cast<std::uint64_t>(options.rate));
  }
  report.parameter("parameter_bytes", options.parameter_bytes);
  report.parameter("server", options.server.empty() ? "child" : options.server);
  return repeat(
      options.run, report, out, [&](const std::filesystem::path& scratch) -> Result<Numbers> {
        if (!options.server.empty()) {
          DAYBOOK_ASSIGN(const HttpServer server, HttpServer::parse(options.server, options.token));
          return run_once(options, server, 0);
        }
        DAYBOOK_TRY(begin_from_store(options.run, scratch / "data"));
        DAYBOOK_ASSIGN(ServerProcess child, ServerProcess::start({{}, scratch / "data", {}}));
        DAYBOOK_ASSIGN(Numbers numbers, run_once(options, child.server(), child.pid()));
        DAYBOOK_TRY(child.stop());
        return numbers;
      });
}

}  // namespace daybook::bench
