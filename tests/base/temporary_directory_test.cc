#include "base/temporary_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/nobody.h"

namespace daybook {
namespace {

namespace fs = std::filesystem;

using test::as_nobody;
using test::kNobody;

class Temporary : public testing::Test {
 protected:
  Temporary() : parent_(*TemporaryDirectory::make(testing::TempDir())) {}
  const fs::path& parent() const { return parent_->path(); }
  const std::unique_ptr<TemporaryDirectory> parent_;
};

TEST_F(Temporary, IsItsOwnersAndGoesWithTheObject) {
  fs::path path;
  {
    const auto made = TemporaryDirectory::make(parent());
    ASSERT_TRUE(made.has_value());
    path = (*made)->path();
    struct stat info {};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700U);
    std::ofstream(path / "file") << "x";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(Temporary, OthersPassWhateverTheUmask) {
  const mode_t mask = ::umask(077);
  const auto made = TemporaryDirectory::make(parent(), TemporaryDirectory::kOthersPass);
  ::umask(mask);
  ASSERT_TRUE(made.has_value());
  struct stat info {};
  ASSERT_EQ(stat((*made)->path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0711U);
}

TEST_F(Temporary, TwoOfOneProcessStandSideBySide) {
  const auto first = TemporaryDirectory::make(parent());
  const auto second = TemporaryDirectory::make(parent());
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_NE((*first)->path(), (*second)->path());
  EXPECT_TRUE(fs::exists((*first)->path()));
}

TEST_F(Temporary, WhatAKilledProcessLeftIsRemovedByTheNext) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto made = TemporaryDirectory::make(parent());
    (void)!write(ready[1], made ? "y" : "n", 1);
    pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  close(ready[0]);
  close(ready[1]);
  const fs::path left = parent() / ("daybook-tmp-" + std::to_string(child) + "-0");

  ASSERT_TRUE(TemporaryDirectory::make(parent()).has_value());
  EXPECT_TRUE(fs::exists(left)) << "its process lives";

  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ASSERT_TRUE(TemporaryDirectory::make(parent()).has_value());
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(Temporary, OtherNamesAreNobodysToRemove) {
  for (const char* name : {"daybook-tmp-", "daybook-tmp-1", "daybook-tmp-1-x", "daybook-tmp-1-2-3",
                           "daybook-backup-1-2"}) {
    fs::create_directory(parent() / name);
    ASSERT_TRUE(TemporaryDirectory::make(parent()).has_value());
    EXPECT_TRUE(fs::exists(parent() / name)) << name;
  }
}

TEST_F(Temporary, WhatStaysIsSaid) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root, to leave what its owner may not remove";
  }
  // A user of no rights makes it in a place that only root may change.
  fs::create_directories(parent() / "daybook-tmp-1-0/kept/inner");
  ASSERT_EQ(chown((parent() / "daybook-tmp-1-0").c_str(), kNobody, kNobody), 0);
  fs::permissions(parent(), fs::perms(0755));
  std::vector<std::string> notes;
  const auto note_of = [&] {
    (void)TemporaryDirectory::make(parent(), TemporaryDirectory::kOwnerOnly,
                                   [&](const std::string& text) { notes.push_back(text); });
    return notes.size() == 1 && notes[0].find("daybook-tmp-1-0") != std::string::npos &&
           notes[0].find("kept") != std::string::npos;
  };
  EXPECT_TRUE(as_nobody(note_of));
}

TEST_F(Temporary, MissingParentIsNamed) {
  const auto made = TemporaryDirectory::make(parent() / "absent");
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().reason, "TEMP_DIRECTORY");
  EXPECT_NE(made.error().message.find("absent"), std::string::npos);
}

}  // namespace
}  // namespace daybook
