#include "scheduler/sequencer.h"

#include <thread>

#include <gtest/gtest.h>

#include "base/limits/clock.h"
#include "base/limits/state.h"
#include "base/limits/write_path.h"
#include "base/sha256.h"
#include "scheduler/state_parts.h"
#include "tests/scheduler/sequencer_rig.h"

namespace daybook::scheduler {
namespace {

using SequencerAnswers = SequencerRig;
using SequencerKeys = SequencerRig;
using SequencerGroups = SequencerRig;
using SequencerStop = SequencerRig;
using SequencerSnapshots = SequencerRig;
using SequencerClock = SequencerRig;

IdempotencyKey key(const std::string& name, const std::string& body = "body") {
  return {name, sha256(body)};
}

TEST_F(SequencerAnswers, AcceptedCommandIsDurableWhenItIsAnsweredAndNamesItsReceipt) {
  start();
  const auto reply = sequencer->call(definition());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->first, Seq{1});
  EXPECT_EQ(reply->last, Seq{1});
  EXPECT_EQ(log.last(), Seq{1});
  EXPECT_EQ(reply->chain, log.last_chain());
  EXPECT_EQ(reply->time, clock.wall());
  EXPECT_FALSE(reply->replayed);
}

TEST_F(SequencerAnswers, CommandsOfOneRequestAreDecidedEachForItself) {
  start();
  const Replies replies = ask(request({job(), definition(), job()})).get();
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(replies[0].error().reason, "DEFINITION_NOT_FOUND");
  EXPECT_EQ(replies[1]->last, Seq{1});
  EXPECT_EQ(replies[2]->first, Seq{2});
}

TEST_F(SequencerAnswers, AreGivenInTheOrderOfTheRequestsWithRefusalsAmongThem) {
  start();
  std::vector<int> order;
  const auto all = std::make_shared<std::promise<void>>();  // outlives this test
  for (int i = 0; i < 100; ++i) {
    Request asked = request({i % 3 == 0 ? job("unknown") : definition()});
    asked.answer = [&, i, all](const Replies& replies) {
      EXPECT_EQ(replies[0].has_value(), i % 3 != 0);
      order.push_back(i);
      if (order.size() == 100) {
        all->set_value();
      }
    };
    ASSERT_TRUE(sequencer->submit(std::move(asked)));
  }
  all->get_future().wait();
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

// Lone requests are appended by the sequencer thread, bursts by the commit thread.
TEST_F(SequencerAnswers, KeepTheirOrderWhenTheAppendingThreadChanges) {
  start();
  std::vector<int> order;
  int asked = 0;
  for (int round = 0; round < 300; ++round) {
    const auto last = std::make_shared<std::promise<void>>();
    const int burst = round % 3 == 0 ? 6 : 1;
    for (int i = 1; i <= burst; ++i) {
      Request one = request({definition()});
      one.answer = [&, last, number = asked++, ends = i == burst](const Replies& replies) {
        EXPECT_TRUE(replies[0].has_value());
        EXPECT_LE(replies[0]->last, log.last());
        order.push_back(number);
        if (ends) {
          last->set_value();
        }
      };
      ASSERT_TRUE(sequencer->submit(std::move(one)));
    }
    last->get_future().wait();
  }
  sequencer->stop();
  EXPECT_EQ(order.size(), static_cast<std::size_t>(asked));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(SequencerAnswers, RefusalWaitsForWhatItRestsOn) {
  start();
  sequencer->call(definition());
  log.close();
  auto first = ask(request({DeleteDefinition{"d"}}));
  log.await_append();
  // Refused because of an event that is not durable yet.
  auto refused = ask(request({job()}));
  EXPECT_EQ(refused.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  log.open();
  EXPECT_EQ(refused.get()[0].error().reason, "DEFINITION_NOT_FOUND");
  EXPECT_TRUE(first.get()[0]);
}

TEST_F(SequencerAnswers, EventsNameTheirActorRequestAndCause) {
  start();
  Request asked = request({definition()});
  asked.id = {12, 34};
  asked.cause = Seq{1};
  ask(std::move(asked)).get();
  auto cursor = log.read(Seq{1});
  events::RecordView record;
  ASSERT_TRUE(*(*cursor)->next(record));
  const auto recorded = events::decode(record);
  ASSERT_TRUE(recorded);
  EXPECT_EQ(recorded->meta.actor, "local");
  EXPECT_EQ(recorded->meta.command, (CommandId{12, 34}));
  EXPECT_EQ(recorded->meta.cause, Seq{1});
}

TEST_F(SequencerAnswers, NewWorkIsRefusedWithTheReasonOfTheHour) {
  SequencerOptions options;
  std::atomic<bool> full{false};
  options.admit = [&]() -> Status {
    return full ? Status(fail(Code::kNoSpace, "NO_SPACE", "full")) : Status{};
  };
  start(std::move(options));
  ASSERT_TRUE(sequencer->call(definition()));
  full = true;
  EXPECT_EQ(sequencer->call(job()).error().reason, "NO_SPACE");
  EXPECT_TRUE(sequencer->call(DeleteDefinition{"d"}));
}

TEST_F(SequencerKeys, SameKeyAndBodyGetTheFirstReceipt) {
  start();
  sequencer->call(definition());
  Request asked = request({job()});
  asked.key = key("k");
  const Reply first = ask(std::move(asked)).get()[0].value();
  EXPECT_EQ(first.last.value, first.first.value + 1);
  start();
  asked = request({job()});
  asked.key = key("k");
  const Reply again = ask(std::move(asked)).get()[0].value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.first, first.first);
  EXPECT_EQ(again.last, first.last);
  EXPECT_EQ(again.chain, first.chain);
  EXPECT_EQ(again.time, first.time);
  EXPECT_EQ(folded().pending_count(), 1U);
}

TEST_F(SequencerKeys, KeyAloneAsksForItsOutcome) {
  start();
  const auto question = [&](const std::string& body) {
    Request asked = request({});
    asked.key = key("k", body);
    return ask(std::move(asked)).get().at(0);
  };
  EXPECT_EQ(question("body").error().reason, "KEY_UNKNOWN");
  Request used = request({definition()});
  used.key = key("k", "body");
  const Reply first = ask(std::move(used)).get()[0].value();
  const auto known = question("body");
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->replayed);
  EXPECT_EQ(known->last, first.last);
  EXPECT_EQ(question("other").error().reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(log.last(), first.last);
}

TEST_F(SequencerKeys, ChangingNothingIsAnOutcomeToo) {
  start();
  sequencer->call(definition());
  const auto asked = [&](const std::string& name) {
    Request out = request({AdvanceRules{}});
    out.key = key(name);
    return ask(std::move(out)).get().at(0);
  };
  const auto first = asked("k");
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->first, first->last);
  EXPECT_EQ(first->last, log.last());
  const auto again = asked("k");
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->chain, first->chain);
}

TEST_F(SequencerKeys, SameKeyWithAnotherBodyIsAConflict) {
  start();
  Request asked = request({definition()});
  asked.key = key("k", "one");
  ask(std::move(asked)).get();
  asked = request({definition("e")});
  asked.key = key("k", "two");
  const auto reply = ask(std::move(asked)).get()[0];
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::kConflict);
  EXPECT_EQ(reply.error().reason, "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(SequencerKeys, RefusedRequestDoesNotUseItsKeyUp) {
  start();
  Request asked = request({job()});
  asked.key = key("k");
  EXPECT_FALSE(ask(std::move(asked)).get()[0]);
  sequencer->call(definition());
  asked = request({job()});
  asked.key = key("k");
  const auto reply = ask(std::move(asked)).get()[0];
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->replayed);
}

