#include "bench/load/server_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace daybook::bench {
namespace {

tl::unexpected<Error> cannot(const char* what) {
  return fail(Code::kIo, "BENCH_IO",
              std::string("cannot ") + what + ": " + std::system_category().message(errno));
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become_server(const std::vector<char*>& arguments, int out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(out, STDOUT_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) {
    dup2(nowhere, STDERR_FILENO);
  }
  execv(arguments.front(), arguments.data());
  _exit(127);
}

// The first line of `fd`, without its end; empty when the other side closed before one came.
std::string first_line(int fd) {
  std::string out;
  for (char c = 0; read(fd, &c, 1) == 1;) {
    if (c == '\n') {
      return out;
    }
    out += c;
  }
  return {};
}

}  // namespace

Result<ServerProcess> ServerProcess::start(const ServerOptions& options) {
  std::error_code unknown;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  std::vector<std::string> words = {(options.program.empty() ? self : options.program).string(),
                                    "serve",
                                    "--data-dir",
                                    options.data.string(),
                                    "--listen",
                                    "127.0.0.1:0"};
  words.insert(words.end(), options.more.begin(), options.more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  int pipe_ends[2] = {};
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
    return cannot("make a pipe");
  }
  ServerProcess out;
  out.out_ = pipe_ends[0];
  out.pid_ = fork();
  if (out.pid_ == 0) {
    become_server(arguments, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  if (out.pid_ < 0) {
    return cannot("start a process");
  }
  constexpr std::string_view kSays = "listening on ";
  const std::string line = first_line(out.out_);
  if (!line.starts_with(kSays)) {
    return fail(Code::kUnavailable, "SERVER_DID_NOT_START", words.front() + " serve said: " + line);
  }
  DAYBOOK_ASSIGN(out.server_, HttpServer::parse(line.substr(kSays.size()), ""));
  return out;
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) {
    const Status ignored = stop();
    static_cast<void>(ignored);
  }
  if (out_ >= 0) {
    close(out_);
  }
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_(std::exchange(other.out_, -1)),
      server_(std::move(other.server_)) {}

void ServerProcess::kill() {
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

Status ServerProcess::stop() {
  ::kill(pid_, SIGTERM);
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return fail(Code::kInternal, "SERVER_FAILED", "the server did not end in order");
  }
  return {};
}

}  // namespace daybook::bench
