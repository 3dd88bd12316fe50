#include "components/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

namespace daybook::components {
namespace {

constexpr std::size_t kEnvironmentBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kStatBytesMax = 4096;
constexpr Duration kKept = seconds(1);

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

// "pid (name) state ppid pgrp session …"; the name may hold anything, also ')'. The number of
// threads is the 20th field.
std::optional<Process> read_process(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/stat", kStatBytesMax);
  const auto close_mark = text.rfind(')');
  if (close_mark == std::string::npos || close_mark + 4 > text.size()) {
    return {};
  }
  constexpr int kFirst = 4;  // of the fields, after ") S "
  constexpr int kLast = 20;
  long fields[kLast - kFirst + 1] = {};
  const char* at = text.c_str() + close_mark + 4;
  for (long& field : fields) {
    char* stop = nullptr;
    field = std::strtol(at, &stop, 10);
    at = stop;
  }
  Process out;
  out.pid = pid;
  out.parent = static_cast<pid_t>(fields[0]);
  out.session = static_cast<pid_t>(fields[2]);
  out.threads = static_cast<std::uint64_t>(std::max(0L, fields[kLast - kFirst]));
  return out;
}

// Calls with every number that names an entry of the directory.
void each_number(const char* directory, const std::function<void(pid_t)>& take) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(directory), &closedir);
  if (!open) {
    return;
  }
  while (const dirent* entry = readdir(open.get())) {
    const std::string_view name(entry->d_name);
    pid_t number = -1;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (number > 0) {
      take(number);
    }
  }
}

}  // namespace

std::vector<Process> all_processes() {
  std::vector<Process> out;
  each_number("/proc", [&](pid_t pid) {
    if (const auto process = read_process(pid)) {
      out.push_back(*process);
    }
  });
  return out;
}

std::vector<Process> own_children() {
  std::vector<Process> out = all_processes();
  const pid_t self = getpid();
  std::erase_if(out, [&](const Process& process) { return process.parent != self; });
  return out;
}

std::vector<Process> own_children_quick() {
  // Not every kernel has them.
  static const bool listed = access("/proc/thread-self/children", R_OK) == 0;
  if (!listed) {
    return own_children();
  }
  std::vector<Process> out;
  each_number("/proc/self/task", [&](pid_t thread) {
    const auto text =
        read_file("/proc/self/task/" + std::to_string(thread) + "/children", kEnvironmentBytesMax);
    const char* at = text.c_str();
    for (char* stop = nullptr;; at = stop) {
      const long pid = std::strtol(at, &stop, 10);
      if (stop == at) {
        return;
      }
      if (const auto process = read_process(static_cast<pid_t>(pid))) {
        out.push_back(*process);
      }
    }
  });
  return out;
}

std::string environment_of(pid_t pid, std::string_view variable) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/environ", kEnvironmentBytesMax);
  const std::string mark = std::string(variable) + "=";
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\0', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    if (line.starts_with(mark)) {
      return std::string(line.substr(mark.size()));
    }
    at = end + 1;
  }
  return {};
}

std::uint64_t threads_below(const std::vector<Process>& all, const std::vector<pid_t>& roots) {
  std::multimap<pid_t, const Process*> children;
  std::set<pid_t> seen(roots.begin(), roots.end());
  std::vector<pid_t> waiting(roots);
  std::uint64_t out = 0;
  for (const Process& process : all) {
    children.emplace(process.parent, &process);
    if (seen.contains(process.pid)) {
      out += process.threads;
    } else if (seen.contains(process.session)) {
      // Adopted by the server, but still of the session.
      children.emplace(process.session, &process);
    }
  }
  while (!waiting.empty()) {
    const auto [from, to] = children.equal_range(waiting.back());
    waiting.pop_back();
    for (auto it = from; it != to; ++it) {
      if (seen.insert(it->second->pid).second) {
        out += it->second->threads;
        waiting.push_back(it->second->pid);
      }
    }
  }
  return out;
}

std::uint64_t ThreadCount::of(uid_t user, Micros steady) {
  const auto found = counted_.find(user);
  if (found != counted_.end() && steady < found->second.at + kKept) {
    return found->second.threads;
  }
  std::uint64_t threads = 0;
  each_number("/proc", [&](pid_t pid) {
    struct stat info {};
    if (stat(("/proc/" + std::to_string(pid)).c_str(), &info) == 0 && info.st_uid == user) {
      const auto process = read_process(pid);
      threads += process ? process->threads : 0;
    }
  });
  counted_[user] = {steady, threads};
  return threads;
}

}  // namespace daybook::components
