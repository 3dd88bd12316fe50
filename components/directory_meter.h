// Looks at how much the private directories of runs hold, while they go on. Private to components.
// Threads: one of its own; add() and remove() from any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"

namespace daybook::components {

struct Held {
  // More bytes on disk than it may, or more entries than kExecDirectoryEntriesMax, or nested deeper
  // than a path can say.
  bool more = false;
  // A directory in it cannot be read or searched, and what it holds is not counted: while a run
  // goes on, its modes are its own.
  bool unreadable = false;
};
// Changes nothing, and leaves the directory by no link. One that is gone holds nothing.
Held look_at(const std::filesystem::path& directory, std::uint64_t bytes_max);

// How long a directory is left alone after a look at it that took so long: half a second at least.
std::chrono::milliseconds pause_after(std::chrono::milliseconds cost);

class DirectoryMeter {
 public:
  // Both are called on the meter's thread, at most once for each directory; `note`, which may be
  // empty, is told in words what could not be counted. Looks at nothing before start().
  DirectoryMeter(std::uint64_t bytes_max, std::function<void(std::uint64_t id)> over,
                 std::function<void(const std::string&)> note);
  ~DirectoryMeter();
  DirectoryMeter(const DirectoryMeter&) = delete;
  DirectoryMeter& operator=(const DirectoryMeter&) = delete;

  // kUnavailable "NO_THREAD". Once.
  Status start();
  void add(std::uint64_t id, std::filesystem::path directory);
  void remove(std::uint64_t id);

 private:
  struct Watched {
    std::filesystem::path directory;
    std::chrono::steady_clock::time_point due;
    bool noted = false;
  };

  void work();
  void look(std::unique_lock<std::mutex>& lock, std::uint64_t id, Watched watched);

  const std::uint64_t bytes_max_;
  const std::function<void(std::uint64_t)> over_;
  const std::function<void(const std::string&)> note_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::map<std::uint64_t, Watched> watched_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace daybook::components
