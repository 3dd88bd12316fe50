#include "replay/fold.h"

#include <gtest/gtest.h>

#include "scheduler/recover.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

Hash plain_hash(log::Log& log, Seq until) {
  scheduler::State state;
  EXPECT_TRUE(scheduler::fold(state, log, until));
  return state.hash();
}

TEST(Fold, GivesTheStateOfThePlainFoldAtEveryEvent) {
  log::MemoryLog log;
  append_all(log, encode(sample_script().records()));
  for (Seq until{0}; until <= log.last(); until = next(until)) {
    scheduler::State state;
    ASSERT_TRUE(fold(state, log, {.until = until}));
    EXPECT_EQ(state.applied(), until);
    ASSERT_EQ(state.hash(), plain_hash(log, until)) << until.value;
  }
}

TEST(Fold, GoesOnFromWhereAStateStands) {
  log::MemoryLog log;
  append_traffic(log, 3000);
  scheduler::State state;
  for (const std::uint64_t until : {1UL, 2UL, 2500UL, 2501UL, ~0UL}) {
    ASSERT_TRUE(fold(state, log, {.until = Seq{until}, .chain = true}));
  }
  EXPECT_EQ(state.applied(), log.last());
  EXPECT_EQ(state.hash(), plain_hash(log, log.last()));
}

TEST(Fold, ReportsItsProgress) {
  log::MemoryLog log;
  append_traffic(log, 22'000);
  std::vector<Seq> seen;
  scheduler::State state;
  FoldOptions options;
  options.progress = [&](Seq done, Seq total) {
    EXPECT_EQ(total, log.last());
    seen.push_back(done);
  };
  ASSERT_TRUE(fold(state, log, options));
  EXPECT_EQ(seen, std::vector<Seq>{Seq{65'536}});
}

TEST(Fold, ATrimmedLogHasNoFullFold) {
  log::MemoryLog log;
  append_traffic(log, 10);
  ASSERT_TRUE(log.trim(Seq{5}));
  scheduler::State state;
  const Status done = fold(state, log);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "LOG_TRIMMED");
}

TEST(Fold, AChangedRecordWithSoundChecksumsIsFoundByTheChain) {
  auto records = sample_script().records();
  auto bytes = encode(records);
  // Another document in one record, its checksums right, the hashes after it those of before.
  auto other = sample_script();
  other.event<events::JobCreated>("create.b").parameters = {R"({"x":1})"};
  const auto changed = encode(other.records());
  std::size_t at = 0;
  while (bytes[at] == changed[at]) {
    ++at;
  }
  bytes[at] = changed[at];
  log::MemoryLog log;
  append_all(log, bytes);
  scheduler::State believed;
  EXPECT_TRUE(fold(believed, log)) << "checksums alone do not notice";
  scheduler::State verified;
  const Status done = fold(verified, log, {.chain = true});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "CHAIN_BROKEN");
  const Hash genesis = events::genesis();
  EXPECT_TRUE(verify_chain(log, Seq{1}, Seq{at}, &genesis));
  EXPECT_FALSE(verify_chain(log, Seq{1}, Seq{at + 2}, &genesis));
  EXPECT_TRUE(verify_chain(log, Seq{at + 2}, log.last(), nullptr));
}

TEST(Fold, AnUnknownEventTypeIsRefusedNotSkipped) {
  auto records = sample_script().records();
  records[4].header.type = 900;
  log::MemoryLog log(0);
  append_all(log, encode(records));
  scheduler::State state;
  const Status done = fold(state, log);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "UNKNOWN_EVENT_TYPE");
  EXPECT_EQ(state.applied(), Seq{4});
}

}  // namespace
}  // namespace daybook::replay
