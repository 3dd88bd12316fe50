#include "components/directory_meter.h"

#include <future>

#include <gtest/gtest.h>

#include "base/temporary_directory.h"
#include "tests/support/no_threads.h"

namespace daybook::components {
namespace {

TEST(DirectoryMeter, TellsOfADirectoryThatHoldsMore) {
  const auto root = TemporaryDirectory::make(std::filesystem::temp_directory_path(),
                                             TemporaryDirectory::kOwnerOnly);
  ASSERT_TRUE(root);
  std::filesystem::create_directory((*root)->path() / "inner");
  std::promise<std::uint64_t> told;
  DirectoryMeter meter(1, [&](std::uint64_t id) { told.set_value(id); });
  ASSERT_TRUE(meter.start());
  meter.add(7, (*root)->path());
  EXPECT_EQ(told.get_future().get(), 7U);
}

TEST(DirectoryMeter, WithoutAThreadItDoesNotStart) {
  DirectoryMeter meter(1, [](std::uint64_t) {});
  const test::NoThreads none;
  EXPECT_EQ(meter.start().error().reason, "NO_THREAD");
}

}  // namespace
}  // namespace daybook::components
