// Backups and restores that are killed before each of their steps: what is left is taken by nobody
// for a whole, and doing the same again makes one.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gtest/gtest.h>

#include "log/backup.h"
#include "log/testing.h"
#include "tests/log/damage.h"
#include "tests/log/rig.h"
#include "tests/support/sanitizers.h"

namespace daybook::log {
namespace {

int steps_left = 0;

void die_at_last_step() {
  if (--steps_left == 0) {
    ::raise(SIGKILL);
  }
}

// Runs `work` in a process that is killed before its n-th step; false when it ended before that.
template <typename Work>
bool killed_at(int step, Work&& work) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    steps_left = step;
    before_file_step = die_at_last_step;
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << "step " << step;
  return WIFSIGNALED(status);
}

Result<BackupInfo> back_up(const std::filesystem::path& data, const std::filesystem::path& to) {
  DAYBOOK_ASSIGN(const auto dir, DataDir::open(data, rig::kClock, rig::small_options()));
  DAYBOOK_ASSIGN(const auto log, RocksLog::open_to_read(*dir));
  return backup(*log, to, [](const std::filesystem::path& at) -> Status {
    DAYBOOK_TRY(make_private_directory(at / "beside"));
    return replace_file(at / "beside/file", "x");
  });
}

class Interrupted : public testing::Test {
 protected:
  void SetUp() override {
    if (test::kThreadSanitizer) {
      GTEST_SKIP() << "ThreadSanitizer does not follow children that start threads";
    }
    for (int life = 0; life < 2; ++life) {
      rig::Opened opened = rig::must_open(dir_ / "data");
      ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 20, 2)));
      records_ = rig::read_all(*opened.log).records;
    }
  }
  // How a server would find the directory: "nothing", "UNFINISHED", "whole"; else what is wrong.
  std::string found(const std::filesystem::path& path) {
    if (!std::filesystem::exists(path) || std::filesystem::is_empty(path)) {
      return "nothing";
    }
    const auto before = rig::tree_of(path);
    // The mark, before it says anything: nothing was made yet.
    if (before.size() == 2 && before.contains("unfinished") &&
        std::filesystem::is_empty(path / "unfinished")) {
      return "nothing";
    }
    const auto opened = rig::try_open(path);
    if (!opened) {
      EXPECT_EQ(rig::difference(before, rig::tree_of(path)), "");
      return opened.error().reason;
    }
    return rig::read_all(*opened->log).records == records_ ? "whole" : "a part";
  }

  rig::TempDir dir_;
  std::vector<std::vector<std::uint8_t>> records_;
};

TEST_F(Interrupted, ARestoreIsNothingOrUnfinishedOrWhole) {
  ASSERT_TRUE(back_up(dir_ / "data", dir_ / "backup"));
  int unfinished = 0;
  for (int step = 1;; ++step) {
    const auto target = dir_ / "restored";
    std::filesystem::remove_all(target);
    if (!killed_at(step, [&] { return restore(dir_ / "backup", target).has_value(); })) {
      break;
    }
    const std::string state = found(target);
    ASSERT_TRUE(state == "nothing" || state == "UNFINISHED" || state == "whole")
        << state << " before step " << step;
    unfinished += state == "UNFINISHED" ? 1 : 0;
    if (state != "whole") {
      ASSERT_TRUE(restore(dir_ / "backup", target)) << "again, after step " << step;
      ASSERT_EQ(found(target), "whole");
    }
  }
  EXPECT_GT(unfinished, 20);
}

TEST_F(Interrupted, ABackupIsNothingOrUnfinishedOrWhole) {
  const auto data = rig::tree_of(dir_ / "data");
  int unfinished = 0;
  for (int step = 1;; ++step) {
    const auto target = dir_ / "backup";
    std::filesystem::remove_all(target);
    if (!killed_at(step, [&] { return back_up(dir_ / "data", target).has_value(); })) {
      break;
    }
    ASSERT_EQ(rig::difference(data, rig::tree_of(dir_ / "data")), "") << "a backup only reads";
    const auto made = verify_backup(target);
    if (!made) {
      const std::string state = found(target);
      ASSERT_TRUE(state == "nothing" || state == "UNFINISHED") << state << " before step " << step;
      unfinished += state == "UNFINISHED" ? 1 : 0;
      ASSERT_TRUE(back_up(dir_ / "data", target)) << "again, after step " << step;
    }
    ASSERT_TRUE(verify_backup(target));
  }
  EXPECT_GT(unfinished, 15);
}

