// The store in memory against RocksStore: the same batches, the same rows, whichever way they are
// read.
#include "tests/simulation/memory_store.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "projections/bytes.h"
#include "projections/rocks_store.h"
#include "tests/simulation/directory.h"
#include "tests/simulation/random.h"

namespace daybook::simulation {
namespace {

using projections::Batch;
using projections::Checkpoint;
using projections::Key;
using projections::Prefix;
using projections::RocksStore;
using projections::Store;

constexpr Store::ProjectionId kId = 3;
constexpr Prefix kPrefix{static_cast<char>(kId), 1};

std::string key_of(std::uint64_t number) {
  return std::string(Key('K').u64(number).view());
}

// Everything between two keys, read forward and backward.
std::vector<std::string> rows(const Store& store, std::string_view lower, std::string_view upper) {
  std::vector<std::string> out;
  const auto reader = store.reader(kPrefix);
  const auto walker = reader->walk(lower, upper);
  for (walker->seek(lower); walker->valid(); walker->next()) {
    out.push_back(std::string(walker->key()) + "=" + std::string(walker->value()));
  }
  out.emplace_back("backward");
  for (walker->seek_before(key_of(1'000)); walker->valid(); walker->previous()) {
    out.push_back(std::string(walker->key()) + "=" + std::string(walker->value()));
  }
  return out;
}

class MemoryStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = RocksStore::open({directory.empty() / "views", 4 << 20, 4 << 20});
    ASSERT_TRUE(opened) << opened.error().text();
    rocks = std::move(*opened);
  }

  static void draw(Random& random, Batch& batch) {
    batch.begin(kPrefix);
    if (random.chance(100)) {
      batch.erase_range(key_of(40), key_of(40 + random.below(5)));
    }
    for (std::uint64_t n = random.between(1, 8); n > 0; --n) {
      const std::string key = key_of(random.below(40));
      const std::string value = std::to_string(random.below(1'000));
      switch (random.below(4)) {
        case 0:
          batch.erase(key);
          break;
        case 1:
          batch.append(key, value);
          break;
        default:
          batch.put(key, value);
      }
    }
    batch.put(key_of(random.between(45, 50)), "far");
    batch.sort();
  }
  void write(Store& store, const Batch& batch, Seq applied) {
    Checkpoint checkpoint;
    checkpoint.applied = applied;
    ASSERT_TRUE(store.write(batch, std::array{std::pair(kId, checkpoint)}));
  }

  Directory directory;
  std::unique_ptr<RocksStore> rocks;
  StoreDisk disk;
  MemoryStore memory{disk};
};

TEST_F(MemoryStoreTest, HoldsWhatRocksStoreHolds) {
  Random random(11);
  for (std::uint64_t n = 1; n <= 300; ++n) {
    Batch batch;
    draw(random, batch);
    write(memory, batch, Seq{n});
    write(*rocks, batch, Seq{n});
    const std::uint64_t from = random.below(60);
    const std::string lower = random.chance(500) ? std::string() : key_of(from);
    const std::string upper = random.chance(500) ? std::string() : key_of(random.between(from, 60));
    ASSERT_EQ(rows(memory, lower, upper), rows(*rocks, lower, upper)) << "after batch " << n;
    ASSERT_EQ((*memory.checkpoint(kId))->applied, (*rocks->checkpoint(kId))->applied);
  }
  ASSERT_TRUE(memory.erase(kPrefix));
  ASSERT_TRUE(rocks->erase(kPrefix));
  EXPECT_EQ(rows(memory, {}, {}), rows(*rocks, {}, {}));
}

TEST_F(MemoryStoreTest, ACrashLeavesAPrefixOfTheBatchesWritten) {
  Random random(12);
  std::vector<std::vector<std::string>> after{rows(memory, {}, {})};
  for (std::uint64_t n = 1; n <= 20; ++n) {
    Batch batch;
    draw(random, batch);
    write(memory, batch, Seq{n});
    after.push_back(rows(memory, {}, {}));
  }
  disk.crash(13);
  EXPECT_EQ(rows(memory, {}, {}), after[13]);
  EXPECT_EQ((*memory.checkpoint(kId))->applied, Seq{13});
  ASSERT_TRUE(memory.flush());
  disk.crash(0);
  EXPECT_EQ(rows(memory, {}, {}), after[13]);
  EXPECT_EQ((*memory.durable_checkpoint(kId))->applied, Seq{13});
}

TEST_F(MemoryStoreTest, ARefusedWriteChangesNothing) {
  Random random(13);
  Batch batch;
  draw(random, batch);
  const auto before = rows(memory, {}, {});
  disk.fault = StoreDisk::Fault::kRefused;
  EXPECT_EQ(memory.write(batch, {}).error().code, Code::kNoSpace);
  EXPECT_EQ(rows(memory, {}, {}), before);
  disk.fault = StoreDisk::Fault::kTakenQuiet;
  EXPECT_EQ(memory.write(batch, {}).error().code, Code::kIo);
  EXPECT_NE(rows(memory, {}, {}), before);
}

}  // namespace
}  // namespace daybook::simulation
