// One process per data directory (promise 10): flock on the directory's own descriptor, so that no
// file whose removal would let a second server in. The lock ends with the process, however it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "log/files.h"

namespace daybook::log {

class DirLock {
 public:
  // Takes the lock or fails at once with kConflict "DATA_DIR_IN_USE", naming the process that holds
  // it as far as its `owner` file tells. Does not write anything.
  static Result<DirLock> take(const std::filesystem::path& directory);

  // Keeps a directory open without locking it, for check_still_there().
  static Result<DirLock> watch(const std::filesystem::path& directory);

  // Writes who holds the lock (pid, host, start time) to the `owner` file: for people and for the
  // error above.
  Status sign(const Clock& clock) const;

  // When its holder was last known to run, by its own wall clock: the time of the owner file. Where
  // that is lost, nothing is.
  void touch(Micros wall) const;
  std::optional<Micros> touched() const;

  // kIo "DATA_DIR_REPLACED" when the path no longer leads to the locked directory: somebody moved
  // it away, and a second server could be writing to what stands there now.
  Status check_still_there() const;

 private:
  // What the system knows a directory by; it is that of an open one as long as that is open.
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const Identity&) const = default;
  };

  DirLock(std::filesystem::path directory, Descriptor fd, Identity identity)
      : directory_(std::move(directory)), fd_(std::move(fd)), identity_(identity) {}
  static Result<DirLock> of(const std::filesystem::path& directory, Descriptor fd);

  std::filesystem::path directory_;
  Descriptor fd_;
  Identity identity_;
};

}  // namespace daybook::log
