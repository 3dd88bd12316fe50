// The tail and those who follow it: the same events from memory and from the store, each once, in
// order; nobody is woken for what he does not care for, and nothing that he cares for is passed
// over.
#include "log/tail.h"

#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "log/follower.h"
#include "log/memory_log.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

constexpr std::size_t kSmallTail = 8 * 1024;

// One batch of these events.
void append(Log& log, const std::vector<events::Event>& events) {
  events::GroupWriter writer(log.last(), log.last_chain(), Epoch{1});
  writer.add({{}, "system", Micros{1}, {}}, events);
  ASSERT_TRUE(log.append(writer.take()));
}
void append_job(Log& log) {
  ASSERT_TRUE(log.append(rig::next_group(log, 1)));
}
void append_sending(Log& log) {
  append(log, {events::SendingCancelled{SendingId{1, 2}}});
}

std::vector<std::uint64_t> drain(Follower& follower) {
  std::vector<std::uint64_t> out;
  for (;;) {
    const auto events = follower.next();
    EXPECT_TRUE(events) << events.error().text();
    if (!events || events->empty()) {
      return out;
    }
    for (const events::Recorded& recorded : *events) {
      out.push_back(recorded.meta.seq.value);
    }
  }
}

std::vector<std::uint64_t> numbers(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = from; i <= to; ++i) {
    out.push_back(i);
  }
  return out;
}

// How often the store is read.
class CountedLog final : public Log {
 public:
  explicit CountedLog(std::size_t tail_bytes = kTailBytesMax) : inner(tail_bytes) {}
  MemoryLog inner;
  std::atomic<int> reads{0};

  Seq first() const override { return inner.first(); }
  Seq last() const override { return inner.last(); }
  Hash last_chain() const override { return inner.last_chain(); }
  const Watermark& durable() const override { return inner.durable(); }
  const Tail& tail() const override { return inner.tail(); }
  Status append(const events::Group& group) override { return inner.append(group); }
  Result<std::unique_ptr<Cursor>> read(Seq from) override {
    ++reads;
    return inner.read(from);
  }
  Status trim(Seq through) override { return inner.trim(through); }
};

TEST(Follower, WhoKeepsUpReadsNoStore) {
  CountedLog log;
  Follower follower(log, Seq{1});
  EXPECT_TRUE(drain(follower).empty());
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(log.append(rig::next_group(log, 2, 3)));
    EXPECT_EQ(drain(follower), numbers(6 * i + 1, 6 * i + 6));
    EXPECT_EQ(follower.position(), next(log.last()));
  }
  EXPECT_EQ(log.reads, 0);
}

TEST(Follower, ALaggardReadsTheStoreUpToTheTailAndThenTheTail) {
  for (const auto ahead : {ReadAhead::kNo, ReadAhead::kYes}) {
    CountedLog log(kSmallTail);
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(log.append(rig::next_group(log, 20, 5)));
    }
    Follower follower(log, Seq{7}, ahead);
    EXPECT_EQ(drain(follower), numbers(7, 5000));
    EXPECT_GE(log.reads, 1);
    const int reads = log.reads;
    append_job(log);
    EXPECT_EQ(drain(follower), numbers(5001, 5001));
    EXPECT_EQ(log.reads, reads) << "it has caught up";
  }
}

TEST(Follower, SeesTheChainOfItsLastEvent) {
  CountedLog log(kSmallTail);
  Follower follower(log, Seq{1});
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(log.append(rig::next_group(log, 3, 2)));
    const auto events = follower.next();
    ASSERT_TRUE(events);
    EXPECT_EQ(follower.chain(), log.last_chain());
  }
  Follower late(log, Seq{1});
  const auto events = late.next();
  ASSERT_TRUE(events);
  EXPECT_EQ(events->front().meta.seq, Seq{1});
}

TEST(Follower, NamesWhatWasTrimmed) {
  CountedLog log(0);
  ASSERT_TRUE(log.append(rig::next_group(log, 10)));
  ASSERT_TRUE(log.trim(Seq{5}));
  Follower follower(log, Seq{3});
  const auto events = follower.next();
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().reason, "LOG_TRIMMED");
}

