#include "log/verify.h"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/log/rig.h"
#include "tests/log/surgery.h"

namespace daybook::log {
namespace {

class Verify : public testing::Test {
 protected:
  // Closed, everything in table files.
  void fill(int groups, int batches) {
    {
      rig::Opened opened = rig::must_open(data());
      for (int i = 0; i < groups; ++i) {
        ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, batches, 1, 300)));
      }
      chain_ = opened.log->last_chain();
    }
    rig::must_open(data()).close();
  }
  VerifyReport check(unsigned threads = 2) {
    VerifyOptions options;
    options.threads = threads;
    auto report = verify(data(), options);
    EXPECT_TRUE(report) << report.error().text();
    return report ? std::move(*report) : VerifyReport{};
  }
  std::string flaw() {
    const VerifyReport report = check();
    return report.problem ? std::string(flaw_reason(report.problem->flaw)) + " at " +
                                std::to_string(report.problem->seq.value)
                          : "whole";
  }
  std::filesystem::path data() const { return dir_ / "data"; }

  rig::TempDir dir_;
  Hash chain_{};
};

TEST_F(Verify, WholeLogIsReportedWithItsHead) {
  fill(100, 1000);  // several segments
  for (const unsigned threads : {1U, 2U, 5U}) {
    const VerifyReport report = check(threads);
    EXPECT_FALSE(report.problem) << report.problem->message;
    EXPECT_EQ(report.first, Seq{1});
    EXPECT_EQ(report.last, Seq{100'000});
    EXPECT_EQ(report.records, 100'000U);
    EXPECT_EQ(report.head.chain, chain_);
    EXPECT_EQ(report.anchor.state, AnchorState::kValid);
  }
}

TEST_F(Verify, EmptyLogIsWhole) {
  fill(0, 0);
  EXPECT_EQ(flaw(), "whole");
}

TEST_F(Verify, WritesNothing) {
  fill(3, 10);
  const auto before = surgery::fingerprint(data() / "log");
  EXPECT_EQ(flaw(), "whole");
  EXPECT_EQ(surgery::fingerprint(data() / "log"), before);
}

TEST_F(Verify, RefusesADirectoryInUse) {
  const rig::Opened opened = rig::must_open(data());
  const auto report = verify(data());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().reason, "DATA_DIR_IN_USE");
}

TEST_F(Verify, FlippedBitInATableNamesTheFirstUnreadableRecord) {
  fill(20, 1000);
  const auto tables = rig::files_with(data() / "log", ".sst");
  const auto table = *std::max_element(tables.begin(), tables.end(), [](auto& a, auto& b) {
    return std::filesystem::file_size(a) < std::filesystem::file_size(b);
  });
  std::string bytes = rig::slurp(table);
  bytes[bytes.size() / 2] ^= 1;
  rig::spill(table, bytes);
  const VerifyReport report = check();
  ASSERT_TRUE(report.problem);
  EXPECT_EQ(report.problem->flaw, Flaw::kUnreadable);
  // Half of the bytes is about half of the records, less at most one block.
  EXPECT_NEAR(static_cast<double>(report.problem->seq.value), 10'000, 300);
  EXPECT_EQ(report.last.value, report.problem->seq.value - 1);
}

TEST_F(Verify, FlippedBitInTheWriteAheadLogNamesTheLastReadableRecord) {
  {
    rig::Opened opened = rig::must_open(data());
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 10)));
    }
  }
  const auto wal = rig::files_with(data() / "log", ".log").back();
  std::string bytes = rig::slurp(wal);
  const auto ends = surgery::wal_write_ends(wal);
  bytes[ends[24] + 100] ^= 1;  // in the 26th group
  rig::spill(wal, bytes);
  EXPECT_EQ(rig::try_open(data()).error().reason, "LOG_CORRUPT");
  EXPECT_EQ(flaw(), "UNREADABLE_RECORD at 251");
}

TEST_F(Verify, AnyMissingTableIsAProblem) {
  fill(5, 10);
  {
    rig::Opened opened = rig::must_open(data());
    ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 10)));
  }
  rig::must_open(data()).close();
  std::set<std::string> flaws;
  for (const auto& table : rig::files_with(data() / "log", ".sst")) {
    const auto copy = dir_ / "copy";
    rig::copy_tree(data(), copy);
    std::filesystem::remove(copy / "log" / table.filename());
    EXPECT_FALSE(rig::try_open(copy));
    const auto report = verify(copy);
    ASSERT_TRUE(report) << report.error().text();
    ASSERT_TRUE(report->problem);
    flaws.insert(std::string(flaw_reason(report->problem->flaw)) + " at " +
                 std::to_string(report->problem->seq.value));
    std::filesystem::remove_all(copy);
  }
  // A table of level 0 takes every scan with it, so the place can be as early as 1.
  EXPECT_TRUE(flaws.contains("UNREADABLE_RECORD at 1"));
}

TEST_F(Verify, MissingAnchorIsAProblem) {
  fill(1, 10);
  std::filesystem::remove(data() / "anchor");
  EXPECT_EQ(flaw(), "ANCHOR_DISAGREES at 11");
}

TEST_F(Verify, ForeignIdentityIsAProblem) {
  fill(1, 10);
  ASSERT_TRUE(write_identity(data(), LogId{4}));
  EXPECT_EQ(flaw(), "IDENTITY_DISAGREES at 11");
}

struct Mutant {
  surgery::Plant plant;
  const char* flaw;
};

class VerifyMutant : public Verify, public testing::WithParamInterface<Mutant> {};

TEST_P(VerifyMutant, IsCaughtByName) {
  fill(40, 10);
  ASSERT_TRUE(surgery::plant(data(), GetParam().plant));
  EXPECT_EQ(flaw(), GetParam().flaw);
}

INSTANTIATE_TEST_SUITE_P(
    Plants, VerifyMutant,
    testing::Values(Mutant{surgery::Plant::kNoMark, "BATCH_TORN at 402"},
                    Mutant{surgery::Plant::kFlippedByte, "UNREADABLE_RECORD at 401"},
                    Mutant{surgery::Plant::kGap, "LOG_GAP at 401"},
                    Mutant{surgery::Plant::kWrongChain, "CHAIN_BROKEN at 401"},
                    Mutant{surgery::Plant::kTornBatch, "BATCH_TORN at 402"},
                    Mutant{surgery::Plant::kTimeBack, "TIME_WENT_BACK at 401"},
                    Mutant{surgery::Plant::kEpochBack, "EPOCH_WENT_BACK at 401"},
                    Mutant{surgery::Plant::kUnknownType, "UNKNOWN_EVENT_TYPE at 401"},
                    Mutant{surgery::Plant::kAnchorRecordGone, "LOG_GAP at 341"}));

}  // namespace
}  // namespace daybook::log
