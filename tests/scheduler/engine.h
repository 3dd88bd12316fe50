// The state machine with a log and a clock in the hand, without threads: decide, encode, append,
// evolve, as the sequencer does it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "events/catalogue.h"
#include "events/group.h"
#include "log/event_reader.h"
#include "log/memory_log.h"
#include "scheduler/decide.h"
#include "scheduler/recover.h"
#include "scheduler/serialize.h"

namespace daybook::scheduler {

inline constexpr Micros kStart{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z
inline constexpr events::Secret kSecret{7, 11};

class Engine {
 public:
  log::MemoryLog log;
  State state;
  Micros now = kStart;
  std::optional<Error> closed;            // why new work is refused
  ContractCheck* contracts = nullptr;     // what parameters are checked with
  std::string actor = "local";            // who asks
  std::string written_as;                 // as whom the log has him, if not as himself
  std::vector<std::string_view> written;  // names of the events of the last command
  Seq cause;                              // of the last command

  Result<Outcome> run(const Command& asked) {
    written.clear();
    command_ = asked;  // the events borrow its texts
    const Command& command = command_;
    Context context{
        state,     now,   writer_.next_seq(),         closed ? &*closed : nullptr, nullptr,
        contracts, actor, state.rights_of(actor, now)};
    if (context.rights == nullptr) {
      return fail(Code::kUnauthorized, "UNAUTHORIZED", "a valid token is needed");
    }
    DAYBOOK_TRY(decide(context, command, decision_));
    if (decision_.wants) {
      const std::string_view parameters = created(*decision_.wants).parameters.text;
      context.parameters = &parameters;
      DAYBOOK_TRY(decide(context, command, decision_));
      EXPECT_FALSE(decision_.wants);
    }
    if (!decision_.events.empty()) {
      record();
    }
    return std::move(decision_.outcome);
  }

  // What the command answers when it is accepted.
  template <typename T>
  T ok(const Command& command) {
    auto done = run(command);
    if (!done) {
      ADD_FAILURE() << done.error().text();
      return T{};
    }
    if (!std::holds_alternative<T>(*done)) {
      ADD_FAILURE() << "another kind of outcome";
      return T{};
    }
    return std::get<T>(std::move(*done));
  }

  // "<reason> <field>" of a command that is refused and changes nothing.
  std::string refusal(const Command& command) {
    const Hash before = state.hash();
    const auto done = run(command);
    EXPECT_EQ(state.hash(), before);
    if (done) {
      return "accepted";
    }
    return done.error().field.empty() ? done.error().reason
                                      : done.error().reason + " " + done.error().field;
  }

  // What the job was created with, as the log says; valid until the next call.
  events::JobCreated created(JobId job) {
    const auto recorded = reader_.at(job.key());
    EXPECT_TRUE(recorded) << recorded.error().text();
    return std::get<events::JobCreated>((*recorded)->event);
  }

  // As the sequencer and who archives do: what is still needed is kept.
  void trim(Seq through) {
    std::vector<JobId> jobs;
    state.each_job([&](const JobView& job) {
      if (job.job.key() <= through) {
        jobs.push_back(job.job);
      }
    });
    for (const JobId job : jobs) {
      state.keep_parameters(job, created(job).parameters.text);
    }
    ASSERT_TRUE(log.trim(through));
  }

  // Another process: the state is what the log says.
  void restart() {
    State again;
    const Status folded = fold(again, log, log.last());
    ASSERT_TRUE(folded) << folded.error().text();
    EXPECT_EQ(again.hash(), state.hash());
    EXPECT_EQ(again.pending_count(), state.pending_count());
    EXPECT_EQ(again.running_count(), state.running_count());
    EXPECT_EQ(again.definition_count(), state.definition_count());
    state = std::move(again);
  }

  // Through the canonical form and back.
  void reload() {
    std::vector<std::uint8_t> bytes;
    ASSERT_TRUE(serialize(state, [&](std::span<const std::uint8_t> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
      return Status{};
    }));
    auto again = deserialize(bytes);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(again->hash(), state.hash());
    state = std::move(*again);
  }

  void component(const std::string& id, events::Runtime runtime = events::Runtime::kExec) {
    PutComponent put;
    put.component = {id, runtime, R"({"command":["true"]})", sha256(id)};
    ok<ComponentOutcome>(put);
  }

  DefinitionOutcome definition(const PutDefinition& put) { return ok<DefinitionOutcome>(put); }
  DefinitionOutcome definition(const std::string& id, const std::string& component = "c") {
    return definition(settings(id, component));
  }
  static PutDefinition settings(const std::string& id, const std::string& component = "c") {
    PutDefinition put;
    put.definition = id;
    put.component = component;
    return put;
  }

  JobId create(const NewJob& job) {
    const auto created = ok<Created>(CreateJobs{{job}});
    return created.jobs.empty() ? JobId{} : created.jobs.front();
  }
  JobId create(const std::string& definition, std::optional<Micros> run_at = {}) {
    NewJob job;
    job.definition = definition;
    job.run_at = run_at;
    return create(job);
  }

  StartedJob start(JobId job, bool leased = false) {
    auto outcome = ok<StartOutcome>(StartJob{job, kSecret, leased ? "worker" : "", leased});
    EXPECT_TRUE(outcome.started);
    return outcome.started.value_or(StartedJob{});
  }

  static ReportAttempt completion(const Token& token, std::uint64_t digest = 1) {
    ReportAttempt report;
    report.token = token;
    report.result = R"({"ok":true})";
    report.digest = digest;
    return report;
  }
  static ReportAttempt failure(const Token& token, bool retryable = true) {
    ReportAttempt report;
    report.token = token;
    report.failed = Failed{"E_TEST", "it failed", R"({"n":1})", retryable};
    report.digest = 2;
    return report;
  }
  // The newest event of that kind of the last command; its texts are the engine's.
  template <typename E>
  E last() const {
    for (auto event = kept_.rbegin(); event != kept_.rend(); ++event) {
      if (const E* found = std::get_if<E>(&*event)) {
        return *found;
      }
    }
    ADD_FAILURE() << "no such event";
    return E{};
  }

  // As the sequencer writes a step of the clock that it saw.
  void step_clock(const events::ClockStepped& step) {
    decision_ = {};
    decision_.events.emplace_back(step);
    record();
  }
  // The wall clock is set back, and shows this much less than the log's time from here on.
  void set_back(Duration by) {
    const events::ClockOffsets& before = state.offsets();
    step_clock({events::ClockStep::kBack,
                Duration{-by.value},
                {before.lead, Duration{before.ahead.value + by.value}},
                {}});
  }

  // A job that has run to its end.
  JobId ended(const std::string& definition) {
    const JobId job = create(definition);
    ok<ReportOutcome>(completion(start(job).token));
    return job;
  }

 private:
  void record() {
    const Seq first = writer_.next_seq();
    kept_.clear();
    writer_.add({{1, first.value}, written_as.empty() ? actor : written_as, now, decision_.cause},
                decision_.events);
    cause = decision_.cause;
    events::Recorded recorded;
    recorded.meta = {first, now, {}, decision_.cause, {}, 0, 0, actor};
    for (const events::Event& event : decision_.events) {
      written.push_back(events::entry_of(event).name);
      kept_.push_back(event);
      recorded.event = event;
      evolve(state, recorded, writer_.chain());
      recorded.meta.seq = next(recorded.meta.seq);
    }
    const Status appended = log.append(writer_.take());
    ASSERT_TRUE(appended) << appended.error().text();
  }

  log::EventReader reader_{log};
  Command command_;
  std::vector<events::Event> kept_;
  events::GroupWriter writer_{Seq{}, events::genesis(), Epoch{1}};
  Decision decision_;
};

// Ends every test with what I6 says: the state is the fold of the log, and survives its own form.
class EngineTest : public testing::Test {
 protected:
  void TearDown() override {
    engine.restart();
    engine.reload();
  }

  Engine engine;
};

using Names = std::vector<std::string_view>;

}  // namespace daybook::scheduler
