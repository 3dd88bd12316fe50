#include "components/directory_meter.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits/components.h"
#include "base/thread.h"

namespace daybook::components {
namespace {

using Time = std::chrono::steady_clock;

constexpr std::uint64_t kBlockBytes = 512;  // of st_blocks, whatever the file system's are

struct Tally {
  std::uint64_t bytes_max = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::size_t name_bytes = 0;          // of what waits
  std::vector<std::string> waiting{};  // below the top
  bool unreadable = false;

  bool full() const {
    return bytes > bytes_max || entries > kExecDirectoryEntriesMax || name_bytes > kMeterBytesMax;
  }
  void add(std::string path) {
    name_bytes += path.size();
    waiting.push_back(std::move(path));
  }
  std::string take() {
    std::string path = std::move(waiting.back());
    waiting.pop_back();
    name_bytes -= path.size();
    return path;
  }
};

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

constexpr std::uint64_t kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Below the top whatever the run puts in place of a directory on the way.
int open_below(int top, const std::string& path) {
  open_how how{};
  how.flags = kDirectory;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return static_cast<int>(syscall(SYS_openat2, top, path.c_str(), &how, sizeof how));
}

// False when a path is longer than a path can be.
bool add_directory(Tally& tally, int top, const std::string& path) {
  const int fd = open_below(top, path);
  const Directory open(fd < 0 ? nullptr : fdopendir(fd), &closedir);
  if (!open) {
    const int error = errno;
    if (fd >= 0) {
      close(fd);
    }
    // One that is gone, or is none any more, holds nothing.
    const bool none = error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV;
    tally.unreadable |= !none && error != ENAMETOOLONG;
    return error != ENAMETOOLONG;
  }
  const std::string before = path == "." ? "" : path + "/";
  while (const dirent* entry = readdir(open.get())) {
    const std::string name(entry->d_name);
    struct stat info {};
    if (name == "." || name == "..") {
      continue;
    }
    if (fstatat(dirfd(open.get()), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      tally.unreadable |= errno != ENOENT;
      continue;
    }
    ++tally.entries;
    tally.bytes += static_cast<std::uint64_t>(info.st_blocks) * kBlockBytes;
    if (S_ISDIR(info.st_mode)) {
      tally.add(before + name);
    }
    if (tally.full()) {
      break;
    }
  }
  return true;
}

}  // namespace

Held look_at(const std::filesystem::path& directory, std::uint64_t bytes_max) {
  const int top = open(directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (top < 0) {
    const bool none = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    return {false, !none};
  }
  Tally tally{bytes_max};
  tally.add(".");
  bool too_deep = false;
  while (!tally.waiting.empty() && !tally.full() && !too_deep) {
    too_deep = !add_directory(tally, top, tally.take());
  }
  close(top);
  return {too_deep || tally.full(), tally.unreadable};
}

std::chrono::milliseconds pause_after(std::chrono::milliseconds cost) {
  constexpr std::chrono::milliseconds kBetween{500};
  constexpr int kShare = 9;  // a tenth of the time at most is spent on looking
  return std::max(kBetween, kShare * cost);
}

DirectoryMeter::DirectoryMeter(std::uint64_t bytes_max, std::function<void(std::uint64_t)> over,
                               std::function<void(const std::string&)> note)
    : bytes_max_(bytes_max), over_(std::move(over)), note_(std::move(note)) {}

DirectoryMeter::~DirectoryMeter() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

Status DirectoryMeter::start() {
  DAYBOOK_ASSIGN(thread_, start_thread("exec-meter", [this] { work(); }));
  return {};
}

void DirectoryMeter::add(std::uint64_t id, std::filesystem::path directory) {
  const std::lock_guard lock(mutex_);
  watched_.emplace(id, Watched{std::move(directory), Time::now() + pause_after({})});
  wake_.notify_one();
}

void DirectoryMeter::remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  watched_.erase(id);
}

void DirectoryMeter::work() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::unique_lock lock(mutex_);
  while (!closing_) {
    const auto next =
        std::min_element(watched_.begin(), watched_.end(),
                         [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    if (next == watched_.end()) {
      wake_.wait(lock);
    } else if (const auto due = next->second.due; due > Time::now()) {
      wake_.wait_until(lock, due);  // a copy: what is watched may be gone when it wakes
    } else {
      look(lock, next->first, next->second);
    }
  }
}

void DirectoryMeter::look(std::unique_lock<std::mutex>& lock, std::uint64_t id, Watched watched) {
  lock.unlock();
  const auto begin = Time::now();
  const Held held = look_at(watched.directory, bytes_max_);
  const auto end = Time::now();
  if (held.unreadable && !watched.noted && note_) {
    note_(watched.directory.string() +
          " holds directories that cannot be read, as its run may have made them: they are not "
          "counted");
  }
  if (held.more) {
    over_(id);
  }
  lock.lock();
  const auto found = watched_.find(id);
  if (found == watched_.end()) {
    return;
  }
  if (held.more) {
    watched_.erase(found);
    return;
  }
  found->second.noted |= held.unreadable;
  found->second.due = end + pause_after(std::chrono::ceil<std::chrono::milliseconds>(end - begin));
}

}  // namespace daybook::components
