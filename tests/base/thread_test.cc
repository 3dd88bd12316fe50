#include "base/thread.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/no_threads.h"

namespace daybook {
namespace {

TEST(Thread, RunsUnderItsName) {
  std::string name;
  auto thread = start_thread("a-rather-long-name", [&] {
    std::array<char, 16> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    name = text.data();
  });
  ASSERT_TRUE(thread) << thread.error().text();
  thread->join();
  EXPECT_EQ(name, "a-rather-long-n");
}

TEST(Thread, OneThatCannotBeMadeIsAnError) {
  {
    const test::NoThreads none;
    const auto thread = start_thread("x", [] {});
    ASSERT_FALSE(thread);
    EXPECT_EQ(thread.error().code, Code::kUnavailable);
    EXPECT_EQ(thread.error().reason, "NO_THREAD");
  }
  auto thread = start_thread("x", [] {});
  ASSERT_TRUE(thread);
  thread->join();
}

TEST(Thread, SeveralRunTheSameAndNoneIsAnError) {
  std::atomic<int> runs{0};
  auto threads = start_threads("x", 5, [&] { ++runs; });
  ASSERT_TRUE(threads) << threads.error().text();
  EXPECT_EQ(threads->size(), 5U);
  for (std::thread& thread : *threads) {
    thread.join();
  }
  EXPECT_EQ(runs, 5);
  const test::NoThreads none;
  EXPECT_EQ(start_threads("x", 5, [] {}).error().reason, "NO_THREAD");
}

TEST(Thread, SeveralAreCountedAtOnce) {
  EXPECT_TRUE(check_threads("x", 20));
  const test::NoThreads none;
  EXPECT_EQ(check_threads("x").error().reason, "NO_THREAD");
  EXPECT_NE(check_threads("x", 20).error().message.find("there can be 0 threads more of 20: "),
            std::string::npos);
}

}  // namespace
}  // namespace daybook
