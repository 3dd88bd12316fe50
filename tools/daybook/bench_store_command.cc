#include <memory>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/time_text.h"
#include "bench/store/store.h"
#include "tools/daybook/bench_command.h"
#include "tools/daybook/cli.h"
#include "tools/daybook/positive.h"
#include "tools/daybook/progress.h"

namespace daybook::cli {

namespace {

struct StoreChoice {
  bench::StoreBenchOptions options;
  std::string until;
  std::string span = "14d";
  std::string retention = "3650d";
};

void add_numbers(CLI::App& verb, bench::StoreOptions& store) {
  verb.add_option("--jobs", store.jobs, "Jobs that have ended")->capture_default_str();
  verb.add_option("--pending", store.pending, "Jobs that wait for their time")
      ->capture_default_str();
  verb.add_option("--definitions", store.definitions, "Job definitions they are spread over")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  verb.add_option("--batch", store.batch, "Jobs scheduled by one request")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  verb.add_option("--parameter-bytes", store.parameter_bytes, "Size of a job's parameters, about")
      ->check(CLI::Range(0, 262'144))
      ->capture_default_str();
  verb.add_option("--failed", store.failed, "Of a hundred jobs, those that failed for good")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  verb.add_option("--cancelled", store.cancelled, "Those that were cancelled")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  verb.add_option("--retried", store.retried, "Those that completed at the second attempt")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  verb.add_option("--seed", store.seed, "The same seed makes the same jobs")->capture_default_str();
}

Status make(const Session& session, StoreChoice& choice) {
  bench::StoreOptions& store = choice.options.make.store;
  DAYBOOK_ASSIGN(store.span, parse_duration(choice.span, "--span"));
  DAYBOOK_ASSIGN(store.retention, parse_duration(choice.retention, "--retention"));
  store.until = SystemClock().wall();
  if (!choice.until.empty()) {
    DAYBOOK_ASSIGN(store.until, parse_time(choice.until, "--until"));
  }
  Progress progress(session.env, "bench store");
  choice.options.make.progress = [&](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total);
  };
  return bench::bench_store(choice.options, session.env.out);
}

}  // namespace

void add_bench_store(CLI::App& noun, Session& session) {
  auto choice = std::make_shared<StoreChoice>();
  auto& verb = add_verb(
      noun, "store", "Makes a data directory as a server would have left it after so many jobs",
      {"bench store --jobs 2000000 --pending 100000 /var/tmp/two-million",
       "bench store --jobs 20000000 --span 60d --retention 7d --sweep --no-views /var/tmp/swept"});
  verb.add_option("DIR", choice->options.make.directory, "The directory: absent or empty")
      ->required();
  add_numbers(verb, choice->options.make.store);
  verb.add_option("--until", choice->until, "The store's last moment; absent: now");
  verb.add_option("--span", choice->span, "How long before that its first job was created")
      ->capture_default_str();
  verb.add_option("--retention", choice->retention, "Of its definitions: how long ended jobs stay")
      ->capture_default_str();
  verb.add_flag("--sweep", choice->options.make.store.sweep,
                "Ended jobs were removed when their retention was over");
  verb.add_flag_callback(
      "--no-views", [choice] { choice->options.make.views = false; },
      "Leave the views to the first server");
  verb.add_option("--json", choice->options.json, "Append the result to this file too");
  verb.callback([&session, choice] {
    session.action = [&session, choice] { return make(session, *choice); };
  });
}

}  // namespace daybook::cli
