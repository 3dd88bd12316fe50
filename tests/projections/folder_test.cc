// When the folder folds, beside a rebuild that writes too.
#include "projections/folder.h"

#include <array>
#include <chrono>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "base/limits/views.h"
#include "projections/rocks_store.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

// Counts events, and what is folded on top of a batch that is not in the store.
class Counter : public Projection {
 public:
  struct Seen {
    std::atomic<int> on_top{0};
    std::atomic<std::uint64_t> folded{0};
    std::atomic<std::uint64_t> written{0};
    // Called while a batch is made, on the thread that makes it.
    std::function<void()> on_write = [] {};
  };

  explicit Counter(Seen& seen) : seen_(seen) {}
  std::string_view name() const override { return "counter"; }
  std::uint32_t version() const override { return 1; }
  Status load(const Reader&) override { return {}; }
  Status apply(const events::Recorded&) override {
    seen_.on_top += in_batch_ > 0 ? 1 : 0;
    ++events_;
    ++seen_.folded;
    return {};
  }
  std::size_t unwritten_bytes() const override { return events_; }
  void write(Batch& batch) override {
    batch.put("k", std::string(kValueBytes, 'x'));
    in_batch_ = events_;
    seen_.on_write();
  }
  void written() override {
    seen_.written += in_batch_;
    events_ -= in_batch_;
    in_batch_ = 0;
  }

 private:
  static constexpr std::size_t kValueBytes = 1024;
  Seen& seen_;
  std::uint64_t events_ = 0;
  std::uint64_t in_batch_ = 0;
};

class FolderTest : public testing::Test {
 protected:
  // More than are written at once when they come alone, so that some wait for the next write.
  static constexpr int kEvents = 1'000;

  void SetUp() override {
    options.directory = r.folder;
    options.write_buffer_bytes = 1 << 20;
    options.block_cache_bytes = 1 << 20;
    options.faults = std::make_shared<StoreFaults>();
    auto opened = RocksStore::open(options);
    ASSERT_TRUE(opened) << opened.error().text();
    store = std::move(*opened);
    folder = std::make_unique<Folder>(*store, r.log, nullptr);
    Checkpoint checkpoint;
    checkpoint.generation = 1;
    checkpoint.version = 1;
    ASSERT_TRUE(folder->add(
        1, [this] { return std::make_unique<Counter>(seen); }, checkpoint));
  }
  void append() {
    for (int i = 0; i < kEvents; ++i) {
      events::JobCreated e;
      e.job = JobId::make(r.story.now, 0, next(r.story.last()));
      e.definition = "d";
      r.story.queue(e);
    }
    r.story.flush();
  }

  ViewsRig r;
  Counter::Seen seen;
  RocksStore::Options options;
  std::unique_ptr<RocksStore> store;
  std::unique_ptr<Folder> folder;
};

TEST_F(FolderTest, FoldsNothingOnTopOfWhatARebuildCouldNotWrite) {
  const std::thread::id rebuild = std::this_thread::get_id();
  bool refused = false;
  seen.on_write = [&] {
    // A flush of nothing does not fail.
    if (std::this_thread::get_id() != rebuild || refused || seen.written == 0) {
      return;
    }
    refused = true;
    options.faults->no_space = true;
    EXPECT_FALSE(store->flush());
    append();
    // The folder's thread has taken them by then, and waits for this one.
    EXPECT_FALSE(folder->wait_for(r.log.last(), std::chrono::milliseconds(50)));
  };
  ASSERT_TRUE(folder->start());
  for (int tries = 0; tries < 1'000 && !refused; ++tries) {
    append();
    while (seen.folded < r.log.last().value) {
      std::this_thread::yield();
    }
    const Status status = folder->quietly([](Seq) { return Status(); });
    ASSERT_EQ(!status, refused);
  }
  ASSERT_TRUE(refused);
  EXPECT_TRUE(folder->stalled());
  EXPECT_FALSE(folder->wait_for(r.log.last(), std::chrono::milliseconds(50)));
  options.faults->no_space = false;
  EXPECT_TRUE(folder->wait_for(r.log.last(), std::chrono::seconds(30)));
  EXPECT_EQ(seen.on_top, 0);
  EXPECT_EQ(seen.written, r.log.last().value);
  folder->stop();
}

TEST_F(FolderTest, ByHandItGathersForATimeAndWritesWhenThatIsOver) {
  Folder::TimePoint now{};
  append();
  EXPECT_EQ(folder->round_by_hand(now), std::chrono::microseconds(0)) << "there may be more";
  EXPECT_EQ(folder->round_by_hand(now), std::chrono::microseconds(kFoldBatchUs));
  EXPECT_EQ(seen.folded, r.log.last().value);
  EXPECT_EQ(folder->applied(), Seq{});
  now += std::chrono::microseconds(kFoldBatchUs);
  EXPECT_EQ(folder->round_by_hand(now), std::nullopt) << "until the log grows";
  EXPECT_EQ(folder->applied(), r.log.last());
}

TEST_F(FolderTest, ByHandItTriesAgainWhenItsPatienceIsOver) {
  Folder::TimePoint now{};
  // A flush of nothing does not fail.
  append();
  EXPECT_TRUE(folder->round_by_hand(now).has_value());
  now += std::chrono::microseconds(kFoldBatchUs);
  folder->round_by_hand(now);
  ASSERT_EQ(folder->applied(), r.log.last());
  append();
  EXPECT_TRUE(folder->round_by_hand(now).has_value());
  options.faults->no_space = true;
  ASSERT_FALSE(store->flush());
  now += std::chrono::microseconds(kFoldBatchUs);
  EXPECT_EQ(folder->round_by_hand(now), std::chrono::microseconds(0));
  ASSERT_TRUE(folder->stalled());
  EXPECT_EQ(folder->round_by_hand(now), std::chrono::microseconds(kViewsRetryMinUs));
  options.faults->no_space = false;
  EXPECT_EQ(folder->round_by_hand(now), std::chrono::microseconds(kViewsRetryMinUs));
  EXPECT_TRUE(folder->stalled());
  // The store comes back when its own thread has seen that there is space again.
  while (folder->stalled()) {
    now += std::chrono::microseconds(kViewsRetryMaxUs);
    folder->round_by_hand(now);
    std::this_thread::yield();
  }
  EXPECT_EQ(folder->applied(), r.log.last());
}

}  // namespace
}  // namespace daybook::projections
