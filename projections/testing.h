// A door for tests: makes the views' store find no space, and shows each step of it. Not used by
// the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace daybook::projections {

// Shared by a test and the file system under the views' store; any thread.
struct StoreFaults {
  std::atomic<bool> no_space{false};      // no file can be made or grow
  std::atomic<std::uint64_t> refused{0};  // operations that failed for it
  // Called before a file is made, renamed or removed, on the thread that does it. Set before the
  // store is opened.
  std::function<void()> before_change{};
};

}  // namespace daybook::projections
