// Questions to the statistics of a day in which 200 definitions were busy every minute.
#include <unistd.h>

#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "bench/projections_start.h"
#include "events/group.h"
#include "log/memory_log.h"
#include "projections/views.h"

namespace daybook::projections {
namespace {

using Query = Views::StatisticsQuery;

constexpr std::int64_t kMinutes = 1'440;
constexpr int kStatisticsDefinitions = 200;

// A minute: each definition has a job created, started after a while, and completed.
void append_minute(log::Log& log, events::GroupWriter& writer, std::int64_t minute) {
  Micros now = kStart + seconds(60 * minute);
  const auto add = [&](const events::Event& event) {
    writer.add({CommandId{1, 1}, "system", now, Seq{}}, {&event, 1});
  };
  for (int i = 0; i < kStatisticsDefinitions; ++i) {
    const std::string name = "definition-" + std::to_string(i);
    events::JobCreated created;
    created.job = JobId::make(now, 0, writer.next_seq());
    created.definition = name;
    created.run_at = now;
    add(created);
    events::JobStarted started;
    started.job = created.job;
    started.attempt = Attempt{1};
    started.definition = name;
    started.due = now;
    now = now + Duration{70'000 + 37 * ((minute * 7919 + i) % 1'000)};
    add(started);
    events::JobCompleted completed;
    completed.job = created.job;
    completed.definition = name;
    completed.end = {Attempt{1}, Seq{1}, started.due, 1};
    add(completed);
  }
  DAYBOOK_CHECK(log.append(writer.take()).has_value(), "the log takes a group");
}

class BusyDay {
 public:
  BusyDay() {
    events::GroupWriter writer(log_.last(), log_.last_chain(), Epoch{1});
    for (std::int64_t minute = 0; minute < kMinutes; ++minute) {
      append_minute(log_, writer, minute);
    }
    folder_ = std::filesystem::temp_directory_path() /
              ("daybook-statistics-bench-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    ViewsOptions options;
    options.directory = folder_;
    auto views = Views::open(options, log_);
    DAYBOOK_CHECK(views.has_value(), "the views open");
    views_ = std::move(*views);
    views_->start();
    DAYBOOK_CHECK(views_->wait_for(log_.last(), std::chrono::minutes(5)).has_value(),
                  "the views catch up");
  }
  ~BusyDay() {
    views_.reset();
    std::filesystem::remove_all(folder_);
  }
  const Views& views() const { return *views_; }

 private:
  log::MemoryLog log_;
  std::filesystem::path folder_;
  std::unique_ptr<Views> views_;
};

void ask(benchmark::State& state, Query query) {
  static const BusyDay day;
  query.from = kStart;
  query.to = query.now = kStart + hours(24);
  std::size_t rows = 0;
  for (auto _ : state) {
    const auto page = day.views().statistics(query);
    DAYBOOK_CHECK(page.has_value(), "the question is answered");
    rows = page->rows.size();
  }
  state.counters["rows"] = static_cast<double>(rows);
}

// The question without parameters: a page of minutes of each definition.
void minutes_of_each(benchmark::State& state) {
  ask(state, {});
}
void minutes_of_one(benchmark::State& state) {
  Query query;
  query.of = Query::Of::kOne;
  query.definition = "definition-7";
  query.rows_max = kStatisticsRowsMax;
  ask(state, query);
}
void minutes_of_all_together(benchmark::State& state) {
  Query query;
  query.of = Query::Of::kAll;
  query.rows_max = kStatisticsRowsMax;
  ask(state, query);
}
void days_of_each(benchmark::State& state) {
  Query query;
  query.resolution = hours(24);
  ask(state, query);
}
BENCHMARK(minutes_of_each)->Unit(benchmark::kMillisecond);
BENCHMARK(minutes_of_one)->Unit(benchmark::kMillisecond);
BENCHMARK(minutes_of_all_together)->Unit(benchmark::kMillisecond);
BENCHMARK(days_of_each)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace daybook::projections
