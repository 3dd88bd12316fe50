// Sets in pieces against sets of the standard library, whatever batches they were changed in.
#include "projections/position_sets.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "projections/position_walk.h"
#include "projections/rocks_store.h"
#include "projections/views.h"

namespace daybook::projections {
namespace {

// With room for all pieces, and for hardly any.
constexpr std::size_t kRooms[] = {PositionSets::kHeldBytes, 2'000};

class PositionSetsTest : public testing::TestWithParam<std::tuple<PositionKind, std::size_t>> {
 protected:
  static constexpr Prefix kPrefix{1, 1};
  static PositionKind kind() { return std::get<0>(GetParam()); }

  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("daybook-position-sets-test-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    const ViewsOptions defaults;
    auto opened =
        RocksStore::open({folder_, defaults.write_buffer_bytes, defaults.block_cache_bytes});
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
    reader_ = store_->reader(kPrefix);
    sets_.load(*reader_);
  }
  void TearDown() override {
    reader_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  Position any() {
    Position out{0, 1 + random_() % 1'000'000};
    if (kind() == PositionKind::kTimed) {
      out.time = (std::uint64_t{1} << 63) + random_() % 50'000;
    }
    return out;
  }
  // Jobs mostly come at the end and go at the front, and now and then anywhere.
  void change(std::size_t count) {
    std::set<Position> touched;
    const auto once = [&](Position p) { return touched.insert(p).second; };
    for (std::size_t i = 0; i < count; ++i) {
      if (const Position p = any(); !must_.contains(p) && once(p)) {
        must_.insert(p);
        sets_.add(Key('S').u8(0), kind(), p);
      }
    }
  }
  void take(std::size_t count, bool front) {
    std::vector<Position> all(must_.begin(), must_.end());
    if (!front) {
      std::shuffle(all.begin(), all.end(), random_);
    }
    all.resize(std::min(count, all.size()));
    for (const Position p : all) {
      must_.erase(p);
      sets_.remove(Key('S').u8(0), kind(), p);
    }
  }
  void write() {
    const Status resolved = sets_.resolve();
    ASSERT_TRUE(resolved) << resolved.error().text();
    Batch batch;
    batch.begin(kPrefix);
    sets_.write(batch);
    batch.sort();
    ASSERT_TRUE(store_->write(batch, {}));
    sets_.written();
  }
  std::string key(Position p) const {
    Key out = Key('S').u8(0);
    if (kind() == PositionKind::kTimed) {
      out.u64(p.time);
    }
    return std::string(out.u64(p.key).view());
  }
  std::unique_ptr<Walker> walk() {
    return walk_positions(*reader_, "S" + std::string(1, '\0'), kind(), "S" + std::string(1, '\0'),
                          "S\x01");
  }
  void compare() {
    const auto walker = walk();
    walker->seek("S" + std::string(1, '\0'));
    for (const Position p : must_) {
      ASSERT_TRUE(walker->valid());
      ASSERT_EQ(walker->key(), key(p));
      walker->next();
    }
    EXPECT_FALSE(walker->valid());
    walker->seek_before("S\x01");
    for (auto p = must_.rbegin(); p != must_.rend(); ++p) {
      ASSERT_TRUE(walker->valid());
      ASSERT_EQ(walker->key(), key(*p));
      walker->previous();
    }
    EXPECT_FALSE(walker->valid());
    EXPECT_TRUE(walker->status());
    for (int i = 0; i < 200; ++i) {
      const Position p = any();
      const auto at = must_.lower_bound(p);
      walker->seek(key(p));
      ASSERT_EQ(walker->valid(), at != must_.end());
      ASSERT_TRUE(!walker->valid() || walker->key() == key(*at));
      walker->seek_before(key(p));
      ASSERT_EQ(walker->valid(), at != must_.begin());
      ASSERT_TRUE(!walker->valid() || walker->key() == key(*std::prev(at)));
    }
  }
  std::vector<std::pair<std::string, std::string>> stored() {
    std::vector<std::pair<std::string, std::string>> out;
    EXPECT_TRUE(each_key(*reader_, "S", "T", [&](std::string_view k, std::string_view v) {
      out.emplace_back(k, v);
      return true;
    }));
    return out;
  }

  std::mt19937_64 random_{11};
  std::filesystem::path folder_;
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<Reader> reader_;
  PositionSets sets_{std::get<1>(GetParam())};
  std::set<Position> must_;
};

// Through every size: small and kept, large and read piece by piece, small again, empty.
TEST_P(PositionSetsTest, AreWhatTheirChangesMakeThem) {
  for (int round = 0; round < 60; ++round) {
    change(round < 30 ? 500 : 50);
    write();
    take(round < 30 ? 100 : 600, round % 2 == 0);
    write();
    if (round % 10 == 0) {
      compare();
    }
  }
  compare();
  take(must_.size(), true);
  write();
  compare();
  EXPECT_TRUE(stored().empty());
}

TEST_P(PositionSetsTest, WhatIsStoredDependsOnTheMembersAlone) {
  for (int round = 0; round < 40; ++round) {
    change(400);
    write();
    take(150, round % 3 == 0);
    write();
  }
  const auto by_and_by = stored();
  EXPECT_GT(by_and_by.size(), 8U) << "more than a few pieces";
  const std::set<Position> members = must_;
  take(must_.size(), true);
  write();
  ASSERT_TRUE(stored().empty());
  for (const Position p : members) {
    must_.insert(p);
    sets_.add(Key('S').u8(0), kind(), p);
  }
  write();
  EXPECT_EQ(stored(), by_and_by);
}

// A set that many members passed through has left few keys behind.
TEST_P(PositionSetsTest, MembersThatComeAndGoLeaveFewKeys) {
  std::set<std::string> keys;
  for (int i = 0; i < 20'000; ++i) {
    const Position p{kind() == PositionKind::kTimed ? std::uint64_t{1} << 63 : 0,
                     static_cast<std::uint64_t>(i) + 1};
    sets_.add(Key('S').u8(0), kind(), p);
    write();
    Batch batch;
    sets_.remove(Key('S').u8(0), kind(), p);
    ASSERT_TRUE(sets_.resolve());
    batch.begin(kPrefix);
    sets_.write(batch);
    batch.each([&](const Batch::Change& change) { keys.emplace(change.key); });
    ASSERT_TRUE(store_->write(batch, {}));
    sets_.written();
  }
  EXPECT_LT(keys.size(), 2 * 20'000 / kCut);
}

// What comes at the end is appended to what is there: neither read nor written again.
TEST_P(PositionSetsTest, WhatComesAtTheEndIsAppended) {
  std::size_t bytes = 0;
  for (std::uint64_t i = 1; i <= 5'000; ++i) {
    const Position p{kind() == PositionKind::kTimed ? (std::uint64_t{1} << 63) + 1'000 * i : 0, i};
    must_.insert(p);
    sets_.add(Key('S').u8(0), kind(), p);
    ASSERT_TRUE(sets_.resolve());
    Batch batch;
    batch.begin(kPrefix);
    sets_.write(batch);
    batch.each([&](const Batch::Change& change) { bytes += change.value.size(); });
    ASSERT_TRUE(store_->write(batch, {}));
    sets_.written();
  }
  EXPECT_LT(bytes, 5'000U * 8) << "twice: as it comes, and once its piece is full";
  const auto by_and_by = stored();
  take(must_.size(), true);
  write();
  for (std::uint64_t i = 1; i <= 5'000; ++i) {
    const Position p{kind() == PositionKind::kTimed ? (std::uint64_t{1} << 63) + 1'000 * i : 0, i};
    must_.insert(p);
    sets_.add(Key('S').u8(0), kind(), p);
  }
  write();
  EXPECT_EQ(stored(), by_and_by);
  compare();
}

// A job that leaves a list in which it is not, or comes to one in which it is: the store is
// damaged.
TEST_P(PositionSetsTest, WhatCannotBeIsNoticed) {
  change(1'000);
  write();
  const Position there = *std::next(must_.begin(), 500);
  for (const bool cut : {false, true}) {
    Position absent = any();
    while (must_.contains(absent) || is_cut(absent) != cut) {
      absent = any();
    }
    PositionSets others;
    others.load(*reader_);
    others.remove(Key('S').u8(0), kind(), absent);
    EXPECT_EQ(others.resolve().error().reason, "VIEWS_STORE");
  }
  PositionSets again;
  again.load(*reader_);
  again.add(Key('S').u8(0), kind(), there);
  EXPECT_EQ(again.resolve().error().reason, "VIEWS_STORE");
}

INSTANTIATE_TEST_SUITE_P(Kinds, PositionSetsTest,
                         testing::Combine(testing::Values(PositionKind::kKey, PositionKind::kTimed),
                                          testing::ValuesIn(kRooms)));

}  // namespace
}  // namespace daybook::projections
