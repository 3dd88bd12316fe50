#include "tests/tools/server_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include <gtest/gtest.h>

namespace daybook::cli {

namespace {

constexpr std::string_view kPrefix = "listening on ";

}  // namespace

ServerProcess::ServerProcess(const std::string& data_dir, std::vector<std::string> more) {
  std::vector<std::string> words = {DAYBOOK_PROGRAM, "serve",       "--data-dir",  data_dir,
                                    "--listen",      "127.0.0.1:0", "--log-level", "warn"};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "no pipe";
    return;
  }
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  out_ = ends[0];
  char c = 0;
  while (::read(out_, &c, 1) == 1 && c != '\n') {
    first_line_ += c;
  }
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) {
    end(SIGKILL);
  }
  ::close(out_);
}

std::string ServerProcess::address() const {
  return first_line_.starts_with(kPrefix) ? first_line_.substr(kPrefix.size()) : std::string();
}

void ServerProcess::send(int signal) const {
  ::kill(pid_, signal);
}

int ServerProcess::end(int signal) {
  ::kill(pid_, signal);
  return wait();
}

int ServerProcess::wait() {
  int result = 0;
  if (::waitpid(pid_, &result, 0) != pid_) {
    ADD_FAILURE() << "waitpid";
  }
  pid_ = 0;
  return WIFEXITED(result) ? WEXITSTATUS(result) : 128 + WTERMSIG(result);
}

Ended serve_to_its_end(const std::string& data_dir, const std::string& more,
                       const std::string& before) {
  const std::string line = before + " exec timeout 60 " + DAYBOOK_PROGRAM + " serve --data-dir " +
                           data_dir + " " + more + " 2>&1";
  Ended out;
  std::FILE* program = ::popen(line.c_str(), "r");
  if (program == nullptr) {
    ADD_FAILURE() << "no shell";
    return out;
  }
  for (int c = std::fgetc(program); c != EOF; c = std::fgetc(program)) {
    out.said += static_cast<char>(c);
  }
  const int status = ::pclose(program);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return out;
}

}  // namespace daybook::cli