TEST_F(SequencerKeys, KeyIsNewAgainAfterItsWindow) {
  start();
  Request asked = request({definition()});
  asked.key = key("k", "one");
  ask(std::move(asked)).get();
  clock.advance(Duration{kIdempotencyWindowUs});
  sequencer->call(definition("e"));
  asked = request({definition("f")});
  asked.key = key("k", "two");
  EXPECT_TRUE(ask(std::move(asked)).get()[0]);
}

TEST_F(SequencerKeys, NoMoreThanTheBoundAreRememberedAndRequestsWithoutOneGoOn) {
  constexpr std::size_t kKeys = 100;
  State state;
  for (std::size_t i = 0; i < kKeys * 9 / 10; ++i) {
    state.parts().keys.insert(std::to_string(i), {{}, Seq{1}, Seq{1}, {}, clock.wall()}, "local");
  }
  SequencerOptions options;
  options.keys_max = kKeys;
  sequencer = std::make_unique<Sequencer>(log, clock, std::move(state), options);
  sequencer->start();
  clock.advance(hours(1));
  Request asked = request({definition()});
  asked.key = key("one-more");
  const auto refused = ask(std::move(asked)).get()[0];
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kExhausted);
  EXPECT_EQ(refused.error().reason, "TOO_MANY_KEYS");
  EXPECT_EQ(refused.error().retry_after_us, kIdempotencyWindowUs - hours(1).value);
  EXPECT_TRUE(sequencer->call(definition()));
  EXPECT_EQ(sequencer->metrics().keys, kKeys * 9 / 10);
  EXPECT_EQ(sequencer->metrics().keys_max, kKeys);
  EXPECT_EQ(sequencer->metrics().keys_refused, 1U);
  clock.advance(Duration{kIdempotencyWindowUs});
  asked = request({definition()});
  asked.key = key("one-more");
  EXPECT_TRUE(ask(std::move(asked)).get()[0]);
}

