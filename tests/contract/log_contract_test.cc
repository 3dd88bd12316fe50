// The contract of log/log.h, for every implementation.
#include <thread>

#include <gtest/gtest.h>

#include "events/codec.h"
#include "events/json.h"
#include "log/aligned_record.h"
#include "log/memory_log.h"
#include "log/prefetch.h"
#include "log/rocks_log.h"
#include "log/tail.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

class Memory {
 public:
  Log& log() { return log_; }

 private:
  MemoryLog log_;
};

class Rocks {
 public:
  Rocks() : opened_(rig::must_open(dir_.path())) {}
  Log& log() { return *opened_.log; }

 private:
  rig::TempDir dir_;
  rig::Opened opened_;
};

template <typename Maker>
class LogContract : public testing::Test {
 protected:
  Log& log() { return maker_.log(); }
  void append(int batches, int per_batch = 1, std::size_t bytes = 20) {
    const Status status = log().append(rig::next_group(log(), batches, per_batch, bytes));
    ASSERT_TRUE(status) << status.error().text();
  }
  std::unique_ptr<Cursor> cursor(std::uint64_t from) {
    auto cursor = log().read(Seq{from});
    EXPECT_TRUE(cursor) << cursor.error().text();
    return std::move(*cursor);
  }
  void expect_next(Cursor& cursor, std::uint64_t seq) {
    events::RecordView record;
    const auto there = cursor.next(record);
    ASSERT_TRUE(there) << there.error().text();
    ASSERT_TRUE(*there);
    EXPECT_EQ(record.header.seq.value, seq);
  }
  void expect_end(Cursor& cursor) {
    events::RecordView record;
    const auto there = cursor.next(record);
    ASSERT_TRUE(there) << there.error().text();
    EXPECT_FALSE(*there);
  }
  std::string reason_of_next(Cursor& cursor) {
    events::RecordView record;
    const auto there = cursor.next(record);
    return there ? "" : there.error().reason;
  }

 private:
  Maker maker_;
};

using Makers = testing::Types<Memory, Rocks>;
TYPED_TEST_SUITE(LogContract, Makers);

TYPED_TEST(LogContract, EmptyLogStartsAtOneWithTheGenesisChain) {
  EXPECT_EQ(this->log().first(), Seq{1});
  EXPECT_EQ(this->log().last(), Seq{});
  EXPECT_EQ(this->log().last_chain(), events::genesis());
  this->expect_end(*this->cursor(1));
}

TYPED_TEST(LogContract, TheTailHoldsWhatIsDurableAsTheCursorGivesIt) {
  this->append(3, 2);
  const auto chunk = this->log().tail().find(Seq{4});
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->first(), Seq{1});
  EXPECT_EQ(chunk->last(), Seq{6});
  EXPECT_EQ(chunk->chain(), this->log().last_chain());
  const auto cursor = this->cursor(1);
  for (const events::Recorded& kept : chunk->events()) {
    events::RecordView record;
    ASSERT_TRUE(cursor->next(record));
    EXPECT_EQ(kept.meta.seq, record.header.seq);
    EXPECT_EQ(chunk->chain_of(kept.meta.seq), record.header.chain);
    EXPECT_EQ(events::to_json(kept), events::to_json(*events::decode(record)));
  }
  EXPECT_FALSE(this->log().tail().find(Seq{7}));
}

TYPED_TEST(LogContract, SequenceNumbersAreDenseFromOne) {
  this->append(3);
  this->append(2, 4);
  EXPECT_EQ(this->log().last(), Seq{11});
  const auto cursor = this->cursor(1);
  for (std::uint64_t seq = 1; seq <= 11; ++seq) {
    this->expect_next(*cursor, seq);
  }
  this->expect_end(*cursor);
}

TYPED_TEST(LogContract, RecordsComeBackByteForByte) {
  const events::Group group = rig::next_group(this->log(), 500, 2, 300);
  ASSERT_TRUE(this->log().append(group));
  std::vector<std::uint8_t> read;
  for (const auto& record : rig::read_all(this->log()).records) {
    read.insert(read.end(), record.begin(), record.end());
  }
  EXPECT_EQ(read, group.bytes);
  EXPECT_EQ(this->log().last_chain(), group.chain);
}

TYPED_TEST(LogContract, RecordsStandWhereTheyCanBeReadInPlace) {
  ASSERT_TRUE(this->log().append(rig::next_group(this->log(), 50, 3, 21)));
  const auto plain = this->cursor(1);
  const auto ahead = prefetch(this->cursor(1), Seq{1}, this->log().last());
  for (std::uint64_t seq = 1; seq <= this->log().last().value; ++seq) {
    for (Cursor* cursor : {plain.get(), ahead.get()}) {
      events::RecordView record;
      ASSERT_TRUE(cursor->next(record).value_or(false));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(record.payload.data()) % kRecordAlignment, 0U);
      EXPECT_EQ(record.header.seq.value, seq);
    }
  }
}

