// Starts of the real program that are refused: how they end, what they say, and that nothing
// changed.
#include <signal.h>
#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/log/damage.h"
#include "tests/log/rig.h"
#include "tests/support/sanitizers.h"
#include "tests/tools/command_line.h"
#include "tests/tools/server_process.h"
#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

namespace fs = std::filesystem;
using log::rig::difference;
using log::rig::tree_of;
using testing::HasSubstr;

class StartE2e : public testing::Test {
 protected:
  // Two lives, so that there are tables and a write-ahead log.
  void SetUp() override {
    for (int life = 0; life < 2; ++life) {
      ServerProcess server(data_);
      ASSERT_EQ(
          run_line({"definition", "put", "d", "--component", "c", "--server", server.address()})
              .code,
          0);
      EXPECT_EQ(server.end(SIGTERM), 0);
    }
  }

  void expect_refused(int code, const std::string& reason, const std::string& before = {},
                      const std::string& more = "--listen 127.0.0.1:0") {
    // `before` and `more` as serve_to_its_end() has them.
    const auto tree = tree_of(data_);
    const Ended ended = serve_to_its_end(data_, more, before);
    EXPECT_EQ(ended.code, code) << ended.said;
    EXPECT_THAT(ended.said, HasSubstr(reason));
    EXPECT_EQ(difference(tree, tree_of(data_)), "") << ended.said;
  }

  const TempDirectory directory_;
  const std::string data_ = (directory_.path() / "data").string();
};

TEST_F(StartE2e, DamageIsSix) {
  const auto table = log::rig::files_with(fs::path(data_) / "log", ".sst").front();
  std::string bytes = log::rig::slurp(table);
  bytes[10] = static_cast<char>(bytes[10] ^ 1);
  log::rig::spill(table, bytes);
  expect_refused(6, "LOG_CORRUPT");
}

TEST_F(StartE2e, WhatIsUnfinishedIsFour) {
  log::rig::spill(fs::path(data_) / "unfinished", "restore\n");
  expect_refused(4, "UNFINISHED");
}

TEST_F(StartE2e, AMissingLogIsSix) {
  fs::rename(fs::path(data_) / "log", directory_.path() / "log");
  expect_refused(6, "LOG_MISSING");
}

TEST_F(StartE2e, ATakenAddressIsOneAndWritesNothing) {
  const std::string other = (directory_.path() / "other").string();
  ServerProcess first(other);
  const std::string address = first.address().substr(std::string("http://").size());
  expect_refused(1, "LISTEN_FAILED", "", "--listen " + address);
  EXPECT_EQ(first.end(SIGTERM), 0);
}

TEST_F(StartE2e, AGraphThatLeadsNowhereIsTwoAndWritesNothing) {
  const std::string lost = directory_.write(
      "lost.toml",
      "[graph.orders]\nsource = \"ndjson\"\nfile = \"x\"\nfields = { a = \"text\" }\n"
      "navigate = { b = { set = \"nobody\", on = { a = \"a\" } } }\n");
  expect_refused(2, "nobody", "", "--listen 127.0.0.1:0 --config " + lost);
}

TEST_F(StartE2e, TooFewDescriptorsAreAnErrorAndNotTheEndOfTheProcess) {
  expect_refused(8, "TOO_FEW_DESCRIPTORS", "ulimit -n 24;");
  expect_refused(8, "a server needs 256", "ulimit -n 200;");
}

TEST_F(StartE2e, TooFewThreadsAreAnErrorAndNotTheEndOfTheProcess) {
  if (test::kThreadSanitizer) {
    GTEST_SKIP() << "a program under this sanitizer does not start with such a stack";
  }
  rlimit stack = {};
  ASSERT_EQ(::getrlimit(RLIMIT_STACK, &stack), 0);
  if (stack.rlim_max != RLIM_INFINITY) {
    GTEST_SKIP() << "stacks may not be made larger here";
  }
  // Every thread asks for one that no address space holds.
  expect_refused(8, "TOO_FEW_THREADS", "ulimit -s 1125899906842624;");
}

TEST_F(StartE2e, EverythingIsTheServersUsersAlone) {
  for (const auto& entry : fs::recursive_directory_iterator(data_)) {
    EXPECT_EQ(entry.status().permissions(),
              entry.is_directory() ? fs::perms{0700} : fs::perms{0600})
        << entry.path();
  }
}

}  // namespace
}  // namespace daybook::cli
