// Every kind of damage to every file of a stopped log: it reads as before, or it is refused, and a
// refusal leaves the directory byte for byte as it was.
#include <gtest/gtest.h>

#include "log/verify.h"
#include "tests/log/damage.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

using rig::difference;
using rig::tree_of;

DataDirOptions no_reserve() {
  DataDirOptions options = rig::small_options();
  options.reserve_bytes = 0;
  return options;
}

struct Lives {
  std::unique_ptr<DataDir> dir;
  std::unique_ptr<RocksLog> log;
};

Result<Lives> open(const std::filesystem::path& path, bool to_read) {
  Lives out;
  DAYBOOK_ASSIGN(out.dir, DataDir::open(path, rig::kClock, no_reserve()));
  DAYBOOK_ASSIGN(out.log, to_read ? RocksLog::open_to_read(*out.dir) : RocksLog::open(*out.dir));
  return out;
}

class Untouched : public testing::Test {
 protected:
  // Four tables of 40 records each, and 40 in the write-ahead log. `before_` is the directory as it
  // was before the last life.
  void SetUp() override {
    for (int life = 0; life < 5; ++life) {
      std::filesystem::remove_all(before());
      if (life > 0) {
        rig::copy_tree(data(), before());
      }
      auto opened = open(data(), false);
      ASSERT_TRUE(opened) << opened.error().text();
      for (int i = 0; i < 4; ++i) {
        ASSERT_TRUE(opened->log->append(rig::next_group(*opened->log, 5, 2, 20)));
      }
      records_ = rig::read_all(*opened->log).records;
    }
    ASSERT_GE(rig::files_with(data() / "log", ".sst").size(), 4U);
  }

  std::filesystem::path data() const { return dir_ / "data"; }
  std::filesystem::path before() const { return dir_ / "before"; }
  std::filesystem::path copy() const { return dir_ / "copy"; }

  void fresh_copy() {
    std::filesystem::remove_all(copy());
    rig::copy_tree(data(), copy());
  }

  // Opens the copy, reads all of it, and says how it ended: "same", "refused REASON", "fails
  // REASON" when a record cannot be read later, "DIFFERENT".
  std::string look(bool to_read) {
    auto opened = open(copy(), to_read);
    if (!opened) {
      return "refused " + opened.error().reason;
    }
    const auto read = rig::read_all(*opened->log);
    if (!read.error.empty()) {
      return "fails " + read.error;
    }
    return read.records == records_ ? "same" : "DIFFERENT";
  }

  // Reading never changes a byte, whatever it finds; a start does not when it refuses, and it
  // refuses when reading does.
  void check(const std::string& what) {
    const auto damaged = tree_of(copy());
    const std::string read = look(true);
    ASSERT_EQ(difference(damaged, tree_of(copy())), "") << what << ": " << read;
    ASSERT_NE(read, "DIFFERENT") << what;
    static_cast<void>(verify(copy()));
    ASSERT_EQ(difference(damaged, tree_of(copy())), "") << what << ": verify";
    const std::string started = look(false);
    ASSERT_EQ(started, read) << what;
    if (started.starts_with("refused")) {
      ASSERT_EQ(difference(damaged, tree_of(copy())), "") << what << ": " << started;
      ++refused_;
    } else {
      ++(started == "same" ? same_ : fails_);
    }
  }

  void try_all(std::size_t stride) {
    rig::DamageOptions options;
    options.every_up_to = 1024;
    const auto all = rig::all_damage(tree_of(data()), options, [](const std::string& name) {
      return name != "owner" && name != "reserve" && !name.starts_with("log/LOG");
    });
    for (std::size_t i = 0; i < all.size() && !HasFatalFailure(); i += stride) {
      fresh_copy();
      rig::apply(all[i], copy());
      check(all[i].what);
    }
    std::cout << all.size() / stride << " of " << all.size() << ": " << refused_ << " refused, "
              << same_ << " the same, " << fails_ << " name a record when it is read\n";
    EXPECT_GT(refused_, 0);
    EXPECT_GT(same_, 0);
  }

