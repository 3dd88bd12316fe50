#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "bench/peers/client/failure.h"
#include "bench/peers/client/figures.h"

namespace daybook::peers {
namespace {

constexpr std::size_t kBytes = 4096;

void append_and_sync(int fd, const std::vector<char>& block, std::size_t count, Latency& out) {
  for (std::size_t i = 0; i < count; ++i) {
    const Time before = std::chrono::steady_clock::now();
    if (write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
        fdatasync(fd) != 0) {
      throw system_failure("cannot write the probe");
    }
    out.record(std::chrono::steady_clock::now() - before);
  }
}

}  // namespace

Latency run_fsync(const std::string& directory, std::size_t count) {
  const std::string file = directory + "/sync.probe";
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    throw system_failure("cannot create " + file);
  }
  Latency out;
  try {
    append_and_sync(fd, std::vector<char>(kBytes, 'x'), count, out);
  } catch (...) {
    close(fd);
    unlink(file.c_str());
    throw;
  }
  close(fd);
  unlink(file.c_str());
  return out;
}

}  // namespace daybook::peers
