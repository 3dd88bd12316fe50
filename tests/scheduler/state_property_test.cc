// Random lives of the whole state machine: whatever was asked in whatever order, the log, the
// working state and every snapshot with its tail agree (I6), and what may never happen did not.
#include <rapidcheck.h>

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "scheduler/state_parts.h"
#include "tests/scheduler/engine.h"

namespace daybook::scheduler {
namespace {

class Life {
 public:
  Engine engine;

  void step() {
    engine.now = engine.now + Duration{*rc::gen::inRange<std::int64_t>(0, 40'000'000)};
    const auto done = engine.run(command(pick(22)));
    if (!done) {
      return;
    }
    if (const auto* created = std::get_if<Created>(&*done)) {
      jobs_.insert(jobs_.end(), created->jobs.begin(), created->jobs.end());
    } else if (const auto* started = std::get_if<StartOutcome>(&*done);
               started != nullptr && started->started) {
      tokens_.push_back(started->started->token);
    } else if (const auto* report = std::get_if<ReportOutcome>(&*done)) {
      jobs_.insert(jobs_.end(), report->scheduled.begin(), report->scheduled.end());
    }
  }

 private:
  std::vector<JobId> jobs_;
  std::vector<Token> tokens_;

  static int pick(int end) { return *rc::gen::inRange(0, end); }
  static std::string one_of(const char* prefix, int count) {
    return prefix + std::to_string(pick(count));
  }
  JobId job() {
    return jobs_.empty() || pick(20) == 0
               ? JobId::make(kStart, 0, Seq{1U + static_cast<unsigned>(pick(50))})
               : *rc::gen::elementOf(jobs_);
  }
  Token token() {
    if (tokens_.empty() || pick(20) == 0) {
      return {Seq{1U + static_cast<unsigned>(pick(50))}, kSecret};
    }
    return *rc::gen::elementOf(tokens_);
  }
  NewJob new_job() {
    NewJob out;
    out.definition = one_of("d", 3);
    out.parameters = pick(2) == 0 ? "" : R"({"a":1})";
    if (pick(3) == 0) {
      out.run_at = engine.now + Duration{pick(100'000'000)};
    }
    if (pick(3) == 0) {
      out.unique_key = one_of("k", 3);
    }
    return out;
  }
  PutDefinition definition() {
    PutDefinition out = Engine::settings(one_of("d", 3), one_of("c", 2));
    out.retry = {1U + static_cast<std::uint32_t>(pick(4)), seconds(1), seconds(60), 2000, 500};
    out.concurrency = static_cast<std::uint32_t>(pick(4));
    out.rate_count = static_cast<std::uint32_t>(pick(3));
    out.rate_per = seconds(20);
    out.timeout = seconds(pick(3) * 60);
    out.paused = pick(8) == 0;
    return out;
  }
  ReportAttempt report(bool good) {
    ReportAttempt out = good ? Engine::completion(token()) : Engine::failure(token(), pick(4) != 0);
    out.cancelled = pick(6) == 0;
    out.jitter = static_cast<std::uint64_t>(pick(1000));
    for (int i = pick(3); good && i > 0; --i) {
      out.effects.push_back(ScheduleEffect{new_job(), seconds(pick(60))});
      if (pick(2) == 0) {
        out.effects.push_back(new_sending());
      }
    }
    return out;
  }
  // Few ids, so that some are taken; their creations stand somewhere in the log.
  SendingId sending_id() { return {0x8000, 1U + static_cast<std::uint64_t>(pick(6))}; }
  NewSending new_sending() {
    return {sending_id(), Transport::kEmail, "a@example.org", "reactor", "{}"};
  }
  ReportSending sending_report() {
    ReportSending out;
    out.sending = sending_id();
    engine.state.each_sending(
        [&](const Sending& sending) { out.sending = pick(2) == 0 ? sending.id : out.sending; });
    const auto live = engine.state.find_sending(out.sending);
    out.attempt = Attempt{(live ? live->attempt.value : 0) + (pick(8) == 0 ? 0 : 1)};
    if (pick(2) == 0) {
      out.failed = Failed{"E", "no", {}, pick(2) != 0};
    }
    out.jitter = static_cast<std::uint64_t>(pick(1000));
    return out;
  }
  RemoveSendings sending_removal() {
    RemoveSendings out;
    for (std::uint64_t seq = 1; seq <= engine.log.last().value && out.sendings.size() < 2; ++seq) {
      if (engine.state.is_sending_ended(Seq{seq})) {
        out.sendings.push_back({sending_id(), Seq{seq}});
      }
    }
    out.cutoff = engine.now;
    return out;
  }
  Command sending_command() {
    switch (pick(5)) {
      case 0:
        return CreateSending{new_sending()};
      case 1:
        return CancelSending{sending_id()};
      case 2:
        return sending_removal();
      default:
        return sending_report();
    }
  }

  ExpireLease expiry() {
    ExpireLease out;
    out.started = token().started;
    const auto open = engine.state.find_open(out.started);
    out.job = open ? open->job : job();
    out.cause = static_cast<events::ExpiryCause>(1 + pick(3));
    return out;
  }
  RemoveJobs removal() {
    RemoveJobs out;
    for (int i = 1 + pick(4); i > 0; --i) {
      out.jobs.push_back({job(), "d0"});
    }
    if (pick(2) == 0) {
      out.cutoff = engine.now;
    }
    return out;
  }

