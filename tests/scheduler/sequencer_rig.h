// A sequencer on a log in memory and a clock in the hand, and answers that can be waited for.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "scheduler/recover.h"
#include "scheduler/sequencer.h"
#include "tests/scheduler/gated_log.h"

namespace daybook::scheduler {

using Replies = std::vector<Result<Reply>>;

class SequencerRig : public testing::Test {
 protected:
  explicit SequencerRig(std::size_t tail_bytes = kTailBytesMax) : log(tail_bytes) {}

  // Begins on whatever the log holds.
  void start(SequencerOptions options = {}) {
    sequencer.reset();
    State state;
    ASSERT_TRUE(fold(state, log, log.last()));
    sequencer = std::make_unique<Sequencer>(log, clock, std::move(state), std::move(options));
    sequencer->start();
  }

  static Request request(std::vector<Command> commands) {
    Request out;
    out.actor = "local";
    out.commands = std::move(commands);
    return out;
  }
  static Command component(const std::string& id = "c") {
    PutComponent put;
    put.component.id = id;
    put.component.spec = "{}";
    return put;
  }
  static Command definition(const std::string& id = "d") {
    PutDefinition put;
    put.definition = id;
    put.component = "c";
    return put;
  }
  static NewJob new_job(const std::string& definition = "d") {
    NewJob out;
    out.definition = definition;
    return out;
  }
  static Command job(const std::string& definition = "d") {
    return CreateJobs{{new_job(definition)}};
  }

  // Submits, and gives what will be answered.
  std::future<Replies> ask(Request&& asked) {
    const auto promise = std::make_shared<std::promise<Replies>>();
    asked.answer = [promise](Replies replies) { promise->set_value(std::move(replies)); };
    const Status taken = sequencer->submit(std::move(asked));
    EXPECT_TRUE(taken);
    return promise->get_future();
  }

  // The working state is not seen from outside: this is the fold of the log.
  State folded() {
    State state;
    EXPECT_TRUE(fold(state, log, log.last()));
    return state;
  }

  GatedLog log;
  FakeClock clock;
  std::unique_ptr<Sequencer> sequencer;
};

}  // namespace daybook::scheduler
