// A door for tests: makes the n-th I/O operation of the log's store fail. Not used by the server.
#pragma once

#include <atomic>
#include <cstdint>

namespace daybook::log {

enum class Operation : std::uint8_t { kWrite, kSync, kOther, kAny };

// Shared by a test and the file system under the log's store; any thread.
struct Faults {
  // The n-th operation of `kind` fails with EIO (1 is the next one); 0 never. `forever`: all later
  // ones fail too.
  std::atomic<std::uint64_t> fail_at{0};
  std::atomic<Operation> kind{Operation::kAny};
  std::atomic<bool> forever{false};
  // Operations of the kind that were tried, and that failed.
  std::atomic<std::uint64_t> seen{0};
  std::atomic<std::uint64_t> failed{0};

  // Called before each operation: true when it must fail.
  bool hit(Operation operation) {
    const Operation wanted = kind.load();
    if (wanted != Operation::kAny && wanted != operation) {
      return false;
    }
    const std::uint64_t at = fail_at.load();
    const std::uint64_t n = seen.fetch_add(1) + 1;
    const bool fails = at != 0 && (forever.load() ? n >= at : n == at);
    failed.fetch_add(fails ? 1 : 0);
    return fails;
  }
};

// Called before each step by which log/files.h changes the disk: making, writing, syncing,
// renaming, removing a file or folder. A test ends the process there. Null outside of tests.
inline std::atomic<void (*)()> before_file_step{nullptr};

}  // namespace daybook::log