class SequencerFullKeys : public SequencerKeys {
 protected:
  static constexpr std::size_t kKeys = 100;

  void start_with(std::size_t used) {
    State state;
    for (std::size_t i = 0; i < used; ++i) {
      state.parts().keys.insert(std::to_string(i), {{}, Seq{1}, Seq{1}, {}, clock.wall()});
    }
    SequencerOptions options;
    options.keys_max = kKeys;
    sequencer = std::make_unique<Sequencer>(log, clock, std::move(state), options);
    sequencer->start();
    ASSERT_TRUE(sequencer->call(component()));
  }
  Result<Reply> keyed(Command command, const std::string& text) {
    Request asked = request({std::move(command)});
    asked.key = key(text);
    return std::move(ask(std::move(asked)).get()[0]);
  }
};

// What ends work is taken, remembered while there is any room and then without: repeated, it does
// no more than it did.
TEST_F(SequencerFullKeys, CancelsAreNotRefusedForWantOfRoom) {
  start_with(kKeys - 1);
  ASSERT_TRUE(sequencer->call(definition()));
  for (const std::string text : {"a", "b"}) {
    const auto made = sequencer->call(job());
    ASSERT_TRUE(made);
    EXPECT_TRUE(keyed(CancelJob{std::get<Created>(made->outcome).jobs.at(0)}, text)) << text;
  }
  EXPECT_EQ(sequencer->metrics().keys, kKeys);
}

// Else a client that repeats its request, for want of the answer, would delete what somebody put
// since.
TEST_F(SequencerFullKeys, DeletionsAreRememberedBesideAllOthersAndDeleteNothingTwice) {
  start_with(kKeys);
  ASSERT_TRUE(sequencer->call(definition("d")));
  ASSERT_TRUE(keyed(DeleteDefinition{"d"}, "of-d"));
  ASSERT_TRUE(sequencer->call(definition("d")));
  const auto again = keyed(DeleteDefinition{"d"}, "of-d");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_TRUE(folded().find_definition("d"));
  ASSERT_TRUE(keyed(DeleteComponent{"c"}, "of-c"));
  EXPECT_EQ(sequencer->metrics().keys, kKeys + 2);
}

TEST_F(SequencerFullKeys, DeletionsBeyondTheirReserveAreRefusedWhenTheyHaveAKey) {
  start_with(kKeys + kIdempotencyKeysForDeletions);
  ASSERT_TRUE(sequencer->call(definition("d")));
  const auto refused = keyed(DeleteDefinition{"d"}, "of-d");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "TOO_MANY_KEYS");
  EXPECT_GT(refused.error().retry_after_us, 0);
  EXPECT_TRUE(sequencer->call(DeleteDefinition{"d"}));
}

TEST_F(SequencerKeys, TheSameKeyOfAnotherCallerIsAnotherKey) {
  start();
  CreateToken token;
  token.token = "ci";
  token.permissions = {"*:*"};
  ASSERT_TRUE(sequencer->call(token));
  Request asked = request({definition("d")});
  asked.actor = "local";
  asked.key = key("k", "one");
  ASSERT_TRUE(ask(std::move(asked)).get()[0]);
  asked = request({definition("e")});
  asked.actor = "ci";
  asked.key = key("k", "two");
  const auto other = ask(std::move(asked)).get()[0];
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->replayed);
}

