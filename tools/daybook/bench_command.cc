#include "tools/daybook/bench_command.h"

#include <CLI/CLI.hpp>

#include "base/time_text.h"
#include "bench/load/cycles.h"
#include "bench/load/due.h"
#include "bench/load/fsync.h"
#include "bench/load/http.h"
#include "bench/load/old.h"
#include "bench/load/replay.h"
#include "bench/load/trace.h"
#include "tools/daybook/bearer.h"
#include "tools/daybook/cli.h"
#include "tools/daybook/positive.h"
#include "tools/daybook/progress.h"

namespace daybook::cli {

namespace {

struct Verb {
  std::string name;
  std::string what;
  std::vector<std::string> examples;
};

// A verb whose options live in `options` and that runs `measure(options, out)`.
template <typename Options>
CLI::App& add_bench_verb(CLI::App& noun, Session& session, const Verb& about,
                         std::shared_ptr<Options> options,
                         std::function<Status(const Options&, std::ostream&)> measure) {
  const std::string& name = about.name;
  auto& verb = add_verb(noun, name, about.what, about.examples);
  bench::RunOptions& run = options->run;
  run.directory = std::filesystem::temp_directory_path();
  verb.add_option("--dir", run.directory,
                  "Scratch directories are made here: it decides which disk is measured")
      ->capture_default_str();
  verb.add_option("--repeat", run.repeat, "Runs, each in an empty directory; the median counts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb.add_option("--json", run.json, "Append the result to this file as one JSON line");
  verb.callback([&session, options, name, measure] {
    session.action = [&session, options, name, measure] {
      auto progress = std::make_shared<Progress>(session.env, "bench " + name);
      options->run.progress = [progress](std::uint64_t done, std::uint64_t total) {
        progress->update(done, total);
      };
      return measure(*options, session.env.out);
    };
  });
  return verb;
}

// For verbs that can begin from a store.
CLI::Option& add_store_option(CLI::App& verb, bench::RunOptions& run) {
  return *verb.add_option("--store", run.store,
                          "Begin from this data directory (bench store), which no server uses: "
                          "each run works on a copy, and it stays as it is");
}

// A flag that makes `on` false; CLI11's own form for it shows in the help.
void add_off_flag(CLI::App& verb, const std::string& name, bool& on, const std::string& what) {
  verb.add_flag_callback(
      name, [&on] { on = false; }, what);
}

void add_cycle_options(CLI::App& verb, bench::CyclesOptions& options) {
  bench::CycleOptions& cycle = options.cycle;
  verb.add_option("--jobs", cycle.jobs, "Jobs to run")->check(positive())->capture_default_str();
  verb.add_option("--batch", cycle.batch, "Jobs scheduled by one request")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  verb.add_option("--definitions", cycle.definitions, "Job definitions they are spread over")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  verb.add_option("--parameter-bytes", cycle.parameter_bytes, "Size of a job's parameters")
      ->check(CLI::Range(0, 262'144))
      ->capture_default_str();
  add_off_flag(verb, "--no-views", options.views, "Do not fold the views");
  add_off_flag(verb, "--no-queue", cycle.queue,
               "Start from the answers, not from the folded queue");
  add_off_flag(verb, "--no-snapshots", options.snapshots, "Take no snapshots");
  add_off_flag(verb, "--no-sync", options.sync, "Sync nothing: for comparison only");
  verb.add_option("--data-dir", options.keep, "Run once in this directory and leave it there")
      ->excludes(&add_store_option(verb, options.run));
}

void add_cycles(CLI::App& noun, Session& session) {
  auto options = std::make_shared<bench::CyclesOptions>();
  auto& verb = add_bench_verb<bench::CyclesOptions>(
      noun, session,
      Verb{"cycles",
           "Full job cycles in this process: create, start, complete",
           {"bench cycles --repeat 3",
            "bench cycles --jobs 2000000 --data-dir /var/tmp/two-million"}},
      options,
      [](const auto& o, std::ostream& out) { return bench::bench_cycles("cycles", o, out); });
  add_cycle_options(verb, *options);
  verb.add_option("--window", options->cycle.window, "Jobs under way at once, at most")
      ->check(CLI::Range(1, 500'000))
      ->capture_default_str();
}

void add_burndown(CLI::App& noun, Session& session) {
  auto options = std::make_shared<bench::CyclesOptions>();
  options->cycle.prefill = true;
  options->cycle.jobs = 500'000;
  auto& verb = add_bench_verb<bench::CyclesOptions>(
      noun, session,
      Verb{"burndown",
           "Schedules all jobs first, then measures how they are worked off",
           {"bench burndown --jobs 1000000"}},
      options,
      [](const auto& o, std::ostream& out) { return bench::bench_cycles("burndown", o, out); });
  add_cycle_options(verb, *options);
}

void add_steady(CLI::App& noun, Session& session) {
  auto options = std::make_shared<bench::CyclesOptions>();
  options->cycle.rate = 1000;
  options->cycle.jobs = 10'000;
  options->cycle.batch = 1;
  auto& verb = add_bench_verb<bench::CyclesOptions>(
      noun, session,
      Verb{"steady",
           "Jobs at a fixed rate; latencies count from the time that was meant",
           {"bench steady --rate 5000 --jobs 50000"}},
      options,
      [](const auto& o, std::ostream& out) { return bench::bench_cycles("steady", o, out); });
  add_cycle_options(verb, *options);
  verb.add_option("--rate", options->cycle.rate, "Jobs a second")
      ->check(positive())
      ->capture_default_str();
}

void add_replay(CLI::App& noun, Session& session) {
  auto options = std::make_shared<bench::ReplayOptions>();
  auto& verb = add_bench_verb<bench::ReplayOptions>(
      noun, session,
      Verb{"replay",
           "Folds a log again: into the decision state and into all views",
           {"bench replay --store /var/tmp/two-million --repeat 3"}},
      options, bench::bench_replay);
  verb.add_option("--store,--data-dir", options->data,
                  "A data directory that no server uses; it stays as it is")
      ->required();
  add_off_flag(verb, "--no-views", options->views, "Do not build the views");
}

void add_http(CLI::App& noun, Session& session) {
  auto options = std::make_shared<bench::HttpBenchOptions>();
  auto& verb = add_bench_verb<bench::HttpBenchOptions>(
      noun, session,
      Verb{"http",
           "POST /resources/jobs, one job a request, over open connections",
           {"bench http --connections 64 --seconds 10", "bench http --store /var/tmp/two-million",
            "--server http://127.0.0.1:7070 bench http --rate 2000"}},
      options, [&session](const bench::HttpBenchOptions& given, std::ostream& out) -> Status {
        bench::HttpBenchOptions o = given;
        o.server = session.server;  // none: a server of its own, which asks for no token
        if (!o.server.empty()) {
          DAYBOOK_ASSIGN(Bearer bearer, bearer_for(session, o.server));
          o.token = std::move(bearer.token);
        }
        return bench::bench_http(o, out);
      });
  add_store_option(verb, options->run);
  verb.add_option("--connections", options->connections, "Connections, each with one request")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  verb.add_option("--seconds", options->seconds, "Time measured")
      ->check(positive())
      ->capture_default_str();
  verb.add_option("--warm-up", options->warm_up_seconds, "Seconds before, not counted")
      ->capture_default_str();
  verb.add_option("--rate", options->rate, "Requests a second; 0: as fast as answered")
      ->capture_default_str();
  verb.add_option("--parameter-bytes", options->parameter_bytes, "Size of a job's parameters")
      ->capture_default_str();
}

void add_pending(CLI::App& noun, Session& session) {
  auto options = std::make_shared<bench::PendingOptions>();
  auto& verb = add_bench_verb<bench::PendingOptions>(
      noun, session,
      Verb{"pending",
           "Memory of a server full of pending jobs, and its restart after SIGKILL",
           {"bench pending --jobs 1000000", "bench pending --store /var/tmp/two-million"}},
      options, bench::bench_pending);
  add_store_option(verb, options->run);
  verb.add_option("--jobs", options->jobs, "Pending jobs")
      ->check(positive())
      ->capture_default_str();
  verb.add_option("--parameter-bytes", options->parameter_bytes, "Size of a job's parameters")
      ->capture_default_str();
}

void add_old(CLI::App& noun, Session& session) {
  auto options = std::make_shared<bench::OldOptions>();
  auto sweep = std::make_shared<std::string>();
  auto& verb = add_bench_verb<bench::OldOptions>(
      noun, session,
      Verb{"old",
           "A server on an empty store and on one that many jobs have gone through",
           {"bench old --jobs 2000000",
            "bench old --store /var/tmp/two-million --sweep-retention 7d"}},
      options, [sweep](const bench::OldOptions& given, std::ostream& out) -> Status {
        bench::OldOptions o = given;
        if (!sweep->empty()) {
          DAYBOOK_ASSIGN(o.sweep_retention, parse_duration(*sweep, "--sweep-retention"));
        }
        return bench::bench_old(o, out);
      });
  CLI::Option& store = add_store_option(verb, options->run);
  verb.add_option("--jobs", options->jobs, "Without --store: jobs that have ended in the old one")
      ->check(positive())
      ->excludes(&store)
      ->capture_default_str();
  verb.add_option("--pending", options->pending, "Jobs that wait there for their time")
      ->excludes(&store)
      ->capture_default_str();
  verb.add_option("--definitions", options->definitions, "Job definitions they are spread over")
      ->check(CLI::Range(2, 100'000))
      ->excludes(&store)
      ->capture_default_str();
  verb.add_option("--rounds", options->rounds, "How often each rate is measured, in turns")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  verb.add_option("--sweep-retention", *sweep,
                  "At the end, sweep the old store with this retention, and measure that");
  verb.add_option("--seconds", options->seconds, "Time of each rate")
      ->check(positive())
      ->capture_default_str();
}

void add_small(CLI::App& noun, Session& session) {
  auto fsync = std::make_shared<bench::FsyncOptions>();
  add_bench_verb<bench::FsyncOptions>(
      noun, session,
      Verb{"fsync", "What one durable write costs on a disk", {"bench fsync --dir /var/lib"}},
      fsync, bench::bench_fsync)
      .add_option("--writes", fsync->writes, "Writes of 4 KiB")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  auto due = std::make_shared<bench::DueOptions>();
  auto& verb = add_bench_verb<bench::DueOptions>(
      noun, session,
      Verb{"due",
           "How long after its time a job starts when nothing else is going on",
           {"bench due", "bench due --exec --jobs 500"}},
      due, bench::bench_due);
  verb.add_option("--jobs", due->jobs, "Jobs, one every 10 ms")
      ->check(positive())
      ->capture_default_str();
  verb.add_flag("--exec", due->exec, "Run a child process each, instead of nothing");
  auto trace = std::make_shared<bench::TraceOptions>();
  auto& traced = add_bench_verb<bench::TraceOptions>(
      noun, session,
      Verb{"trace",
           "Feeds a job trace through the engine on a virtual clock, then replays the log",
           {"bench trace NASA-iPSC-1993-3.1-cln.swf.gz"}},
      trace, bench::bench_trace);
  traced
      .add_option("FILE", trace->file,
                  "A trace of the Parallel Workloads Archive (Standard Workload Format)")
      ->required();
  traced.add_option("--jobs", trace->jobs_max, "Only the first so many jobs; 0: all");
}

}  // namespace

void add_bench_command(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "bench", "Measures the engine and the server");
  add_small(noun, session);
  add_cycles(noun, session);
  add_burndown(noun, session);
  add_steady(noun, session);
  add_replay(noun, session);
  add_http(noun, session);
  add_pending(noun, session);
  add_old(noun, session);
  add_bench_store(noun, session);
}

}  // namespace daybook::cli
