#include "tests/simulation/verify.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "replay/checker.h"

namespace daybook::simulation {
namespace {

using projections::Views;

class Verification {
 public:
  Verification(Shared& shared, Server& server, Disk& disk, Oracle& oracle)
      : shared_(shared), server_(server), disk_(disk), oracle_(oracle) {}

  void run() {
    check_log();
    check_queue();
    check_sweep();
    fold(server_.views());
    check_digests();
    check_counts();
    check_statistics();
  }

 private:
  template <typename A, typename B>
  void same(const std::string& what, const A& is, const B& should) {
    if (is != should) {
      shared_.verdict.wrong(what + ": " + std::to_string(is) + " instead of " +
                            std::to_string(should));
    }
  }

  void check_log() {
    replay::JobTally server;
    server.pending = server_.sequencer().state().pending_count();
    server.running = server_.sequencer().state().running_count();
    const auto report = replay::check_log(disk_.log, oracle_.ledger(), server);
    DAYBOOK_CHECK(report.has_value(), "the log of the simulation can be read");
    if (!report->sound()) {
      shared_.verdict.wrong("the checker says: " + report->text());
    }
    if (server_.sequencer().state().hash() != oracle_.state().hash()) {
      shared_.verdict.wrong("I6: the live state differs from the fold of the log");
    }
  }

  void check_queue() {
    const auto queue = server_.dispatcher().metrics();
    const scheduler::State& state = oracle_.state();
    same("jobs in the queue", queue.waiting + queue.ready, state.pending_count());
    same("running jobs in the queue", queue.running, state.running_count());
    same("runs that hold a slot", queue.exec_running + queue.http_running + queue.reactor_running,
         0U);
    same("sendings in the outbox", server_.outbox().metrics().pending, state.sending_count());
  }

  void check_sweep() {
    if (!shared_.choices.retention) {
      return;
    }
    const Micros begun = shared_.clock.wall();  // what ends its time during the sweep may stay
    if (const auto swept = server_.sweep(); !swept) {
      shared_.verdict.wrong("the last sweep fails: " + swept.error().text());
      return;
    }
    oracle_.follow(disk_.log);
    projections::RetentionPlace fresh;
    const auto left = server_.views().retention_due(begun, 10, fresh);
    same("jobs whose retention is over and which stay", left ? left->size() : 1000, 0U);
  }

  void fold(Views& views) {
    while (const auto patience = views.fold_by_hand(shared_.clock.steady())) {
      shared_.clock.advance(Duration{patience->count()});
    }
    same("where the views are", views.applied().value, disk_.log.last().value);
  }

  void check_digests() {
    StoreDisk disk;
    projections::ViewsOptions options;
    options.open_store = [&]() -> Result<std::unique_ptr<projections::Store>> {
      return std::make_unique<MemoryStore>(disk);
    };
    const auto fresh = Views::open(options, disk_.log);
    DAYBOOK_CHECK(fresh.has_value(), "views open");
    fold(**fresh);
    const auto live = server_.views().digests();
    const auto built = (*fresh)->digests();
    DAYBOOK_CHECK(live.has_value() && built.has_value(), "views can be read");
    for (std::size_t i = 0; i < live->size(); ++i) {
      if ((*live)[i] != (*built)[i]) {
        shared_.verdict.wrong("I8: the view " + (*live)[i].first + " is not what the log gives");
      }
    }
  }

  // All of them together, and each.
  void check_counts() {
    for (const auto& [definition, tally] : oracle_.tallies()) {
      const auto counts = server_.views().counts(definition);
      DAYBOOK_CHECK(counts.has_value(), "views can be read");
      same("jobs of " + definition + " in the list",
           counts->pending + counts->running + counts->completed + counts->failed +
               counts->cancelled,
           tally.created - tally.removed);
      same("pending jobs of " + definition, counts->pending, 0U);
    }
    const auto sendings = server_.views().sending_counts();
    DAYBOOK_CHECK(sendings.has_value(), "views can be read");
    const Oracle::Sent& sent = oracle_.sent();
    same("sendings in the list",
         sendings->pending + sendings->sent + sendings->bounced + sendings->cancelled,
         sent.created - sent.removed);
  }

  // A recount, whatever the resolution. Minutes are not kept for ever.
  void check_statistics() {
    const Duration span = oracle_.state().time() - oracle_.began();
    const bool recent = span < hours(24 * 30);
    for (const auto& [definition, tally] : oracle_.tallies()) {
      Views::StatisticsQuery query;
      query.of = Views::StatisticsQuery::Of::kOne;
      query.definition = definition;
      query.from = Micros{oracle_.began().value - hours(24).value};
      query.now = oracle_.state().time();
      query.resolution = recent ? seconds(shared_.random.chance(500) ? 60 : 3600) : hours(24);
      const auto sum = sum_of(std::move(query));
      if (!sum) {
        shared_.verdict.wrong("statistics: " + sum.error().text());
        return;
      }
      same("jobs of " + definition + " in the statistics", sum->scheduled, tally.created);
      same("completed jobs of " + definition + " in the statistics", sum->successful,
           tally.completed);
      same("failed jobs of " + definition + " in the statistics", sum->failed, tally.failed);
      same("cancelled jobs of " + definition + " in the statistics", sum->cancelled,
           tally.cancelled);
    }
  }

  Result<projections::StatisticsRow> sum_of(Views::StatisticsQuery query) {
    projections::StatisticsRow sum;
    for (bool more = true; more;) {
      DAYBOOK_ASSIGN(const auto page, server_.views().statistics(query));
      for (const auto& row : page.rows) {
        sum.scheduled += row.scheduled;
        sum.successful += row.successful;
        sum.failed += row.failed;
        sum.cancelled += row.cancelled;
      }
      more = page.more;
      query.after = page.last_cursor;
    }
    return sum;
  }

  Shared& shared_;
  Server& server_;
  Disk& disk_;
  Oracle& oracle_;
};

}  // namespace

void verify(Shared& shared, Server& server, Disk& disk, Oracle& oracle, const Clients& clients) {
  clients.check_keys();
  Verification(shared, server, disk, oracle).run();
}

}  // namespace daybook::simulation
