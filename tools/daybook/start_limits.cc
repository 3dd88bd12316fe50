#include "tools/daybook/start_limits.h"

#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/thread.h"
#include "log/files.h"

namespace daybook::cli {

Status check_address(const std::string& host, std::uint16_t port) {
  addrinfo wanted = {};
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (port == 0 ||
      ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) {
    return {};  // a free one; or refused with the words of who listens
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  const log::Descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(socket.get(), 1) != 0) {
    return fail(Code::kIo, "LISTEN_FAILED",
                "cannot listen on " + host + ":" + std::to_string(port) + ": " +
                    std::system_category().message(errno));
  }
  return {};
}

Status check_process_limits(std::size_t threads) {
  rlimit files = {};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < kDescriptorsNeeded) {
    return fail(Code::kExhausted, "TOO_FEW_DESCRIPTORS",
                "this process may have " + std::to_string(files.rlim_cur) +
                    " files open, a server needs " + std::to_string(kDescriptorsNeeded) +
                    " and some for each connection: see ulimit -n, and the limits of its service");
  }
  if (const Status there = check_threads("start", threads); !there) {
    return fail(Code::kExhausted, "TOO_FEW_THREADS",
                there.error().message + "; see ulimit -u and -v, and the limits of its service");
  }
  return {};
}

void note_shared_disk(const std::filesystem::path& data, const std::filesystem::path& runs,
                      std::vector<std::string>& notes) {
  struct stat of_data {};
  struct stat of_runs {};
  if (::stat(data.c_str(), &of_data) == 0 && ::stat(runs.c_str(), &of_runs) == 0 &&
      of_data.st_dev == of_runs.st_dev) {
    notes.push_back("programs write to " + runs.parent_path().string() +
                    ", which shares a file system with the data: give --temp-dir a place on "
                    "another one, or what they fill the server lacks");
  }
}

}  // namespace daybook::cli
