#include "components/directory_meter.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits/components.h"
#include "base/thread.h"

namespace daybook::components {
namespace {

constexpr std::chrono::milliseconds kBetween{500};
constexpr std::uint64_t kBlockBytes = 512;  // of st_blocks, whatever the file system's are

struct Tally {
  std::uint64_t bytes_max = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  std::size_t name_bytes = 0;  // of what waits
  std::vector<std::string> waiting{};

  bool full() const {
    return bytes > bytes_max || entries > kExecDirectoryEntriesMax || name_bytes > kMeterBytesMax;
  }
};

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

// What the run took from itself, the right to read, would hide what it holds.
Directory open_directory(const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = open(path.c_str(), kFlags);
  if (fd < 0 && errno == EACCES) {
    const int there = open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (there >= 0) {
      (void)chmod(("/proc/self/fd/" + std::to_string(there)).c_str(), S_IRWXU);
      close(there);
    }
    fd = open(path.c_str(), kFlags);
  }
  Directory out(fd < 0 ? nullptr : fdopendir(fd), &closedir);
  if (!out && fd >= 0) {
    close(fd);
  }
  return out;
}

// False when a path is longer than a path can be.
bool add_directory(Tally& tally, const std::string& path) {
  const Directory open = open_directory(path);
  if (!open) {
    return errno != ENAMETOOLONG;
  }
  while (const dirent* entry = readdir(open.get())) {
    const std::string name(entry->d_name);
    struct stat info {};
    if (name == "." || name == ".." ||
        fstatat(dirfd(open.get()), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    ++tally.entries;
    tally.bytes += static_cast<std::uint64_t>(info.st_blocks) * kBlockBytes;
    if (S_ISDIR(info.st_mode)) {
      tally.waiting.push_back(path + "/" + name);
      tally.name_bytes += tally.waiting.back().size();
    }
    if (tally.full()) {
      break;
    }
  }
  return true;
}

}  // namespace

bool holds_more(const std::filesystem::path& directory, std::uint64_t bytes_max) {
  Tally tally{bytes_max};
  tally.waiting.push_back(directory.string());
  tally.name_bytes = tally.waiting.back().size();
  while (!tally.waiting.empty() && !tally.full()) {
    const std::string path = std::move(tally.waiting.back());
    tally.waiting.pop_back();
    tally.name_bytes -= path.size();
    if (!add_directory(tally, path)) {
      return true;
    }
  }
  return tally.full();
}

DirectoryMeter::DirectoryMeter(std::uint64_t bytes_max, std::function<void(std::uint64_t)> over)
    : bytes_max_(bytes_max), over_(std::move(over)) {}

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
  watched_.emplace(id, std::move(directory));
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
    if (watched_.empty()) {
      wake_.wait(lock, [&] { return closing_ || !watched_.empty(); });
      continue;
    }
    wake_.wait_for(lock, kBetween, [&] { return closing_; });
    const auto round = watched_;
    lock.unlock();
    std::vector<std::uint64_t> full;
    for (const auto& [id, directory] : round) {
      if (holds_more(directory, bytes_max_)) {
        full.push_back(id);
        over_(id);
      }
    }
    lock.lock();
    for (const auto id : full) {
      watched_.erase(id);
    }
  }
}

}  // namespace daybook::components
