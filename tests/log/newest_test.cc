#include "log/newest.h"

#include <gtest/gtest.h>

#include "base/limits/write_path.h"
#include "log/memory_log.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

// A log of which some records cannot be read, and which counts those that were.
class Worn final : public Log {
 public:
  explicit Worn(int groups) {
    while (groups-- > 0) {
      EXPECT_TRUE(inner.append(rig::next_group(inner, 1000)));
    }
  }

  MemoryLog inner{0};
  std::vector<Seq> bad;
  std::atomic<std::uint64_t> read_records{0};

  Seq first() const override { return inner.first(); }
  Seq last() const override { return inner.last(); }
  Hash last_chain() const override { return inner.last_chain(); }
  const Watermark& durable() const override { return inner.durable(); }
  const Tail& tail() const override { return inner.tail(); }
  Status append(const events::Group& group) override { return inner.append(group); }
  Status trim(Seq through) override { return inner.trim(through); }
  Result<std::unique_ptr<Cursor>> read(Seq from) override {
    DAYBOOK_ASSIGN(auto cursor, inner.read(from));
    return std::make_unique<WornCursor>(*this, std::move(cursor));
  }

 private:
  class WornCursor final : public Cursor {
   public:
    WornCursor(Worn& log, std::unique_ptr<Cursor> inner) : log_(log), inner_(std::move(inner)) {}
    Result<bool> next(events::RecordView& out) override {
      DAYBOOK_ASSIGN(const bool there, inner_->next(out));
      const Seq seq = out.header.seq;
      if (std::find(log_.bad.begin(), log_.bad.end(), seq) != log_.bad.end()) {
        return fail(Code::kCorrupt, "UNREADABLE_RECORD", std::to_string(seq.value));
      }
      ++log_.read_records;
      return there;
    }

   private:
    Worn& log_;
    std::unique_ptr<Cursor> inner_;
  };
};

constexpr int kGroups = static_cast<int>(3 * kNewestPart / 1000);

TEST(NewestRead, ReadsEachOfTheNewestOnceAndNoOther) {
  Worn log(kGroups);
  for (const std::uint64_t wanted :
       {std::uint64_t{0}, std::uint64_t{1}, kNewestPart + 7, std::uint64_t{1} << 40}) {
    log.read_records = 0;
    NewestRead reading(log, wanted);
    ASSERT_TRUE(reading.finish());
    EXPECT_EQ(log.read_records, std::min(wanted, log.last().value));
  }
}

TEST(NewestRead, NamesTheFirstRecordThatCannotBeRead) {
  Worn log(kGroups);
  log.bad = {Seq{log.last().value - 3}, Seq{kNewestPart + 5}, Seq{2 * kNewestPart + 9}};
  NewestRead all(log, 1ULL << 40);
  EXPECT_EQ(all.finish().error().message, std::to_string(kNewestPart + 5));
  NewestRead some(log, 10);
  EXPECT_EQ(some.finish().error().message, std::to_string(log.last().value - 3));
  NewestRead behind_it(log, 3);
  EXPECT_TRUE(behind_it.finish());
}

TEST(NewestRead, BeginsWhereATrimmedLogDoes) {
  Worn log(2);
  ASSERT_TRUE(log.trim(Seq{1500}));
  NewestRead reading(log, 1ULL << 40);
  ASSERT_TRUE(reading.finish());
  EXPECT_EQ(log.read_records, 500U);
}

TEST(NewestRead, IsGivenUpWhenNobodyWantsToKnow) {
  Worn log(kGroups);
  { const NewestRead reading(log, 1ULL << 40); }
  EXPECT_LE(log.read_records, log.last().value);
}

TEST(NewestRead, EmptyLogIsRead) {
  MemoryLog log;
  NewestRead reading(log, 10);
  EXPECT_TRUE(reading.finish());
}

}  // namespace
}  // namespace daybook::log
