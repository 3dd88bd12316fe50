// A named pipe or a link in the place of each file: nobody waits for it, and nothing is read from
// elsewhere or written there.
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "log/archive.h"
#include "log/backup.h"
#include "log/data_dir.h"
#include "log/files.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_below(const fs::path& root) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) {
      out.push_back(fs::relative(entry.path(), root));
    }
  }
  return out;
}

void copy_afresh(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

void make_pipe(const fs::path& path) {
  fs::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
}

class Irregular : public testing::Test {
 protected:
  Irregular() {
    rig::Opened opened = rig::must_open(dir_ / "data");
    EXPECT_TRUE(opened.log->append(rig::next_group(*opened.log, 100, 2, 200)));
    EXPECT_TRUE(backup(*opened.log, dir_ / "backup"));
  }

  rig::TempDir dir_;
};

TEST_F(Irregular, PipeInABackupIsRefusedAtOnce) {
  for (const fs::path& name : files_below(dir_ / "backup")) {
    SCOPED_TRACE(name);
    copy_afresh(dir_ / "backup", dir_ / "changed");
    make_pipe(dir_ / "changed" / name);
    EXPECT_FALSE(verify_backup(dir_ / "changed"));
    EXPECT_FALSE(restore(dir_ / "changed", dir_ / "restored"));
    fs::remove_all(dir_ / "restored");
  }
}

TEST_F(Irregular, LinkInABackupIsRefused) {
  for (const fs::path& name : files_below(dir_ / "backup")) {
    SCOPED_TRACE(name);
    copy_afresh(dir_ / "backup", dir_ / "changed");
    fs::remove(dir_ / "changed" / name);
    fs::create_symlink(dir_ / "backup" / name, dir_ / "changed" / name);
    EXPECT_FALSE(verify_backup(dir_ / "changed"));
  }
}

Status open_all(const fs::path& path) {
  DAYBOOK_ASSIGN(const auto data, DataDir::open(path, rig::kClock, rig::small_options()));
  DAYBOOK_TRY(read_identity(path));
  DAYBOOK_TRY(data->claim());
  return {};
}

TEST_F(Irregular, PipeOrLinkInADataDirectoryIsNeitherWaitedForNorFollowed) {
  for (const std::string name : {"identity", "anchor", "owner", "reserve", "unfinished",
                                 "identity.new", "anchor.new", "owner.new"}) {
    SCOPED_TRACE(name);
    copy_afresh(dir_ / "data", dir_ / "changed");
    make_pipe(dir_ / "changed" / name);
    (void)open_all(dir_ / "changed");
    EXPECT_FALSE(read_file(dir_ / "changed" / name, 4096) && fs::is_fifo(dir_ / "changed" / name));
    copy_afresh(dir_ / "data", dir_ / "changed");
    rig::spill(dir_ / "elsewhere", "kept");
    fs::remove(dir_ / "changed" / name);
    fs::create_symlink(dir_ / "elsewhere", dir_ / "changed" / name);
    (void)open_all(dir_ / "changed");
    EXPECT_EQ(rig::slurp(dir_ / "elsewhere"), "kept");
  }
  copy_afresh(dir_ / "data", dir_ / "changed");
  make_pipe(dir_ / "changed/identity");
  EXPECT_EQ(read_identity(dir_ / "changed").error().reason, "NOT_A_FILE");
  EXPECT_EQ(read_anchor(dir_ / "changed/identity", LogId{}).error().reason, "NOT_A_FILE");
}

TEST_F(Irregular, PipeOrLinkWhereAnArchiveIsMadeIsNeitherWaitedForNorFollowed) {
  const rig::Opened opened = rig::must_open(dir_ / "data");
  const fs::path file = dir_ / "archive";
  const fs::path fresh = dir_ / "archive.new";
  const auto made = [&] {
    const auto written = write_archive(*opened.log, Seq{4}, file);
    return written ? std::string("made") : written.error().reason;
  };
  rig::spill(dir_ / "elsewhere", "kept");
  fs::create_symlink(dir_ / "elsewhere", fresh);
  EXPECT_EQ(made(), "NOT_A_FILE");
  EXPECT_EQ(rig::slurp(dir_ / "elsewhere"), "kept");
  make_pipe(fresh);
  EXPECT_EQ(made(), "NOT_A_FILE");
  EXPECT_FALSE(fs::exists(file));
  fs::remove(fresh);
  EXPECT_EQ(made(), "made");
}

}  // namespace
}  // namespace daybook::log
