// A door for tests: makes the views' store find no space. Not used by the server.
#pragma once

#include <atomic>
#include <cstdint>

namespace daybook::projections {

class Store;

// Shared by a test and the file system under the views' store; any thread.
struct StoreFaults {
  std::atomic<bool> no_space{false};      // no file can be made or grow
  std::atomic<std::uint64_t> refused{0};  // operations that failed for it
};

}  // namespace daybook::projections