TEST_F(SequencerGroups, WhatWaitsWhileAGroupIsSyncedIsOneGroup) {
  start();
  log.close();
  auto first = ask(request({definition()}));
  log.await_append();
  std::vector<std::future<Replies>> later;
  for (int i = 0; i < 50; ++i) {
    later.push_back(ask(request({definition()})));
  }
  log.open();
  first.get();
  for (auto& reply : later) {
    EXPECT_TRUE(reply.get()[0]);
  }
  // The sequencer may have taken some of them before the rest had come.
  sequencer->stop();
  const SequencerMetrics metrics = sequencer->metrics();
  EXPECT_LE(metrics.groups, 4U);
  EXPECT_EQ(metrics.events, 51U);
  EXPECT_EQ(metrics.commands, 51U);
  EXPECT_EQ(metrics.refused, 0U);
}

TEST_F(SequencerGroups, WhatComesDuringASyncGoesWithWhatWaitsForItsEnd) {
  constexpr std::size_t kForTheCommitThread = 100;  // more than the sequencer's own would append
  start();
  sequencer->call(definition());
  log.close();
  auto in_sync = ask(request({CreateJobs{std::vector<NewJob>(kForTheCommitThread, new_job())}}));
  log.await_append();
  auto decided = ask(request({job()}));
  while (sequencer->metrics().commands < 3) {  // it waits for the sync
    std::this_thread::yield();
  }
  std::vector<std::future<Replies>> company;
  for (int i = 0; i < 20; ++i) {
    company.push_back(ask(request({job()})));
  }
  log.open();
  EXPECT_TRUE(in_sync.get()[0]);
  EXPECT_TRUE(decided.get()[0]);
  for (auto& reply : company) {
    EXPECT_TRUE(reply.get()[0]);
  }
  sequencer->stop();
  EXPECT_EQ(sequencer->metrics().groups, 3U);
  EXPECT_EQ(log.last().value, 1 + kForTheCommitThread + 21);
}

TEST_F(SequencerGroups, FullInboxRefusesAndNothingTakenIsLost) {
  start();
  log.close();
  std::atomic<std::uint64_t> answered{0};
  std::uint64_t taken = 0;
  Status refused;
  while (refused && taken < 4 * kInboxCommandsMax) {
    Request asked = request({definition()});
    asked.answer = [&](const Replies&) { ++answered; };
    refused = sequencer->submit(std::move(asked));
    if (refused) {
      ++taken;
    } else {
      EXPECT_TRUE(asked.answer) << "a refused request is untouched";
    }
  }
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kExhausted);
  EXPECT_EQ(refused.error().reason, "INBOX_FULL");
  EXPECT_GE(taken, kInboxCommandsMax);
  log.open();
  sequencer->stop();
  EXPECT_EQ(answered, taken);
  EXPECT_EQ(log.last().value, taken);
}

TEST_F(SequencerGroups, GroupIsBoundedInEvents) {
  start();
  sequencer->call(definition());
  CreateJobs many;
  many.jobs.assign(kBatchEventsMax, new_job());
  log.close();
  auto first = ask(request({many}));
  auto second = ask(request({many}));
  log.open();
  EXPECT_TRUE(first.get()[0]);
  EXPECT_TRUE(second.get()[0]);
  EXPECT_EQ(sequencer->metrics().groups, 3U);
}

TEST_F(SequencerGroups, ARequestOfManyCommandsGoesIntoBoundedGroups) {
  start();
  sequencer->call(definition());
  CreateJobs many;
  many.jobs.assign(kBatchEventsMax, new_job());
  const auto replies = ask(request({many, many, many})).get();
  ASSERT_EQ(replies.size(), 3U);
  for (const auto& reply : replies) {
    EXPECT_TRUE(reply) << reply.error().text();
  }
  EXPECT_EQ(sequencer->metrics().groups, 4U);
  EXPECT_EQ(log.last().value, 1 + 3 * kBatchEventsMax);
}

TEST_F(SequencerStop, DrainsWhatWasTakenAndRefusesTheRest) {
  start();
  log.close();
  std::vector<std::future<Replies>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(ask(request({definition()})));
  }
  std::thread stopper([&] { sequencer->stop(); });
  log.open();
  stopper.join();
  for (auto& reply : waiting) {
    ASSERT_EQ(reply.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_TRUE(reply.get()[0]);
  }
  EXPECT_EQ(log.last(), Seq{20});
  const auto late = sequencer->call(definition());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kShutdown);
  sequencer->stop();
}

