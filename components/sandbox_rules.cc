#include "components/sandbox_rules.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/limits/components.h"

namespace daybook::components {
namespace {

namespace fs = std::filesystem;

// Devices that hold nothing; a disk's device would be a way round every other rule.
constexpr std::string_view kDevices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                         "/dev/random", "/dev/urandom", "/dev/tty"};

std::int64_t changed_ns(const fs::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    return 0;
  }
  return info.st_ctim.tv_sec * 1'000'000'000 + info.st_ctim.tv_nsec;
}

}  // namespace

bool is_within(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

FileRules::~FileRules() {
  clear();
}

void FileRules::clear() {
  for (const auto& rule : rules_) {
    close(rule.fd);
  }
  rules_.clear();
  parents_.clear();
}

bool FileRules::is_hidden(const fs::path& path) const {
  return std::any_of(access_.hidden.begin(), access_.hidden.end(),
                     [&](const fs::path& hidden) { return is_within(path, hidden); });
}

bool FileRules::leads_to_hidden(const fs::path& path) const {
  return std::any_of(access_.hidden.begin(), access_.hidden.end(),
                     [&](const fs::path& hidden) { return is_within(hidden, path); });
}

void FileRules::add(const fs::path& path, std::uint64_t access) {
  if (rules_.size() >= kSandboxRulesMax) {
    return;  // fails closed: what has no rule cannot be opened
  }
  // A link has no rule of its own: where it leads is ruled under its own name, or hidden.
  const int fd = open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || fstat(fd, &info) != 0 || S_ISLNK(info.st_mode)) {
    if (fd >= 0) {
      close(fd);
    }
    return;
  }
  rules_.push_back({fd, S_ISDIR(info.st_mode) ? access : access & kFileOnly});
}

std::optional<FileRule> FileRules::named(const fs::path& path) const {
  return open_named(path, false);
}

std::optional<FileRule> FileRules::granted(const fs::path& path) const {
  return open_named(path, true);
}

std::optional<FileRule> FileRules::open_named(const fs::path& path, bool to_write) const {
  const int fd = open(path.c_str(), O_PATH | O_CLOEXEC);
  if (fd < 0) {
    return std::nullopt;
  }
  // Of what was opened, not of the name: a link may have come in between.
  std::error_code error;
  const fs::path real = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), error);
  struct stat info {};
  const bool known = fstat(fd, &info) == 0 && !error;
  const bool device = S_ISBLK(info.st_mode) || S_ISCHR(info.st_mode) || is_within(real, "/dev") ||
                      is_within("/dev", real);
  const auto holds = [&](const fs::path& place) { return is_within(real, place); };
  const bool permitted = !to_write ||
                         std::any_of(access_.writable.begin(), access_.writable.end(), holds) ||
                         std::any_of(access_.grantable.begin(), access_.grantable.end(), holds);
  if (!known || device || !permitted || is_hidden(real) || leads_to_hidden(real)) {
    close(fd);
    return std::nullopt;
  }
  const std::uint64_t access = to_write ? kAllFileAccess : kReadAccess;
  return FileRule{fd, S_ISDIR(info.st_mode) ? access : access & kFileOnly};
}

// One level after the other: should there be more entries than rules, the deepest go without.
void FileRules::walk(std::vector<Level> level) {
  while (!level.empty()) {
    std::vector<Level> deeper;
    for (const auto& directory : level) {
      look_into(directory, deeper);
    }
    level = std::move(deeper);
  }
}

void FileRules::look_into(const Level& directory, std::vector<Level>& deeper) {
  parents_.push_back({directory.path, changed_ns(directory.path)});
  std::error_code error;
  for (fs::directory_iterator it(directory.path, error), end; !error && it != end;
       it.increment(error)) {
    const fs::path& path = it->path();
    if (is_hidden(path) || path == "/dev") {
      continue;
    }
    const bool writable =
        directory.writable ||
        std::find(access_.writable.begin(), access_.writable.end(), path) != access_.writable.end();
    if (leads_to_hidden(path)) {
      deeper.push_back({path, writable});
    } else {
      add(path, writable ? kAllFileAccess : kReadAccess);
    }
  }
}

void FileRules::refresh() {
  const auto same = [](const Parent& parent) {
    return changed_ns(parent.path) == parent.changed_ns;
  };
  if (!parents_.empty() && std::all_of(parents_.begin(), parents_.end(), same)) {
    return;
  }
  clear();
  for (const auto& path : access_.writable) {
    if (!leads_to_hidden(path) && !is_hidden(path)) {
      add(path, kAllFileAccess);
    }
  }
  for (const auto device : kDevices) {
    add(device, kReadFile | kWriteFile | kTruncate | kIoctlDev);
  }
  walk({{"/", false}});
}

}  // namespace daybook::components