TEST(Tail, HoldsItsBoundAndTheNewestChunkWhateverItsSize) {
  CountedLog log(kSmallTail);
  for (int i = 0; i < 200; ++i) {
    append_job(log);
    EXPECT_LE(log.tail().memory_bytes(), kSmallTail);
    EXPECT_TRUE(log.tail().find(log.last()));
  }
  EXPECT_FALSE(log.tail().find(Seq{1}));
  EXPECT_FALSE(log.tail().find(next(log.last())));
  ASSERT_TRUE(log.append(rig::next_group(log, 1, 1, 4 * kSmallTail)));
  EXPECT_TRUE(log.tail().find(log.last()));
  EXPECT_FALSE(log.tail().find(Seq{log.last().value - 1}));
}

TEST(Tail, AFailedAppendLeavesNothingInIt) {
  MemoryLog log;
  append_job(log);
  log.fail_append(1, make_error(Code::kIo, "EIO", "the device failed"));
  ASSERT_FALSE(log.append(rig::next_group(log, 1)));
  EXPECT_FALSE(log.tail().find(Seq{2}));
  EXPECT_EQ(log.last(), Seq{1});
}

TEST(Tail, OfALogThatKeepsNoneIsEmptyAndEverybodyIsTold) {
  CountedLog log(0);
  int told = 0;
  const Subscription sendings(log.tail(), events::TypeSet::of<events::SendingCancelled>(),
                              [&] { ++told; });
  Follower follower(log, Seq{1}, sendings);
  append_job(log);
  EXPECT_FALSE(log.tail().find(Seq{1}));
  EXPECT_EQ(told, 1);
  EXPECT_EQ(drain(follower), numbers(1, 1));
}

TEST(Subscription, TellsOfItsTypesOnlyAndPassesOverTheRest) {
  CountedLog log;
  for (int i = 0; i < 10; ++i) {
    append_job(log);
  }
  int told = 0;
  const Subscription sendings(log.tail(), events::TypeSet::of<events::SendingCancelled>(),
                              [&] { ++told; });
  Follower follower(log, Seq{8}, sendings);
  EXPECT_EQ(drain(follower), numbers(8, 10)) << "what was there before may be of any type";
  for (int i = 0; i < 5; ++i) {
    append_job(log);  // 11 to 15
  }
  EXPECT_EQ(told, 0);
  append_sending(log);  // 16
  EXPECT_EQ(told, 1);
  append_job(log);
  append_sending(log);  // 18
  append_job(log);
  EXPECT_EQ(told, 2);
  EXPECT_EQ(drain(follower), numbers(16, 18)) << "what stands between is not worth a gap";
  EXPECT_EQ(follower.position(), Seq{20});
  append_job(log);
  EXPECT_TRUE(drain(follower).empty());
  EXPECT_EQ(follower.position(), Seq{21});
}

// What comes while he reads is read now or later, once.
TEST(Subscription, NothingIsLostWhileTheLogGrows) {
  CountedLog log(kSmallTail);
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> sent{0};
  const Subscription sendings(log.tail(), events::TypeSet::of<events::SendingCancelled>(), [] {});
  std::thread writer([&] {
    std::mt19937 random(7);
    for (int i = 0; i < 4000; ++i) {
      if (random() % 5 == 0) {
        append_sending(log);
        ++sent;
      } else {
        append_job(log);
      }
    }
    over = true;
  });
  Follower follower(log, Seq{1}, sendings);
  std::uint64_t seen = 0;
  std::uint64_t before = 0;
  for (bool last = false; !last;) {
    last = over;
    for (auto events = follower.next(); events && !events->empty(); events = follower.next()) {
      for (const events::Recorded& recorded : *events) {
        ASSERT_GT(recorded.meta.seq.value, before);
        before = recorded.meta.seq.value;
        seen += std::holds_alternative<events::SendingCancelled>(recorded.event) ? 1U : 0U;
      }
    }
  }
  writer.join();
  EXPECT_EQ(seen, sent);
  EXPECT_EQ(follower.position(), next(log.last()));
}

TEST(Subscription, AfterItsEndNobodyIsCalled) {
  MemoryLog log;
  std::atomic<bool> alive{false};
  std::atomic<bool> over{false};
  std::thread writer([&] {
    while (!over) {
      append_job(log);
    }
  });
  for (int i = 0; i < 200; ++i) {
    alive = true;
    {
      const Subscription all(log.tail(), events::TypeSet::all(), [&] { EXPECT_TRUE(alive); });
      const Seq seen = log.last();
      while (log.last() == seen) {
        std::this_thread::yield();
      }
    }
    alive = false;
  }
  over = true;
  writer.join();
}

}  // namespace
}  // namespace daybook::log
