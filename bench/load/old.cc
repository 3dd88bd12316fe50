#include "bench/load/old.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "bench/load/engine.h"
#include "bench/load/machine.h"
#include "bench/load/questions.h"
#include "bench/load/server_process.h"
#include "bench/load/sweep.h"
#include "bench/load/workers.h"
#include "bench/store/store.h"

namespace daybook::bench {
namespace {

// The first start on a store without views builds them.
constexpr std::chrono::seconds kStartPatience{3600};
constexpr std::chrono::seconds kRoundPatience{600};

// A store with a server on it, and what each round measured.
struct Side {
  std::string name;
  std::filesystem::path data;
  std::optional<ServerProcess> child{};
  std::vector<double> posts{};
  std::vector<double> cycles{};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

double seconds_between(Micros from, Micros to) {
  return static_cast<double>((to - from).value) / 1e6;
}

// How often RocksDB says in its own log that it held writes up.
std::size_t stalls(const std::filesystem::path& directory) {
  std::size_t out = 0;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator(directory, gone)) {
    if (entry.path().filename().string().starts_with("LOG")) {
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        out += line.find("Stalling writes") != std::string::npos ||
               line.find("Stopping writes") != std::string::npos;
      }
    }
  }
  return out;
}

// From the start to where it listens, to the first list that shows the whole log, to rest.
Status start(Side& side, std::string_view which, Numbers& out) {
  const SystemClock clock;
  const Micros began = clock.steady();
  DAYBOOK_ASSIGN(ServerProcess child,
                 ServerProcess::start({{}, side.data, {"--retention", "false"}}));
  const Micros listens = clock.steady();
  DAYBOOK_ASSIGN(HttpConnection connection, HttpConnection::open(child.server()));
  while (!connection.send("GET", "/resources/jobs?limit=1")) {
    if (clock.steady() - listens > Duration{std::chrono::microseconds(kStartPatience).count()}) {
      return fail(Code::kUnavailable, "NOT_STARTED", "no list was answered within an hour");
    }
  }
  const Micros lists = clock.steady();
  const std::string name = side.name + "_" + std::string(which) + "_start_";
  out.push_back({name + "listens_s", seconds_between(began, listens)});
  out.push_back({name + "lists_s", seconds_between(began, lists)});
  DAYBOOK_ASSIGN(const double settled, settle(child.pid(), kStartPatience));
  out.push_back({name + "settled_after_s", settled});
  side.child.emplace(std::move(child));
  return {};
}

// The first start is of what the store was left as, the second of what a server left.
Status start_twice(Side& side, Numbers& out) {
  DAYBOOK_TRY(start(side, "first", out));
  DAYBOOK_TRY(put_work(side.child->server()));
  DAYBOOK_TRY(side.child->stop());
  side.child.reset();
  return start(side, "later", out);
}

Status measure_round(const OldOptions& options, Side& side) {
  DAYBOOK_TRY(settle(side.child->pid(), kRoundPatience));
  DAYBOOK_ASSIGN(const double cycles, cycle_rate(side.child->server(), options.seconds));
  side.cycles.push_back(cycles);
  DAYBOOK_TRY(settle(side.child->pid(), kRoundPatience));
  DAYBOOK_ASSIGN(const double posts, post_rate(side.child->server(), options.seconds));
  side.posts.push_back(posts);
  return {};
}

Status finish(const OldOptions& options, Side& side, Numbers& out) {
  out.push_back({side.name + "_post_per_second", median(side.posts)});
  out.push_back({side.name + "_cycles_per_second", median(side.cycles)});
  DAYBOOK_TRY(settle(side.child->pid(), kRoundPatience));
  DAYBOOK_TRY(ask_all(*side.child, side.name, options.seconds, out));
  DAYBOOK_ASSIGN(const std::uint64_t resident, resident_bytes(side.child->pid()));
  out.push_back({side.name + "_resident_mib", mib(resident)});
  DAYBOOK_TRY(side.child->stop());
  side.child.reset();
  out.push_back({side.name + "_log_stalls", static_cast<double>(stalls(side.data / "log"))});
  out.push_back({side.name + "_views_stalls", static_cast<double>(stalls(side.data / "views"))});
  out.push_back({side.name + "_log_mib", mib(disk_bytes(side.data / "log"))});
  out.push_back({side.name + "_views_mib", mib(disk_bytes(side.data / "views"))});
  return {};
}

// Of each round the old store's to the empty one's, and the median of those.
double ratio(const std::vector<double>& old, const std::vector<double>& empty) {
  std::vector<double> out;
  for (std::size_t i = 0; i < old.size(); ++i) {
    out.push_back(old[i] / empty[i]);
  }
  return median(out);
}

Result<Numbers> run_once(const OldOptions& options, const std::filesystem::path& scratch) {
  Numbers out;
  Side empty{"empty", scratch / "empty"};
  Side old{"old", scratch / "old"};
  DAYBOOK_TRY(begin_from_store(options.run, old.data));
  DAYBOOK_TRY(start_twice(empty, out));
  DAYBOOK_TRY(start_twice(old, out));
  for (std::size_t round = 0; round < options.rounds; ++round) {
    const std::array<Side*, 2> turn =
        round % 2 == 0 ? std::array{&empty, &old} : std::array{&old, &empty};
    for (Side* side : turn) {
      DAYBOOK_TRY(measure_round(options, *side));
    }
    if (options.run.progress) {
      options.run.progress(round + 1, options.rounds);
    }
  }
  out.push_back({"post_old_to_empty", ratio(old.posts, empty.posts)});
  out.push_back({"cycles_old_to_empty", ratio(old.cycles, empty.cycles)});
  DAYBOOK_TRY(finish(options, empty, out));
  DAYBOOK_TRY(finish(options, old, out));
  if (options.sweep_retention) {
    DAYBOOK_TRY(measure_sweep(old.data, *options.sweep_retention, options.seconds, out));
    out.push_back({"old_sweep_views_stalls", static_cast<double>(stalls(old.data / "views"))});
  }
  return out;
}

}  // namespace

Status bench_old(const OldOptions& given, std::ostream& out) {
  OldOptions options = given;
  std::optional<ScratchDirectory> made;
  if (options.run.store.empty()) {
    DAYBOOK_ASSIGN(ScratchDirectory scratch, ScratchDirectory::make(options.run.directory));
    made.emplace(std::move(scratch));
    MakeStore make;
    make.store.jobs = options.jobs;
    make.store.pending = options.pending;
    make.store.definitions = options.definitions;
    make.store.until = SystemClock().wall();
    make.directory = options.run.store = made->path() / "store";
    make.progress = options.run.progress;
    DAYBOOK_TRY(make_store(make));
  }
  Report report("old", options.run.directory);
  report.parameter("rounds", options.rounds);
  report.parameter("seconds", options.seconds);
  return repeat(options.run, report, out,
                [&](const std::filesystem::path& scratch) { return run_once(options, scratch); });
}

}  // namespace daybook::bench