  rig::TempDir dir_;
  std::vector<std::vector<std::uint8_t>> records_;
  int refused_ = 0;
  int same_ = 0;
  int fails_ = 0;
};

TEST_F(Untouched, ByEveryDamageToEveryFile) {
  try_all(DAYBOOK_DAMAGE_STRIDE);
}

TEST_F(Untouched, ByEveryFileGone) {
  for (const auto& [name, content] : tree_of(data())) {
    if (name == ".") {
      continue;
    }
    fresh_copy();
    std::filesystem::remove_all(copy() / name);
    check(name + ": gone");
  }
}

TEST_F(Untouched, ByOlderFilesAmongNewerOnes) {
  const auto old = tree_of(before());
  const auto now = tree_of(data());
  std::vector<std::string> older;
  for (const auto& [name, content] : old) {
    const auto there = now.find(name);
    if (!std::filesystem::is_directory(before() / name) &&
        (there == now.end() || there->second != content)) {
      older.push_back(name);
    }
  }
  ASSERT_FALSE(older.empty());
  const auto bring_back = [&](const std::string& name) {
    std::filesystem::copy_file(before() / name, copy() / name,
                               std::filesystem::copy_options::overwrite_existing);
  };
  for (const std::string& name : older) {
    fresh_copy();
    bring_back(name);
    check(name + ": as it was before");
  }
  // The manifest with the file that names it, alone and with the write-ahead log of then.
  for (const bool with_wal : {false, true}) {
    fresh_copy();
    for (const std::string& name : older) {
      const bool wal = name.ends_with(".log");
      const bool manifest = name.starts_with("log/MANIFEST-") || name == "log/CURRENT";
      if (manifest || (wal && with_wal)) {
        bring_back(name);
      }
    }
    check(with_wal ? "the manifest and the write-ahead log of before" : "the manifest of before");
  }
}

// A checksum that does not match is never called a missing record.
TEST_F(Untouched, ByAFlippedBlockOfACompactedLogWhichIsNamedForWhatItIs) {
  {
    auto opened = open(data(), false);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->log->trim(Seq{130}));
    ASSERT_TRUE(opened->log->append(rig::next_group(*opened->log, 200, 1, 2000)));
    ASSERT_TRUE(opened->log->trim(Seq{210}));
    records_ = rig::read_all(*opened->log).records;
  }
  ASSERT_TRUE(open(data(), false));  // moves it into tables
  int refused = 0;
  for (const auto& table : rig::files_with(data() / "log", ".sst")) {
    const std::string whole = rig::slurp(table);
    for (std::size_t at = 0; at < whole.size() && !HasFatalFailure(); at += whole.size() / 9 + 1) {
      fresh_copy();
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      rig::spill(copy() / "log" / table.filename(), changed);
      const std::string read = look(true);
      ASSERT_EQ(read.find("GAP"), std::string::npos) << table << " byte " << at << ": " << read;
      ASSERT_NE(read, "DIFFERENT");
      const auto report = verify(copy());
      ASSERT_TRUE(!report || !report->problem || report->problem->flaw != Flaw::kGap)
          << table << " byte " << at << ": " << report->problem->message;
      refused += read == "same" ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 3);
}

// A table in the middle drops out of the version: nothing but the table itself tells.
TEST_F(Untouched, ByATableThatTheManifestDoesNotName) {
  const auto manifest = rig::files_with(data() / "log", "");
  int found = 0;
  for (const auto& file : manifest) {
    if (!file.filename().string().starts_with("MANIFEST-")) {
      continue;
    }
    const auto bytes = std::filesystem::file_size(file);
    for (std::uint64_t size = 0; size < bytes && !HasFatalFailure();
         size += DAYBOOK_MANIFEST_STRIDE) {
      fresh_copy();
      std::filesystem::resize_file(copy() / "log" / file.filename(), size);
      const int refused = refused_;
      check("manifest cut to " + std::to_string(size));
      found += refused_ - refused;
    }
  }
  EXPECT_GT(found, 3);
}

}  // namespace
}  // namespace daybook::log
