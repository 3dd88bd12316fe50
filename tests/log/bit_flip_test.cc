// One bit flipped anywhere in a closed data directory: the log reads as before, or something names
// the damage. Never a different history.
#include <random>

#include <gtest/gtest.h>

#include "log/verify.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

struct Tally {
  int identical = 0;
  int refused = 0;
};

class BitFlip : public testing::Test {
 protected:
  void SetUp() override {
    for (int life = 0; life < 2;
         ++life) {  // the first life ends up in tables, the second in the write-ahead log
      rig::Opened opened = rig::must_open(dir_ / "data");
      for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 10, 2, 100)));
      }
      records_ = rig::read_all(*opened.log).records;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_ / "data")) {
      const bool said = entry.path().filename() == "owner" || entry.path().filename() == "reserve";
      if (entry.is_regular_file() && entry.file_size() > 0 && !said) {
        files_.push_back(std::filesystem::relative(entry.path(), dir_ / "data"));
      }
    }
    std::sort(files_.begin(), files_.end());
  }

  void flip_and_check(const std::filesystem::path& file, std::uint64_t random, Tally& tally) {
    const auto copy = dir_ / "copy";
    rig::copy_tree(dir_ / "data", copy);
    std::string bytes = rig::slurp(copy / file);
    const std::uint64_t bit = random % (bytes.size() * 8);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    rig::spill(copy / file, bytes);
    {
      auto opened = rig::try_open(copy);
      if (!opened) {
        ++tally.refused;
      } else {
        const auto read = rig::read_all(*opened->log);
        const bool whole = read.error.empty();
        ASSERT_TRUE(std::equal(read.records.begin(), read.records.end(), records_.begin()))
            << file << " bit " << bit;
        ASSERT_EQ(opened->log->last().value, records_.size()) << file << " bit " << bit;
        ASSERT_TRUE(!whole || read.records.size() == records_.size()) << file << " bit " << bit;
        (whole ? tally.identical : tally.refused) += 1;
      }
    }
    std::filesystem::remove_all(copy);
  }

  // Flips spread evenly over the files, so that small ones get their share.
  void run(int flips) {
    const std::uint64_t seed = std::random_device()();
    std::mt19937_64 random(seed);
    Tally tally;
    for (int i = 0; i < flips && !HasFatalFailure(); ++i) {
      flip_and_check(files_[static_cast<std::size_t>(i) % files_.size()], random(), tally);
    }
    std::cout << "seed " << seed << ": " << tally.refused << " refused, " << tally.identical
              << " identical\n";
    EXPECT_FALSE(HasFatalFailure());
    EXPECT_GT(tally.refused, flips / 10);
  }

  rig::TempDir dir_;
  std::vector<std::filesystem::path> files_;
  std::vector<std::vector<std::uint8_t>> records_;
};

TEST_F(BitFlip, IsIdenticalOrNamed) {
  run(DAYBOOK_BIT_FLIPS);
}

}  // namespace
}  // namespace daybook::log
