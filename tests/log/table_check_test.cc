// The properties of a table, which RocksDB reads without their checksum.
#include "log/table_check.h"

#include <gtest/gtest.h>

#include "tests/log/damage.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

class TableCheck : public testing::Test {
 protected:
  void SetUp() override {
    for (int life = 0; life < 2; ++life) {  // what the first wrote, the second makes a table of
      auto opened = rig::must_open(data());
      ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 5, 2)));
    }
    const auto tables = rig::files_with(data() / "log", ".sst");
    ASSERT_FALSE(tables.empty());
    table_ = tables.front();
    sound_ = rig::slurp(table_);
  }
  std::filesystem::path data() const { return dir_ / "data"; }
  void turn(std::size_t at, unsigned bit) {
    std::string changed = sound_;
    changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
    rig::spill(table_, changed);
  }

  const rig::TempDir dir_;
  std::filesystem::path table_;
  std::string sound_;
};

TEST_F(TableCheck, EveryBitOfThemIsLookedAt) {
  EXPECT_TRUE(check_tables(data() / "log"));
  const auto [first, behind] = rig::properties_of(table_);
  ASSERT_GT(behind - first, 300U);
  for (std::size_t at = first; at < behind; ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      turn(at, bit);
      const Status checked = check_tables(data() / "log");
      ASSERT_FALSE(checked) << at << " " << bit;
      EXPECT_EQ(checked.error().reason, "TABLE_DAMAGED");
    }
  }
}

// The last bytes of the block say how it is to be read: RocksDB asserts what it finds there.
TEST_F(TableCheck, ADamagedOneIsRefusedAndEndsNothing) {
  const auto [first, behind] = rig::properties_of(table_);
  ASSERT_GT(behind, first);
  for (std::size_t at = behind - 16; at < behind; ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      turn(at, bit);
      const auto opened = rig::try_open(data());
      ASSERT_FALSE(opened) << at << " " << bit;
      EXPECT_EQ(opened.error().reason, "LOG_CORRUPT");
      EXPECT_NE(opened.error().message.find(table_.string()), std::string::npos);
    }
  }
  rig::spill(table_, sound_);
  EXPECT_TRUE(rig::try_open(data()));
}

TEST_F(TableCheck, WhatIsNoTableIsLeftToOthers) {
  const auto folder = dir_ / "folder";
  EXPECT_TRUE(check_tables(folder)) << "there is none";
  std::filesystem::create_directories(folder / "000001.sst");
  EXPECT_TRUE(check_tables(folder));
  for (const std::size_t size : {std::size_t{0}, std::size_t{52}, sound_.size() - 1}) {
    rig::spill(folder / "000002.sst", sound_.substr(0, size));
    EXPECT_TRUE(check_tables(folder)) << size;
  }
}

}  // namespace
}  // namespace daybook::log