TYPED_TEST(LogContract, AppendNotAtTheHeadIsRefusedAndChangesNothing) {
  const events::Group group = rig::next_group(this->log(), 2);
  ASSERT_TRUE(this->log().append(group));
  const Status again = this->log().append(group);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kConflict);
  EXPECT_EQ(again.error().reason, "NOT_HEAD");
  const Status ahead = this->log().append(rig::make_group(Seq{5}, group.chain, 1));
  ASSERT_FALSE(ahead);
  EXPECT_EQ(ahead.error().reason, "NOT_HEAD");
  EXPECT_EQ(this->log().last(), Seq{2});
  this->append(1);
  EXPECT_EQ(this->log().last(), Seq{3});
}

TYPED_TEST(LogContract, EmptyGroupChangesNothing) {
  this->append(1);
  events::Group group;
  group.first = Seq{2};
  EXPECT_TRUE(this->log().append(group));
  EXPECT_EQ(this->log().last(), Seq{1});
}

TYPED_TEST(LogContract, CursorGoesOnWhenMoreBecomesDurable) {
  this->append(2);
  const auto cursor = this->cursor(2);
  this->expect_next(*cursor, 2);
  this->expect_end(*cursor);
  this->append(1);
  this->expect_next(*cursor, 3);
  this->expect_end(*cursor);
  this->append(400, 1, 1000);
  for (std::uint64_t seq = 4; seq <= 403; ++seq) {
    this->expect_next(*cursor, seq);
  }
  this->expect_end(*cursor);
}

TYPED_TEST(LogContract, CursorMayStartOnePastTheEndButNoFurther) {
  this->append(2);
  const auto cursor = this->cursor(3);
  this->expect_end(*cursor);
  this->append(1);
  this->expect_next(*cursor, 3);
  for (const std::uint64_t from : {0U, 5U, 1000U}) {
    const auto refused = this->log().read(Seq{from});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "BAD_POSITION");
  }
}

TYPED_TEST(LogContract, EveryRecordCanBeSoughtAlone) {
  this->append(300, 1, 700);
  this->append(7);
  for (std::uint64_t seq = 1; seq <= 307; ++seq) {
    this->expect_next(*this->cursor(seq), seq);
  }
}

TYPED_TEST(LogContract, WatermarkRisesWithTheLogAndWakesReaders) {
  Seq seen;
  std::thread reader([&] {
    this->log().durable().wait(Seq{3}, std::chrono::seconds(20));
    seen = this->log().durable().value();
  });
  this->append(3);
  reader.join();
  EXPECT_GE(seen, Seq{3});
}

TYPED_TEST(LogContract, ReaderBesideTheWriterSeesEveryRecordInOrder) {
  constexpr std::uint64_t kRecords = 4000;
  std::uint64_t read = 0;
  std::thread reader([&] {
    const auto cursor = this->cursor(1);
    events::RecordView record;
    while (read < kRecords) {
      if (!this->log().durable().wait(Seq{read + 1}, std::chrono::seconds(20))) {
        return;
      }
      const auto there = cursor->next(record);
      if (!there || !*there || record.header.seq != Seq{read + 1}) {
        return;
      }
      ++read;
    }
  });
  for (std::uint64_t i = 0; i < kRecords; i += 50) {
    this->append(50);
  }
  reader.join();
  EXPECT_EQ(read, kRecords);
}

TYPED_TEST(LogContract, TrimRemovesAPrefixAndNamesTheGap) {
  this->append(300, 1, 700);
  const auto early = this->cursor(1);
  this->expect_next(*early, 1);
  const Hash chain = this->log().last_chain();
  ASSERT_TRUE(this->log().trim(Seq{100}));
  EXPECT_EQ(this->log().first(), Seq{101});
  EXPECT_EQ(this->log().last(), Seq{300});
  EXPECT_EQ(this->log().last_chain(), chain);
  EXPECT_EQ(this->reason_of_next(*early), "LOG_TRIMMED");
  const auto refused = this->log().read(Seq{100});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kNotFound);
  EXPECT_EQ(refused.error().reason, "LOG_TRIMMED");
  const auto cursor = this->cursor(101);
  for (std::uint64_t seq = 101; seq <= 300; ++seq) {
    this->expect_next(*cursor, seq);
  }
}

TYPED_TEST(LogContract, TrimIsIdempotentAndNeverPassesTheEnd) {
  this->append(10);
  ASSERT_TRUE(this->log().trim(Seq{4}));
  ASSERT_TRUE(this->log().trim(Seq{4}));
  ASSERT_TRUE(this->log().trim(Seq{2}));
  EXPECT_EQ(this->log().first(), Seq{5});
  const Status past = this->log().trim(Seq{11});
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().reason, "TRIM_PAST_END");
}

TYPED_TEST(LogContract, TrimOfEverythingKeepsTheHead) {
  this->append(10);
  const Hash chain = this->log().last_chain();
  ASSERT_TRUE(this->log().trim(Seq{10}));
  EXPECT_EQ(this->log().first(), Seq{11});
  EXPECT_EQ(this->log().last(), Seq{10});
  EXPECT_EQ(this->log().last_chain(), chain);
  const auto cursor = this->cursor(11);
  this->expect_end(*cursor);
  this->append(1);
  this->expect_next(*cursor, 11);
}

TYPED_TEST(LogContract, LargestEventAndLargestGroupFit) {
  this->append(1, 1, 4'000'000);
  this->append(30, 1, 250'000);
  this->append(1);
  EXPECT_EQ(rig::read_all(this->log()).records.size(), 32U);
}

}  // namespace
}  // namespace daybook::log
