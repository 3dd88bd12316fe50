#include "components/exec_orphans.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace daybook::components {
namespace {

constexpr std::string_view kMark = "DAYBOOK_TOKEN=";
constexpr std::size_t kEnvironmentBytesMax = 4 * 1024 * 1024;

std::string read_file(const std::string& path, std::size_t bytes_max) {
  std::string out;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return out;
  }
  char buffer[4096];
  for (ssize_t got = 1; got > 0 && out.size() < bytes_max;) {
    got = read(fd, buffer, sizeof buffer);
    if (got > 0) {
      out.append(buffer, static_cast<std::size_t>(got));
    }
  }
  close(fd);
  return out;
}

struct Ancestry {
  pid_t parent = -1;
  pid_t session = -1;
};

// "pid (name) state ppid pgrp session …"; the name may hold anything, also ')'.
Ancestry ancestry(const std::string& process) {
  const auto text = read_file("/proc/" + process + "/stat", 4096);
  Ancestry out;
  const auto close_mark = text.rfind(')');
  if (close_mark == std::string::npos || close_mark + 4 > text.size()) {
    return out;
  }
  const char* at = text.c_str() + close_mark + 4;  // past ") S "
  char* stop = nullptr;
  out.parent = static_cast<pid_t>(std::strtol(at, &stop, 10));
  (void)std::strtol(stop, &stop, 10);
  out.session = static_cast<pid_t>(std::strtol(stop, &stop, 10));
  return out;
}

// Those of our children that have a session of their own: what other code of this process starts
// stays in ours.
std::vector<pid_t> adopted() {
  std::vector<pid_t> out;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(opendir("/proc"), &closedir);
  if (!proc) {
    return out;
  }
  const pid_t self = getpid();
  const pid_t session = getsid(0);
  while (const dirent* entry = readdir(proc.get())) {
    const std::string name(entry->d_name);
    pid_t pid = -1;
    std::from_chars(name.data(), name.data() + name.size(), pid);
    if (pid <= 0 || pid == self) {
      continue;
    }
    const Ancestry from = ancestry(name);
    if (from.parent == self && from.session != session) {
      out.push_back(pid);
    }
  }
  return out;
}

std::string token_of(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/environ", kEnvironmentBytesMax);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\0', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    if (line.starts_with(kMark)) {
      return std::string(line.substr(kMark.size()));
    }
    at = end + 1;
  }
  return {};
}

}  // namespace

bool Orphans::adopt() {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

bool Orphans::sweep(const std::function<bool(pid_t)>& is_child,
                    const std::function<bool(std::string_view)>& is_live) {
  siginfo_t info{};
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) {
    return false;  // no children at all
  }
  bool again = false;
  for (const pid_t pid : adopted()) {
    if (is_child(pid)) {
      continue;
    }
    const auto token = token_of(pid);
    if (!token.empty() && is_live(token)) {
      continue;
    }
    // A zombie has no environment any more. Ending a process hands its own children to us: look
    // again.
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, nullptr, WNOHANG);
    again = true;
  }
  return again;
}

}  // namespace daybook::components
