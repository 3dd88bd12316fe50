// What a look-up in a store that has grown old reads.
#include "projections/rocks_store.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>

#include "projections/bytes.h"
#include "projections/views.h"

namespace daybook::projections {
namespace {

constexpr Prefix kStoreRows{1, 1};
// Its filters are some 750 KiB a file.
constexpr std::uint64_t kKeys = 1'200'000;

// One store for all tests: filling it takes seconds.
class OldStore : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() /
              ("daybook-rocks-store-test-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    const ViewsOptions defaults;
    auto opened =
        RocksStore::open({folder_, defaults.write_buffer_bytes, defaults.block_cache_bytes});
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
    fill();
  }
  static void TearDownTestSuite() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void SetUp() override {
    ASSERT_NE(store_, nullptr);
    reader_ = store_->reader(kStoreRows);
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  }
  void TearDown() override { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }

  // Rows of many jobs, in batches as large as a fold far behind its log makes them.
  static void fill() {
    Batch batch;
    for (std::uint64_t key = 0; key < kKeys;) {
      batch.clear();
      batch.begin(kStoreRows);
      for (const std::uint64_t end = key + kKeys / 2; key < end; ++key) {
        batch.put(Key('J').u64(key).view(), "0123456789abcdef");
      }
      batch.sort();
      const Status written = store_->write(batch, {});
      ASSERT_TRUE(written) << written.error().text();
    }
  }
  bool look(std::uint64_t key) {
    const auto found = reader_->get(Key('J').u64(key).view(), value_);
    return found && *found;
  }
  static std::uint64_t bytes_read() { return rocksdb::get_perf_context()->block_read_byte; }

  static std::filesystem::path folder_;
  static std::unique_ptr<RocksStore> store_;
  std::unique_ptr<Reader> reader_;
  std::string value_;
};

std::filesystem::path OldStore::folder_;
std::unique_ptr<RocksStore> OldStore::store_;

// A filter or an index that is larger than a part of the block cache would be read anew each time.
TEST_F(OldStore, LookingAKeyUpAgainReadsNothing) {
  ASSERT_TRUE(look(kKeys / 2));
  rocksdb::get_perf_context()->Reset();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(look(kKeys / 2));
  }
  EXPECT_EQ(bytes_read(), 0U);
}

// Of keys far apart a block of rows each, not what says where they are.
TEST_F(OldStore, ALookUpReadsOneBlockOfRows) {
  constexpr std::uint64_t kLooks = 1000;
  ASSERT_TRUE(look(0));
  rocksdb::get_perf_context()->Reset();
  for (std::uint64_t i = 0; i < kLooks; ++i) {
    ASSERT_TRUE(look(i * 7919 % kKeys));
  }
  EXPECT_LT(bytes_read(), kLooks * (32 << 10));
}

// Where there is nothing, two blocks at most: one in each file that could hold the key.
TEST_F(OldStore, WhatIsNotThereIsSoonKnown) {
  constexpr std::uint64_t kLooks = 1000;
  ASSERT_FALSE(look(kKeys));
  rocksdb::get_perf_context()->Reset();
  for (std::uint64_t i = 0; i < kLooks; ++i) {
    ASSERT_FALSE(look(kKeys + i));
  }
  EXPECT_LT(bytes_read(), kLooks * (48 << 10));
}

class Generations : public testing::Test {
 protected:
  static constexpr RocksStore::ProjectionId kId = 3;

  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("daybook-generations-test-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    auto opened = RocksStore::open({folder_, 4 << 20, 4 << 20});
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  // So much that it becomes a table file below level 0.
  void write(std::uint8_t generation) {
    Batch batch;
    batch.begin({static_cast<char>(kId), static_cast<char>(generation)});
    for (std::uint64_t key = 0; key < kGenerationKeys; ++key) {
      batch.put(Key('J').u64(key).view(), std::string(1000, static_cast<char>('0' + key % 10)));
    }
    batch.sort();
    ASSERT_TRUE(store_->write(batch, {}));
  }
  void name(std::uint8_t generation) {
    Checkpoint checkpoint;
    checkpoint.generation = generation;
    ASSERT_TRUE(store_->write(Batch(), std::array{std::pair(kId, checkpoint)}));
    ASSERT_TRUE(store_->flush());
  }
  static std::uint64_t rows(const View& view) {
    std::uint64_t out = 0;
    const auto walker = view.walk({}, {});
    for (walker->seek({}); walker->valid(); walker->next()) {
      ++out;
    }
    return out;
  }
  std::uintmax_t table_bytes() const {
    std::uintmax_t out = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      out += entry.path().extension() == ".sst" ? entry.file_size() : 0;
    }
    return out;
  }

  static constexpr std::uint64_t kGenerationKeys = 5'000;
  std::filesystem::path folder_;
  std::unique_ptr<RocksStore> store_;
};

TEST_F(Generations, OneThatIsErasedStaysForThoseWhoReadIt) {
  write(1);
  name(1);
  write(2);
  const auto old = store_->view(kId);
  ASSERT_TRUE(old);
  name(2);
  ASSERT_TRUE(store_->erase({kId, 1}));
  EXPECT_EQ(rows(**old), kGenerationKeys);
  const auto live = store_->view(kId);
  ASSERT_TRUE(live);
  EXPECT_EQ((*live)->prefix(), (Prefix{kId, 2}));
  EXPECT_EQ(rows(**live), kGenerationKeys);
}

TEST_F(Generations, TheLastReaderOfAnErasedOneGivesItsBytesBack) {
  write(1);
  name(1);
  write(2);
  auto old = store_->view(kId);
  ASSERT_TRUE(old);
  name(2);
  const std::uintmax_t both = table_bytes();
  ASSERT_TRUE(store_->erase({kId, 1}));
  EXPECT_GE(table_bytes(), both);
  old->reset();
  EXPECT_LT(table_bytes(), both * 2 / 3);
  EXPECT_EQ(rows(**store_->view(kId)), kGenerationKeys);
}

// What a compaction met: writes go on for ever, and the next start knows.
TEST_F(Generations, ADamagedTableHoldsNoWriteUp) {
  const auto write_some = [&] {
    Batch batch;
    batch.begin({kId, 1});
    for (std::uint64_t key = 0; key < 2'000; ++key) {
      batch.put(Key('J').u64(key).view(), std::string(40, static_cast<char>('a' + key % 26)));
    }
    batch.sort();
    ASSERT_TRUE(store_->write(batch, {}));
    ASSERT_TRUE(store_->flush());
  };
  write_some();
  store_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() == ".sst") {
      std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
      file.seekp(static_cast<std::streamoff>(entry.file_size() / 3));
      file.put('\x7f');
    }
  }
  std::atomic<int> told = 0;
  RocksStore::Options options{folder_, 4 << 20, 4 << 20};
  options.on_damage = [&](const Error& error) {
    EXPECT_EQ(error.reason, "VIEWS_STORE");
    ++told;
  };
  auto opened = RocksStore::open(options);
  ASSERT_TRUE(opened) << opened.error().text();
  store_ = std::move(*opened);
  for (int i = 0; i < 80; ++i) {
    write_some();
  }
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(RocksStore::damage_noted(folder_));
  store_.reset();
  EXPECT_TRUE(RocksStore::damage_noted(folder_));
}

}  // namespace
}  // namespace daybook::projections
