// Directories as a hostile program leaves them, removed by their owner who is not root: for root
// nothing is ever out of reach.
#include "base/remove_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include "base/temporary_directory.h"
#include "tests/support/nobody.h"

namespace daybook {
namespace {

namespace fs = std::filesystem;

using test::as_nobody;
using test::kNobody;

class RemoveTree : public testing::Test {
 protected:
  RemoveTree()
      : parent_(*TemporaryDirectory::make("/tmp", TemporaryDirectory::kOthersPass)),
        tree_(parent_->path() / "own/tree") {
    fs::create_directory(parent_->path() / "own");
    if (geteuid() == 0) {
      EXPECT_EQ(chown((parent_->path() / "own").c_str(), kNobody, kNobody), 0);
    }
  }
  // Makes the tree and removes it, as a user without rights.
  bool removes(const std::function<void()>& make) const {
    return as_nobody([&] {
      fs::create_directory(tree_);
      make();
      return fs::exists(tree_) && remove_tree(tree_).has_value() && !fs::exists(tree_);
    });
  }

  const std::unique_ptr<TemporaryDirectory> parent_;
  const fs::path tree_;
};

TEST_F(RemoveTree, DirectoriesWithoutRights) {
  for (const unsigned mode : {0U, 0400U, 0500U, 0600U, 0200U, 0100U}) {
    EXPECT_TRUE(removes([&] {
      fs::create_directories(tree_ / "closed/inner/more");
      std::ofstream(tree_ / "closed/inner/file") << "x";
      for (const char* name : {"closed/inner/more", "closed/inner", "closed", ""}) {
        fs::permissions(tree_ / name, fs::perms(mode));
      }
    })) << mode;
  }
}

TEST_F(RemoveTree, DeeperThanAPathCanSay) {
  constexpr int kDepth = 300;
  EXPECT_TRUE(removes([&] {
    const std::string name(NAME_MAX, 'n');
    int at = open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < kDepth && at >= 0; ++i) {
      (void)mkdirat(at, name.c_str(), 0700);
      (void)close(openat(at, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
      const int next = openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      (void)fchmod(at, 0);
      close(at);
      at = next;
    }
    if (at < 0) {
      _exit(1);
    }
    close(at);
  }));
}

TEST_F(RemoveTree, NamesThatTheRemovalItselfUses) {
  EXPECT_TRUE(removes([&] {
    for (int i = 0; i < 20; ++i) {
      fs::create_directories(tree_ / ("daybook-" + std::to_string(i)) / "a/b/c");
    }
    std::ofstream(tree_ / "daybook-21") << "x";
  }));
}

TEST_F(RemoveTree, LinksAreRemovedAndNotFollowed) {
  std::ofstream(parent_->path() / "kept") << "x";
  EXPECT_TRUE(removes([&] {
    fs::create_directory_symlink(parent_->path(), tree_ / "up");
    fs::create_symlink("nowhere", tree_ / "dangling");
    (void)mkfifo((tree_ / "pipe").c_str(), 0600);
  }));
  EXPECT_TRUE(fs::exists(parent_->path() / "kept"));
  fs::create_directory_symlink(parent_->path() / "own", parent_->path() / "link");
  EXPECT_FALSE(remove_tree(parent_->path() / "link"));
  EXPECT_TRUE(fs::exists(parent_->path() / "own"));
}

TEST_F(RemoveTree, WhatStaysIsNamed) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root, to make what others may not remove";
  }
  fs::create_directories(tree_ / "kept/inner");
  ASSERT_EQ(chown(tree_.c_str(), kNobody, kNobody), 0);
  EXPECT_TRUE(as_nobody([&] {
    const Status removed = remove_tree(tree_);
    return !removed && removed.error().reason == "NOT_REMOVED" &&
           removed.error().message.find("kept") != std::string::npos;
  }));
}

TEST_F(RemoveTree, NothingThereIsNothingToDo) {
  EXPECT_TRUE(remove_tree(tree_ / "absent"));
}

}  // namespace
}  // namespace daybook
