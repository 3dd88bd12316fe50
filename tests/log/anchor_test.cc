#include "log/anchor.h"

#include <signal.h>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "events/record.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

constexpr LogId kId = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

Head head(std::uint64_t seq) {
  Head out{Seq{seq}, events::genesis(), Epoch{3}};
  out.chain[0] = static_cast<std::uint8_t>(seq);
  return out;
}

class AnchorFile : public testing::Test {
 protected:
  AnchorRead read(const LogId& id = kId) { return read_anchor(path(), id).value(); }
  std::unique_ptr<Anchor> open(AnchorOptions options) {
    return std::move(Anchor::open(path(), kId, read(), options).value());
  }
  std::filesystem::path path() const { return dir_ / "anchor"; }

  rig::TempDir dir_;
};

TEST_F(AnchorFile, IsMissingUntilItIsWritten) {
  EXPECT_EQ(read().state, AnchorState::kMissing);
  ASSERT_TRUE(write_anchor(path(), kId, head(7)));
  EXPECT_EQ(read().state, AnchorState::kValid);
  EXPECT_EQ(read().head.seq, Seq{7});
  EXPECT_EQ(read().head.epoch, Epoch{3});
  EXPECT_EQ(read().head.chain, head(7).chain);
  EXPECT_EQ(read(LogId{}).state, AnchorState::kForeign);
}

TEST_F(AnchorFile, FlushWritesTheNewestHeadInTheOtherSlot) {
  ASSERT_TRUE(write_anchor(path(), kId, head(0)));
  const auto anchor = open({std::chrono::hours(1), 1'000'000});
  for (std::uint64_t seq = 1; seq <= 5; ++seq) {
    ASSERT_TRUE(anchor->offer(head(seq)));
    ASSERT_TRUE(anchor->flush());
    EXPECT_EQ(read().head.seq, Seq{seq});
    EXPECT_EQ(read().generation, 2 + seq);
  }
  EXPECT_EQ(anchor->written().seq, Seq{5});
}

TEST_F(AnchorFile, CloseWritesWhatWasOffered) {
  ASSERT_TRUE(write_anchor(path(), kId, head(0)));
  {
    const auto anchor = open({std::chrono::hours(1), 1'000'000});
    ASSERT_TRUE(anchor->offer(head(9)));
  }
  EXPECT_EQ(read().head.seq, Seq{9});
}

TEST_F(AnchorFile, TornWriteOfOneSlotLeavesTheOther) {
  ASSERT_TRUE(write_anchor(path(), kId, head(0)));
  {
    const auto anchor = open({std::chrono::hours(1), 1'000'000});
    ASSERT_TRUE(anchor->offer(head(1)));
    ASSERT_TRUE(anchor->flush());
    ASSERT_TRUE(anchor->offer(head(2)));
    ASSERT_TRUE(anchor->flush());
  }
  const std::string whole = rig::slurp(path());
  const std::size_t newest = 0;  // generation 4
  for (std::size_t torn = 1; torn < 128; ++torn) {
    std::string bytes = whole;
    bytes.replace(newest + torn, 128 - torn, 128 - torn, '\x5a');
    rig::spill(path(), bytes);
    ASSERT_EQ(read().state, AnchorState::kValid);
    ASSERT_EQ(read().head.seq, Seq{1}) << "torn at " << torn;
  }
}

TEST_F(AnchorFile, AnyFlippedBitOfASlotIsNoticed) {
  ASSERT_TRUE(write_anchor(path(), kId, head(5)));
  const std::string whole = rig::slurp(path());
  for (std::size_t bit = 0; bit < 128 * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    rig::spill(path(), bytes);
    ASSERT_EQ(read().generation, 1U) << "bit " << bit;
  }
}

TEST_F(AnchorFile, WritesByItselfAfterTheCountOfEvents) {
  ASSERT_TRUE(write_anchor(path(), kId, head(0)));
  const auto anchor = open({std::chrono::hours(1), 10});
  ASSERT_TRUE(anchor->offer(head(3)));
  EXPECT_EQ(anchor->written().seq, Seq{0});
  ASSERT_TRUE(anchor->offer(head(10)));
  for (int i = 0; i < 10'000 && anchor->written().seq != Seq{10}; ++i) {
    std::this_thread::yield();
    rig::slurp(path());
  }
  EXPECT_EQ(anchor->written().seq, Seq{10});
}

TEST_F(AnchorFile, FailedWriteStopsEveryLaterOffer) {
  ASSERT_TRUE(write_anchor(path(), kId, head(0)));
  const auto anchor =
      std::move(Anchor::open(path(), kId, read(), {std::chrono::hours(1), 1'000'000}).value());
  ASSERT_TRUE(anchor->offer(head(1)));
  const auto before = ::signal(SIGXFSZ, SIG_IGN);
  rlimit usual{};
  getrlimit(RLIMIT_FSIZE, &usual);
  const rlimit none{0, usual.rlim_max};
  setrlimit(RLIMIT_FSIZE, &none);
  const Status flushed = anchor->flush();
  setrlimit(RLIMIT_FSIZE, &usual);
  ::signal(SIGXFSZ, before);
  ASSERT_FALSE(flushed);
  EXPECT_FALSE(anchor->offer(head(2)));
  EXPECT_EQ(anchor->written().seq, Seq{0});
}

}  // namespace
}  // namespace daybook::log
