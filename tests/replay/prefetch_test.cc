#include "log/prefetch.h"

#include <gtest/gtest.h>

#include "base/limits/write_path.h"
#include "tests/replay/log_script.h"
#include "tests/support/no_threads.h"

namespace daybook::log {
namespace {

std::vector<std::uint8_t> drain(Cursor& cursor, Seq& last) {
  std::vector<std::uint8_t> out;
  events::RecordView record;
  for (;;) {
    const auto more = cursor.next(record);
    EXPECT_TRUE(more);
    if (!more || !*more) {
      return out;
    }
    EXPECT_EQ(record.header.seq, next(last));
    last = record.header.seq;
    EXPECT_EQ(record.payload.size(), record.header.payload_bytes);
    EXPECT_EQ(record.payload.data(), record.bytes.data() + events::kHeaderBytes);
    out.insert(out.end(), record.bytes.begin(), record.bytes.end());
  }
}

TEST(Prefetch, GivesTheSameRecordsAsTheCursorBehindIt) {
  MemoryLog log;
  replay::append_traffic(log, 5000);
  Seq plain_last;
  const auto plain = drain(**log.read(Seq{1}), plain_last);
  Seq ahead_last;
  const auto ahead = drain(*prefetch(*log.read(Seq{1}), Seq{1}, log.last()), ahead_last);
  EXPECT_EQ(ahead_last, plain_last);
  EXPECT_EQ(ahead, plain);
}

TEST(Prefetch, WithoutAThreadItReadsTheSame) {
  MemoryLog log;
  replay::append_traffic(log, 5000);
  Seq plain_last;
  const auto plain = drain(**log.read(Seq{1}), plain_last);
  Seq last;
  const test::NoThreads none;
  const auto cursor = prefetch(*log.read(Seq{1}), Seq{1}, log.last());
  EXPECT_EQ(drain(*cursor, last), plain);
  events::RecordView record;
  EXPECT_EQ(cursor->next(record), false);
}

TEST(Prefetch, StopsAtItsEndAndStaysThere) {
  MemoryLog log;
  replay::append_traffic(log, 100);
  const auto cursor = prefetch(*log.read(Seq{5}), Seq{5}, Seq{40});
  Seq last{4};
  drain(*cursor, last);
  EXPECT_EQ(last, Seq{40});
  events::RecordView record;
  EXPECT_EQ(cursor->next(record), false);
}

TEST(Prefetch, CanBeLeftInTheMiddleOfALongScan) {
  MemoryLog log;
  replay::append_traffic(log, 3 * kPrefetchBatches * kPrefetchBatchRecords / 3 * 2);
  for (const int records : {0, 1, 5000}) {
    const auto cursor = prefetch(*log.read(Seq{1}), Seq{1}, log.last());
    events::RecordView record;
    for (int i = 0; i < records; ++i) {
      ASSERT_EQ(cursor->next(record), true);
    }
  }
}

// Fails at one record with an error of its own.
class FailingCursor final : public Cursor {
 public:
  FailingCursor(std::unique_ptr<Cursor> inner, Seq at) : inner_(std::move(inner)), at_(at) {}
  Result<bool> next(events::RecordView& out) override {
    seen_ = daybook::next(seen_);
    if (seen_ >= at_) {
      return fail(Code::kCorrupt, "CORRUPT_RECORD", "planted");
    }
    return inner_->next(out);
  }

 private:
  std::unique_ptr<Cursor> inner_;
  Seq at_;
  Seq seen_;
};

TEST(Prefetch, AFailureComesAfterAllRecordsBeforeIt) {
  MemoryLog log;
  replay::append_traffic(log, 2000);
  for (const std::uint64_t at : {1UL, 2UL, 2048UL, 2049UL, 4100UL}) {
    auto failing = std::make_unique<FailingCursor>(*log.read(Seq{1}), Seq{at});
    const auto cursor = prefetch(std::move(failing), Seq{1}, log.last());
    events::RecordView record;
    for (std::uint64_t i = 1; i < at; ++i) {
      ASSERT_EQ(cursor->next(record), true);
    }
    for (int twice = 0; twice < 2; ++twice) {
      const auto read = cursor->next(record);
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().message, "planted");
    }
  }
}

}  // namespace
}  // namespace daybook::log