TEST_F(SequencerStop, EpochsRiseOverRestartsAndStandInTheRecords) {
  for (std::uint32_t epoch = 1; epoch <= 3; ++epoch) {
    start();
    ASSERT_TRUE(sequencer->call(StartServer{"1", "host", 7}));
    ASSERT_TRUE(sequencer->call(definition()));
    sequencer->stop();
    EXPECT_EQ(folded().epoch(), Epoch{epoch});
    auto cursor = log.read(Seq{log.last().value - 1});
    events::RecordView record;
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(*(*cursor)->next(record));
      EXPECT_EQ(record.header.epoch, epoch);
    }
  }
}

TEST_F(SequencerSnapshots, AreOfDurableStateOnlyAndOneIsTakenAtTheEnd) {
  SequencerOptions options;
  std::vector<Seq> taken;
  options.snapshot_events = 10;
  options.snapshot = [&](const State& state, Seq seq, const Hash& chain) -> Status {
    EXPECT_EQ(state.applied(), seq);
    EXPECT_EQ(log.last(), seq);
    EXPECT_EQ(log.last_chain(), chain);
    taken.push_back(seq);
    return {};
  };
  start(std::move(options));
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(sequencer->call(definition()));
  }
  sequencer->stop();
  EXPECT_EQ(taken, (std::vector{Seq{10}, Seq{20}, Seq{25}}));
  EXPECT_EQ(sequencer->metrics().snapshot, Seq{25});
}

TEST_F(SequencerSnapshots, AreCountedFromWhereAStartBegan) {
  start();
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(sequencer->call(definition()));
  }
  SequencerOptions options;
  std::vector<Seq> taken;
  options.snapshot_events = 10;
  options.snapshot = [&](const State&, Seq seq, const Hash&) -> Status {
    taken.push_back(seq);
    return {};
  };
  start(std::move(options));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(sequencer->call(definition()));
  }
  sequencer->stop();
  EXPECT_EQ(taken, std::vector{Seq{17}});
}

TEST_F(SequencerSnapshots, RefusedOneIsTriedAgainBeforeTheNextIsDue) {
  SequencerOptions options;
  std::vector<Seq> asked;
  options.snapshot_events = 10;
  options.snapshot = [&](const State&, Seq seq, const Hash&) -> Status {
    asked.push_back(seq);
    return asked.size() == 1 ? Status(fail(Code::kUnavailable, "SNAPSHOT_RUNNING", "")) : Status{};
  };
  start(std::move(options));
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(sequencer->call(definition()));
  }
  sequencer->stop();
  EXPECT_EQ(asked, (std::vector{Seq{10}, Seq{11}, Seq{15}}));
}

TEST_F(SequencerClock, ALargeJumpIsHeldAndThenBelieved) {
  SequencerOptions options;
  std::vector<std::string> lines;
  options.on_clock = [&](const std::string& line) { lines.push_back(line); };
  start(std::move(options));
  const Micros before = sequencer->call(definition())->time;
  clock.jump(hours(10'000));
  clock.advance(seconds(3));
  EXPECT_EQ(sequencer->call(definition())->time, before + seconds(3));
  EXPECT_EQ(sequencer->metrics().clock_held, 1U);
  clock.advance(Duration{kClockConfirmUs});
  EXPECT_EQ(sequencer->call(definition())->time, clock.wall());
  clock.jump(Duration{-hours(20'000).value});
  const auto back = sequencer->call(definition());
  EXPECT_EQ(back->time, clock.wall() + hours(20'000));
  const auto metrics = sequencer->metrics();
  EXPECT_EQ(metrics.clock_held, 1U);
  EXPECT_EQ(metrics.clock_forward, 1U);
  EXPECT_EQ(metrics.clock_back, 1U);
  EXPECT_EQ(metrics.clock_ahead_us, hours(20'000).value);
  EXPECT_EQ(lines.size(), 3U);
}

// A step stands in the log before what was decided by it, in a batch of its own.
TEST_F(SequencerClock, AStepStandsBeforeWhatItLedTo) {
  start();
  ASSERT_TRUE(sequencer->call(definition()));
  clock.jump(Duration{-hours(1).value});
  const auto reply = sequencer->call(definition());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->first, Seq{3});
  EXPECT_EQ(reply->last, Seq{3});
}

}  // namespace
}  // namespace daybook::scheduler
