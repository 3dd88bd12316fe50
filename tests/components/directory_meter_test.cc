#include "components/directory_meter.h"

#include <sys/stat.h>

#include <fstream>
#include <future>

#include <gtest/gtest.h>

#include "tests/components/support.h"
#include "tests/support/no_threads.h"
#include "tests/support/nobody.h"

namespace daybook::components {
namespace {

using std::chrono::milliseconds;

TEST(DirectoryMeter, TellsOfADirectoryThatHoldsMore) {
  const TestDirectory root;
  std::filesystem::create_directory(root.path() / "inner");
  std::promise<std::uint64_t> told;
  DirectoryMeter meter(1, [&](std::uint64_t id) { told.set_value(id); }, {});
  ASSERT_TRUE(meter.start());
  meter.add(7, root.path());
  EXPECT_EQ(told.get_future().get(), 7U);
}

TEST(DirectoryMeter, WithoutAThreadItDoesNotStart) {
  DirectoryMeter meter(1, [](std::uint64_t) {}, {});
  const test::NoThreads none;
  EXPECT_EQ(meter.start().error().reason, "NO_THREAD");
}

void write_file(const std::filesystem::path& path, std::size_t bytes) {
  std::ofstream(path) << std::string(bytes, 'x');
}

TEST(DirectoryMeter, CountsWhatIsBelow) {
  const TestDirectory directory;
  write_file(directory.make("a/b") / "file", 100'000);
  EXPECT_FALSE(look_at(directory.path(), 1'000'000).more);
  EXPECT_TRUE(look_at(directory.path(), 50'000).more);
  EXPECT_FALSE(look_at(directory.path() / "gone", 0).more);
}

TEST(DirectoryMeter, LinksLeadNowhere) {
  const TestDirectory outside;
  write_file(outside.path() / "file", 100'000);
  const TestDirectory directory;
  std::filesystem::create_directory_symlink(outside.path(), directory.path() / "link");
  EXPECT_FALSE(look_at(directory.path(), 50'000).more);
  EXPECT_FALSE(look_at(directory.path() / "link", 50'000).more);
}

TEST(DirectoryMeter, ChangesNoModesAndSaysWhatItCannotCount) {
  const TestDirectory place("/tmp");
  std::filesystem::permissions(place.path(), std::filesystem::perms(0777));
  EXPECT_TRUE(test::as_nobody([&] {
    const auto own = place.path() / "own";
    const auto closed = own / "closed";
    const auto unsearchable = own / "unsearchable";
    for (const auto& path : {own, closed, unsearchable}) {
      mkdir(path.c_str(), 0700);
    }
    write_file(unsearchable / "file", 1);
    const bool before = look_at(own, 1'000'000).unreadable;
    bool sound = !before;
    for (const auto& [path, mode] : {std::pair{closed, 0}, std::pair{unsearchable, 0400}}) {
      chmod(path.c_str(), static_cast<mode_t>(mode));
      const Held held = look_at(own, 1'000'000);
      struct stat info {};
      stat(path.c_str(), &info);
      sound = sound && held.unreadable && !held.more &&
              (info.st_mode & 07777U) == static_cast<mode_t>(mode);
      chmod(path.c_str(), 0700);
    }
    return sound;
  }));
}

TEST(DirectoryMeter, PausesInProportionToWhatALookCosts) {
  EXPECT_EQ(pause_after(milliseconds(0)), milliseconds(500));
  EXPECT_EQ(pause_after(milliseconds(50)), milliseconds(500));
  EXPECT_EQ(pause_after(milliseconds(2'000)), milliseconds(18'000));
}

}  // namespace
}  // namespace daybook::components
