// Looks at how much the private directories of runs hold, while they go on. Private to components.
// Threads: one of its own; add() and remove() from any.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/result.h"

namespace daybook::components {

// Whether the directory holds more bytes on disk, or more entries than kExecDirectoryEntriesMax, or
// is nested deeper than a path can say.
bool holds_more(const std::filesystem::path& directory, std::uint64_t bytes_max);

class DirectoryMeter {
 public:
  // `over` is called on the meter's thread, at most once for each directory. Looks at nothing
  // before start().
  DirectoryMeter(std::uint64_t bytes_max, std::function<void(std::uint64_t id)> over);
  ~DirectoryMeter();
  DirectoryMeter(const DirectoryMeter&) = delete;
  DirectoryMeter& operator=(const DirectoryMeter&) = delete;

  // kUnavailable "NO_THREAD". Once.
  Status start();
  void add(std::uint64_t id, std::filesystem::path directory);
  void remove(std::uint64_t id);

 private:
  void work();

  const std::uint64_t bytes_max_;
  const std::function<void(std::uint64_t)> over_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::map<std::uint64_t, std::filesystem::path> watched_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace daybook::components