  Command command(int what) {
    switch (what) {
      case 0:
        return PutComponent{{one_of("c", 2),
                             pick(2) == 0 ? events::Runtime::kExec : events::Runtime::kWorker,
                             "{}",
                             {}},
                            "",
                            "",
                            ""};
      case 1:
        return pick(4) == 0 ? Command(DeleteComponent{one_of("c", 2)}) : Command(definition());
      case 2:
        return pick(3) == 0 ? Command(DeleteDefinition{one_of("d", 3)}) : Command(definition());
      case 3:
        return pick(4) == 0 ? Command(StartServer{"1", "h", 1}) : Command(definition());
      case 4:
        return CancelJob{job()};
      case 5:
        return RequestCancel{job()};
      case 6:
        return RetryJob{job(), new_job()};
      case 7:
        return removal();
      case 8:
        return ExtendLease{token(), {}};
      case 9:
      case 10:
        return expiry();
      case 11:
      case 12:
        return report(true);
      case 13:
        return report(false);
      case 14:
      case 15:
      case 16: {
        const JobId id = job();
        return StartJob{id, kSecret, "w", pick(2) == 0};
      }
      case 20:
      case 21:
        return sending_command();
      default: {
        CreateJobs out;
        for (int i = 1 + pick(3); i > 0; --i) {
          out.jobs.push_back(new_job());
        }
        return out;
      }
    }
  }
};

Hash folded(log::Log& log, State state) {
  const Status done = fold(state, log, log.last());
  RC_ASSERT(done.has_value());
  return state.hash();
}

// The counters are what a look at every job says.
void check_counts(const State& state) {
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> counts;
  std::size_t keyed = 0;
  std::uint64_t pending = 0;
  state.each_job([&](const JobView& job) {
    ++(job.running ? counts[job.definition->id].second : counts[job.definition->id].first);
    pending += job.running ? 0 : 1;
    RC_ASSERT(!state.is_ended(job.job));
    if (const auto key = state.parts().unique.held_by(job.job.key())) {
      RC_ASSERT(state.parts().unique.holder(*key) == job.job.key());
      ++keyed;
    }
  });
  RC_ASSERT(keyed == state.parts().unique.size());
  RC_ASSERT(state.pending_count() == pending);
  state.each_definition([&](const Definition& definition) {
    RC_ASSERT(definition.pending == counts[definition.id].first);
    RC_ASSERT(definition.running == counts[definition.id].second);
    RC_ASSERT(!definition.deleted || definition.pending + definition.running > 0);
  });
}

// What the checker of contract.md asks of every job's life, from the log alone.
void check_lives(log::Log& log) {
  std::map<JobId, Seq> open;
  std::map<JobId, std::uint32_t> attempts;
  std::set<JobId> ended;
  const auto end = [&](const events::AttemptEnd& attempt, JobId job, bool last) {
    RC_ASSERT(!ended.contains(job));
    if (attempt.attempt.value != 0) {
      RC_ASSERT(open.at(job) == attempt.started);
      open.erase(job);
    }
    RC_ASSERT(!open.contains(job));
    if (last) {
      ended.insert(job);
    }
  };
  auto cursor = log.read(Seq{1});
  events::RecordView record;
  while (*(*cursor)->next(record)) {
    const auto recorded = events::decode(record);
    RC_ASSERT(recorded.has_value());
    if (const auto* e = std::get_if<events::JobStarted>(&recorded->event)) {
      RC_ASSERT(!ended.contains(e->job) && e->due <= recorded->meta.time);
      RC_ASSERT(open.emplace(e->job, recorded->meta.seq).second);
      RC_ASSERT(e->attempt.value == ++attempts[e->job]);
    } else if (const auto* completed = std::get_if<events::JobCompleted>(&recorded->event)) {
      end(completed->end, completed->job, true);
    } else if (const auto* failed = std::get_if<events::JobFailed>(&recorded->event)) {
      end(failed->end, failed->job, true);
    } else if (const auto* cancelled = std::get_if<events::JobCancelled>(&recorded->event)) {
      end(cancelled->end, cancelled->job, true);
    } else if (const auto* retried = std::get_if<events::JobRetryScheduled>(&recorded->event)) {
      end(retried->end, retried->job, false);
    }
  }
}

TEST(StateProperty, FoldOfTheLogIsTheWorkingStateFromEverySnapshot) {
  std::map<std::string_view, int> written;
  const bool held = rc::check([&] {
    Life life;
    std::vector<std::vector<std::uint8_t>> snapshots;
    const int steps = *rc::gen::inRange(0, 1000);
    for (int i = 0; i < steps; ++i) {
      life.step();
      for (const std::string_view name : life.engine.written) {
        ++written[name];
      }
      if (i % 100 == 7) {
        auto& bytes = snapshots.emplace_back();
        const Status done = serialize(life.engine.state, [&](auto piece) {
          bytes.insert(bytes.end(), piece.begin(), piece.end());
          return Status{};
        });
        RC_ASSERT(done.has_value());
      }
    }
    const Hash working = life.engine.state.hash();
    RC_ASSERT(folded(life.engine.log, State()) == working);
    for (const auto& bytes : snapshots) {
      auto state = deserialize(bytes);
      RC_ASSERT(state.has_value());
      RC_ASSERT(folded(life.engine.log, std::move(*state)) == working);
    }
    check_counts(life.engine.state);
    check_lives(life.engine.log);
  });
  EXPECT_TRUE(held);
  // The lives were not trivial: everything that a command can write came about.
  for (const auto& entry : events::catalogue()) {
    // Rules have no commands yet.
    if (entry.type < 25 && entry.name != "IdempotencyKeyUsed" && entry.name != "LogTrimmed") {
      EXPECT_GT(written[entry.name], 0) << entry.name;
    }
  }
}

}  // namespace
}  // namespace daybook::scheduler
