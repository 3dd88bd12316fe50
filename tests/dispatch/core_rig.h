// The dispatcher's core with a state machine, a log and a clock in the hand: no threads, so that
// every order of things can be played.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/entropy.h"
#include "dispatch/core.h"
#include "events/codec.h"
#include "tests/scheduler/engine.h"

namespace daybook::dispatch {

using scheduler::kStart;
using scheduler::StartedJob;

class CoreRig : public testing::Test {
 protected:
  CoreRig() { begin({4, 4}); }

  // A core that takes over what the log says.
  void begin(CoreOptions options) {
    core = std::make_unique<Core>(options, entropy);
    core->recover(engine.state, engine.state.applied(), [](Seq) { return ""; });
    cursor = std::move(*engine.log.read(next(engine.state.applied())));
    unanswered.clear();
  }

  Now now() const { return {engine.now, Micros{engine.now.value - kStart.value}}; }
  void advance(Duration by) { engine.now = engine.now + by; }

  // Lets the core see what the log holds.
  void fold() {
    events::RecordView record;
    while (*cursor->next(record)) {
      const auto recorded = events::decode(record);
      ASSERT_TRUE(recorded);
      core->apply(*recorded);
    }
  }

  // One round: what the core proposes is decided, but not answered yet.
  void decide() {
    fold();
    core->step(now());
    auto actions = core->take_actions();
    for (auto& wait : actions.waits) {
      waits.push_back(std::move(wait));
    }
    for (auto& submit : actions.submits) {
      taken_back.push_back(submit.takes_back);
      std::vector<Result<scheduler::Reply>> replies;
      for (const auto& command : submit.commands) {
        if (submit.key && key_refusal) {
          replies.emplace_back(tl::unexpected<Error>(*key_refusal));
          continue;
        }
        if (submit.takes_back != 0 && served.contains(submit.takes_back)) {
          replies.emplace_back(fail(Code::kConflict, "WAITER_SERVED", "it does not wait"));
          continue;
        }
        auto outcome = engine.run(command);
        commands.push_back(command);
        if (outcome) {
          scheduler::Reply reply;
          reply.outcome = std::move(*outcome);
          replies.emplace_back(std::move(reply));
        } else {
          replies.emplace_back(tl::unexpected<Error>(outcome.error()));
        }
      }
      unanswered.push_back({submit.tag, std::move(replies)});
    }
    for (auto& [job, deadline] : actions.launches) {
      launched.push_back(std::move(job));
      deadlines.push_back(deadline);
    }
    stopped.insert(stopped.end(), actions.stops.begin(), actions.stops.end());
    for (auto& answered : actions.answers) {
      answered.done(std::move(answered.jobs));
    }
    notes.insert(notes.end(), actions.notes.begin(), actions.notes.end());
  }

  void answer() {
    fold();
    for (auto& [tag, replies] : std::exchange(unanswered, {})) {
      core->on_replies(tag, std::move(replies), now());
    }
  }

  // Rounds until nothing moves.
  void settle() {
    do {
      decide();
      answer();
    } while (!idle_now());
    decide();
  }
  bool idle_now() {
    decide();
    return unanswered.empty();
  }

  void exec_component(const std::string& id = "c") { engine.component(id); }
  void worker_definition(const std::string& id, std::uint32_t concurrency = 0) {
    engine.component("w", events::Runtime::kWorker);
    auto put = scheduler::Engine::settings(id, "w");
    put.concurrency = concurrency;
    put.lease = seconds(10);
    engine.definition(put);
  }
  void exec_definition(const std::string& id = "d") {
    exec_component();
    engine.definition(id);
  }

  static components::RunOutcome completed(const std::string& result = "1") {
    components::RunOutcome out;
    out.result = result;
    return out;
  }
  void give_outcome(const StartedJob& job, components::RunOutcome said) {
    core->on_outcome(job, std::move(said), now());
  }
  static components::RunOutcome failed(const std::string& code, bool retryable = true) {
    components::RunOutcome out;
    out.failure = components::Failure{code, "it failed", "", retryable};
    return out;
  }

  struct Polled {
    bool answered = false;
    std::string error;
    std::vector<StartedJob> jobs;
  };
  std::shared_ptr<Polled> poll(std::vector<std::string> definitions, std::size_t max = 10,
                               Duration wait = seconds(5), std::string worker = "w1",
                               std::optional<scheduler::IdempotencyKey> key = {},
                               bool held = false) {
    auto out = std::make_shared<Polled>();
    LeaseRequest request;
    request.definitions = std::move(definitions);
    request.max = max;
    request.wait = wait;
    request.worker = std::move(worker);
    request.actor = "local";
    request.key = std::move(key);
    request.held = held;
    core->add_poll(
        ++last_poll, std::move(request),
        [out](Result<LeasedJobs> leased) {
          EXPECT_FALSE(out->answered);
          out->answered = true;
          if (leased) {
            out->jobs = std::move(leased->jobs);
          } else {
            out->error = leased.error().reason;
          }
        },
        now());
    return out;
  }

  std::string status(JobId job) const {
    const auto view = engine.state.find_job(job);
    if (view) {
      return view->running ? "running" : "pending";
    }
    return engine.state.is_ended(job) ? "ended" : "none";
  }

  scheduler::Engine engine;
  SeededEntropy entropy{1};
  std::unique_ptr<Core> core;
  std::unique_ptr<log::Cursor> cursor;
  struct Unanswered {
    std::uint64_t tag = 0;
    std::vector<Result<scheduler::Reply>> replies;
  };
  std::deque<Unanswered> unanswered;
  std::vector<scheduler::Command> commands;
  std::optional<Error> key_refusal;  // what requests with a key get
  PollId last_poll = 0;
  std::vector<Wait> waits;                // polls that began to wait at the sequencer
  std::vector<std::uint64_t> taken_back;  // by each request; zero: none
  std::set<std::uint64_t> served;         // waiters that the sequencer knows no more
  std::vector<StartedJob> launched;
  std::vector<std::optional<Micros>> deadlines;  // of each
  std::vector<Seq> stopped;
  std::vector<std::string> notes;
};

}  // namespace daybook::dispatch
