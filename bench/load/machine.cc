#include "bench/load/machine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

#include "bench/commit.h"

namespace daybook::bench {
namespace {

// The value of the first line "<name> : <value>" of a file of the kernel.
std::string value_of(const char* file, std::string_view name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && line.compare(0, name.size(), name) == 0) {
      const std::size_t from = line.find_first_not_of(" \t", colon + 1);
      return from == std::string::npos ? "" : line.substr(from);
    }
  }
  return "";
}

// The type of the file system whose mount point is the longest that `directory` lies under.
std::string filesystem_of(const std::filesystem::path& directory) {
  std::error_code ignored;
  const std::string path = std::filesystem::weakly_canonical(directory, ignored).string();
  std::ifstream in("/proc/self/mounts");
  std::string best;
  std::string type = "unknown";
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string device;
    std::string point;
    std::string kind;
    words >> device >> point >> kind;
    const bool under = path.starts_with(point) &&
                       (point == "/" || path.size() == point.size() || path[point.size()] == '/');
    if (under && point.size() >= best.size()) {
      best = point;
      type = kind;
    }
  }
  return type;
}

tl::unexpected<Error> io_error(const std::string& what) {
  return fail(Code::kIo, "BENCH_IO", what + ": " + std::system_category().message(errno));
}

}  // namespace

Machine machine(const std::filesystem::path& directory) {
  Machine out;
  out.cpu = value_of("/proc/cpuinfo", "model name");
  out.cores = std::thread::hardware_concurrency();
  out.memory_bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                     static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  utsname names{};
  if (uname(&names) == 0) {
    out.kernel = std::string(names.sysname) + " " + names.release;
  }
  out.filesystem = filesystem_of(directory);
  out.commit = kCommit;
  return out;
}

Result<Histogram> probe_sync(const std::filesystem::path& directory, std::size_t writes,
                             std::size_t bytes) {
  const std::filesystem::path file = directory / "sync.probe";
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return io_error("cannot create " + file.string());
  }
  const std::vector<char> block(bytes, 'x');
  Histogram out;
  Status done;
  for (std::size_t i = 0; i < writes && done; ++i) {
    const auto before = std::chrono::steady_clock::now();
    if (write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
        fdatasync(fd) != 0) {
      done = io_error("cannot write " + file.string());
    }
    const auto took = std::chrono::steady_clock::now() - before;
    out.record(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
  }
  close(fd);
  unlink(file.c_str());
  DAYBOOK_TRY(done);
  return out;
}

Result<std::uint64_t> resident_bytes(int pid) {
  const std::string file = "/proc/" + std::to_string(pid) + "/status";
  const std::string kib = value_of(file.c_str(), "VmRSS");
  if (kib.empty()) {
    return fail(Code::kNotFound, "NO_PROCESS", "there is no process " + std::to_string(pid));
  }
  return std::stoull(kib) * 1024;
}

Result<std::uint64_t> processor_ns(int pid) {
  clockid_t clock{};
  timespec spent{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0) {
    return fail(Code::kNotFound, "NO_PROCESS", "there is no process " + std::to_string(pid));
  }
  constexpr std::uint64_t kSecond = 1'000'000'000;
  return static_cast<std::uint64_t>(spent.tv_sec) * kSecond +
         static_cast<std::uint64_t>(spent.tv_nsec);
}

std::uint64_t disk_bytes(const std::filesystem::path& directory) {
  constexpr std::uint64_t kBlock = 512;  // stat(2): st_blocks counts these
  std::uint64_t out = 0;
  std::error_code gone;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, gone)) {
    struct stat about {};
    if (lstat(entry.path().c_str(), &about) == 0 && S_ISREG(about.st_mode)) {
      out += static_cast<std::uint64_t>(about.st_blocks) * kBlock;
    }
  }
  return out;
}

double mib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1024.0 * 1024.0);
}

}  // namespace daybook::bench
