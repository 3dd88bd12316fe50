#include "scheduler/snapshot.h"

#include <sys/stat.h>

#include <fstream>

#include <gtest/gtest.h>

#include "scheduler/state_parts.h"
#include "tests/scheduler/lived_state.h"
#include "tests/scheduler/temp_directory.h"

namespace daybook::scheduler {
namespace {

using File = std::vector<char>;

File load(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  File out(in ? static_cast<std::size_t>(in.tellg()) : 0);
  in.seekg(0).read(out.data(), static_cast<std::streamsize>(out.size()));
  return out;
}

void store(const std::filesystem::path& path, const File& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class SnapshotFile : public testing::Test {
 protected:
  void SetUp() override {
    live(engine, 1);
    ASSERT_TRUE(write());
    path = list_snapshots(directory.path()).front();
  }
  Status write(const std::function<bool()>& wanted = {}) {
    return write_snapshot(engine.state, engine.log.last(), engine.log.last_chain(),
                          directory.path(), wanted);
  }
  void expect_corrupt(const File& bytes, std::size_t at) {
    store(path, bytes);
    const auto read = read_snapshot(path);
    ASSERT_FALSE(read) << at;
    EXPECT_EQ(read.error().code, Code::kCorrupt) << at;
  }

  TempDirectory directory;
  Engine engine;
  std::filesystem::path path;
};

TEST_F(SnapshotFile, ReadsBackWithItsPlaceInTheLog) {
  const auto read = read_snapshot(path);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->seq, engine.log.last());
  EXPECT_EQ(read->chain, engine.log.last_chain());
  EXPECT_EQ(read->state.hash(), engine.state.hash());
}

TEST_F(SnapshotFile, NamesTheFormatOfItsBody) {
  EXPECT_EQ(load(path)[8], 6);
  engine.state.parts().sendings.emplace(SendingId{1, 1}, Sending{{1, 1}, Seq{3}, {}, {}});
  ASSERT_TRUE(write());
  const File written = load(path);
  EXPECT_EQ(written[8], 6);
  const auto read = read_snapshot(path);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->state.hash(), engine.state.hash());
  EXPECT_EQ(read->state.sending_count(), 1U);
  File other = written;
  other[8] = 1;
  expect_corrupt(other, 8);
}

TEST_F(SnapshotFile, TornAtAnyByteOfItsHeadOrInItsBodyIsCorrupt) {
  const File whole = load(path);
  for (std::size_t size = 0; size < whole.size(); size += size < 80 ? 1 : 5) {
    expect_corrupt(File(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), size);
  }
}

TEST_F(SnapshotFile, LongerThanItSaysIsCorrupt) {
  File longer = load(path);
  longer.push_back('\0');
  expect_corrupt(longer, longer.size());
}

TEST_F(SnapshotFile, FlippedBitInAnyByteIsCorrupt) {
  const File whole = load(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; bit += at < 72 ? 1 : 8) {
      File flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      expect_corrupt(flipped, at);
    }
  }
}

TEST_F(SnapshotFile, BodyWithoutItsHeadIsCorrupt) {
  File headless = load(path);
  std::fill_n(headless.begin(), 72, '\0');
  expect_corrupt(headless, 0);
}

TEST_F(SnapshotFile, MissingFileIsAnIoError) {
  const auto read = read_snapshot(directory.path() / "none.snapshot");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kIo);
}

// A start passes over them, and waits for nobody.
TEST_F(SnapshotFile, APipeOrALinkInItsPlaceIsRefused) {
  std::filesystem::rename(path, directory.path() / "aside");
  std::filesystem::create_symlink(directory.path() / "aside", path);
  EXPECT_FALSE(read_snapshot(path));
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto read = read_snapshot(path);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kCorrupt);
}

TEST_F(SnapshotFile, NewestTwoAreKept) {
  std::vector<Seq> written{engine.log.last()};
  for (int i = 0; i < 3; ++i) {
    engine.component("c");
    ASSERT_TRUE(write());
    written.push_back(engine.log.last());
  }
  const auto files = list_snapshots(directory.path());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(read_snapshot(files[0])->seq, written[3]);
  EXPECT_EQ(read_snapshot(files[1])->seq, written[2]);
}

TEST_F(SnapshotFile, UnwantedOneLeavesTheOldOnesAsTheyWere) {
  engine.component("c");
  for (const int asked_max : {0, 1}) {
    int asked = 0;
    const Status done = write([&] { return asked++ < asked_max; });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "SNAPSHOT_UNWANTED");
  }
  EXPECT_EQ(list_snapshots(directory.path()), std::vector{path});
  EXPECT_TRUE(read_snapshot(path));
  ASSERT_TRUE(write());
  EXPECT_TRUE(read_snapshot(list_snapshots(directory.path()).front()));
}

TEST_F(SnapshotFile, DraftThatWasLeftBehindDoesNotMatter) {
  store(directory.path() / "draft", File(100'000, 'x'));
  engine.component("c");
  ASSERT_TRUE(write());
  EXPECT_TRUE(read_snapshot(list_snapshots(directory.path()).front()));
}

TEST_F(SnapshotFile, PlaceThatCannotBeWrittenIsAnError) {
  const Status done = write_snapshot(engine.state, engine.log.last(), {}, path / "below-a-file");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kIo);
}

TEST(SnapshotList, MissingDirectoryHasNone) {
  const TempDirectory directory;
  EXPECT_TRUE(list_snapshots(directory.path() / "none").empty());
}

}  // namespace
}  // namespace daybook::scheduler