TEST_F(Interrupted, ANewLogIsNothingOrIsFinished) {
  for (int step = 1;; ++step) {
    const auto target = dir_ / "new";
    std::filesystem::remove_all(target);
    if (!killed_at(step, [&] { return rig::try_open(target).has_value(); })) {
      break;
    }
    rig::Opened opened = rig::must_open(target);
    ASSERT_TRUE(opened.log) << "after step " << step;
    EXPECT_EQ(opened.log->last(), Seq{});
    EXPECT_FALSE(std::filesystem::exists(target / "unfinished")) << "after step " << step;
  }
}

// What a restore by an earlier release, or a copy by hand, left when it was cut short.
TEST_F(Interrupted, APartOfAStoreIsNotMistakenForANewDirectory) {
  const auto target = dir_ / "part";
  const auto refused = [&] {
    const auto opened = rig::try_open(target);
    return opened ? std::string("opened") : opened.error().reason;
  };
  for (const char* folder : {"log", "views", "snapshots"}) {
    std::filesystem::create_directories(target / folder);
    if (std::string_view(folder) != "log") {
      rig::spill(target / folder / "file", "x");
    }
    EXPECT_EQ(refused(), "LOG_MISSING") << folder;
    std::filesystem::remove_all(target);
  }
  std::filesystem::create_directories(target / "log");
  rig::spill(target / "log/MANIFEST-000005", "x");
  EXPECT_EQ(refused(), "LOG_MISSING");
}

TEST_F(Interrupted, WhatIsMadeIsTheOwnersAlone) {
  const mode_t mask = ::umask(022);
  ASSERT_TRUE(back_up(dir_ / "data", dir_ / "backup"));
  ASSERT_TRUE(restore(dir_ / "backup", dir_ / "restored"));
  ::umask(mask);
  for (const char* root : {"backup", "restored"}) {
    EXPECT_EQ(std::filesystem::status(dir_ / root).permissions(), std::filesystem::perms{0700});
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_ / root)) {
      // Tables are links to those of the log, which stand in a directory that is closed.
      if (entry.is_directory()) {
        EXPECT_EQ(entry.status().permissions(), std::filesystem::perms{0700}) << entry.path();
      } else if (std::string_view(root) == "restored") {
        EXPECT_EQ(entry.status().permissions(), std::filesystem::perms{0600}) << entry.path();
      }
    }
  }
}

// Whoever made the backup may want to read what only root can.
TEST_F(Interrupted, NothingButTheFilesOfALogIsRestored) {
  ASSERT_TRUE(back_up(dir_ / "data", dir_ / "backup"));
  const auto refused = [&] {
    const auto done = restore(dir_ / "backup", dir_ / "restored");
    return done ? std::string("restored") : done.error().reason;
  };
  rig::spill(dir_ / "secret", "secret");
  const auto link = dir_ / "backup/log/999999.blob";
  std::filesystem::create_symlink(dir_ / "secret", link);
  EXPECT_EQ(refused(), "BACKUP_DAMAGED");
  std::filesystem::remove(link);
  std::filesystem::create_symlink(dir_ / "secret", dir_ / "backup/log/000999.log");
  EXPECT_EQ(refused(), "BACKUP_DAMAGED");
  std::filesystem::remove(dir_ / "backup/log/000999.log");
  rig::spill(link, "x");
  EXPECT_EQ(refused(), "BACKUP_DAMAGED");
  std::filesystem::remove(link);
  std::filesystem::create_directory(link);
  EXPECT_EQ(refused(), "BACKUP_DAMAGED");
  std::filesystem::remove(link);
  std::filesystem::rename(dir_ / "backup/beside", dir_ / "elsewhere");
  std::filesystem::create_symlink(dir_ / "elsewhere", dir_ / "backup/beside");
  EXPECT_EQ(refused(), "BACKUP_DAMAGED");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "restored"));
  std::filesystem::remove(dir_ / "backup/beside");
  std::filesystem::rename(dir_ / "elsewhere", dir_ / "backup/beside");
  EXPECT_EQ(refused(), "restored");
}

}  // namespace
}  // namespace daybook::log
