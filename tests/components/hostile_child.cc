// hostile_child <deed> [argument]: does what a badly behaved component might, and prints what came
// of it as JSON.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/components/hostile_calls.h"

namespace {

using Arguments = std::vector<std::string>;

int say(const std::string& json) {
  std::puts(json.c_str());
  return 0;
}

std::string error_name(bool failed) {
  return failed ? std::string("\"") + strerrorname_np(errno) + "\"" : "\"ok\"";
}

int ignore_term(const Arguments&) {
  signal(SIGTERM, SIG_IGN);
  for (;;) {
    pause();
  }
}

int leave_on_term(const Arguments&) {
  signal(SIGTERM, [](int) { _exit(0); });
  for (;;) {
    pause();
  }
}

int flood(const Arguments& arguments) {
  const int fd = arguments[0] == "stderr" ? 2 : 1;
  const std::string block(65536, 'x');
  const int blocks = arguments[0] == "stderr" ? 256 : 1'000'000;
  for (int i = 0; i < blocks; ++i) {
    (void)!write(fd, block.data(), block.size());
  }
  (void)!write(2, "the end", 7);
  return fd == 2 ? 0 : 1;
}

int open_for(const Arguments& arguments, int flags) {
  const int fd = open(arguments[0].c_str(), flags | O_CLOEXEC, 0600);
  return say(error_name(fd < 0));
}

// A process that leaves its group, its session and its parent, and closes what it inherited.
int become_daemon(const Arguments& arguments) {
  int ends[2];
  if (pipe(ends) != 0) {
    return 1;
  }
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      setpgid(0, 0);
      const pid_t self = getpid();
      (void)!write(ends[1], &self, sizeof self);
      for (int fd = 0; fd < 64; ++fd) {
        close(fd);
      }
      signal(SIGTERM, SIG_IGN);
      signal(SIGHUP, SIG_IGN);
      if (!arguments.empty()) {  // without the environment that tells whose it is
        char* const words[] = {const_cast<char*>("sleep"), const_cast<char*>("1000"), nullptr};
        char* const none[] = {nullptr};
        execve("/bin/sleep", words, none);
      }
      for (;;) {
        pause();
      }
    }
    _exit(0);
  }
  pid_t daemon = 0;
  (void)!read(ends[0], &daemon, sizeof daemon);
  return say(std::to_string(daemon));
}

int fork_bomb(const Arguments&) {
  int made = 0;
  for (int i = 0; i < 100'000; ++i) {
    const pid_t pid = fork();
    if (pid < 0) {
      break;
    }
    if (pid == 0) {
      for (;;) {
        pause();
      }
    }
    ++made;
  }
  return say(std::to_string(made));
}

// Many more than are allowed, though no more than a machine bears; "leave": each leaves its group,
// its session and its parent.
int bomb(const Arguments& arguments) {
  const bool leaves = arguments[0] == "leave";
  constexpr int kMany = 2000;
  for (int i = 0; i < kMany; ++i) {
    if (fork() == 0) {
      if (leaves) {
        setsid();
        if (fork() != 0) {
          _exit(0);
        }
      }
      for (;;) {
        pause();
      }
    }
  }
  for (;;) {
    pause();
  }
}

int list_descriptors(const Arguments&) {
  std::string out;
  DIR* directory = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != dirfd(directory)) {
      out += (out.empty() ? "" : ",") + std::to_string(fd);
    }
  }
  return say("[" + out + "]");
}

int list_environment(const Arguments&) {
  std::map<std::string, std::string> sorted;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string line(*at);
    sorted[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  }
  std::string out;
  for (const auto& [name, value] : sorted) {
    out += (out.empty() ? "\"" : ",\"") + name + "\":\"" + value + "\"";
  }
  return say("{" + out + "}");
}

int list_limits(const Arguments&) {
  std::string out;
  for (const auto what : {RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_AS}) {
    rlimit limit{};
    getrlimit(what, &limit);
    out += (out.empty() ? "" : ",") + std::to_string(limit.rlim_cur);
  }
  return say("[" + out + "]");
}

int process_limit(const Arguments&) {
  rlimit limit{};
  getrlimit(RLIMIT_NPROC, &limit);
  return say("[" + std::to_string(limit.rlim_cur) + "," + std::to_string(limit.rlim_max) + "]");
}

int state(const Arguments&) {
  int death = 0;
  prctl(PR_GET_PDEATHSIG, &death);
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  struct sigaction pipe_action {};
  sigaction(SIGPIPE, nullptr, &pipe_action);
  const bool clean = sigismember(&blocked, SIGTERM) == 0 && pipe_action.sa_handler == SIG_DFL;
  return say("[" + std::to_string(death) + "," +
             std::to_string(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) + "," +
             (getsid(0) == getpid() && getpgrp() == getpid() ? "true" : "false") + "," +
             (clean ? "true" : "false") + "]");
}

int allocate(const Arguments& arguments) {
  const auto bytes = std::strtoull(arguments[0].c_str(), nullptr, 10) << 20;
  void* memory = std::malloc(bytes);
  const bool failed = memory == nullptr;
  std::free(memory);
  return say(error_name(failed));
}

int trace(const Arguments&) {
  return say(error_name(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0));
}

int probe_signal(const Arguments& arguments) {
  return say(error_name(kill(std::atoi(arguments[0].c_str()), 0) != 0));
}

int close_output(const Arguments&) {
  std::puts("41");
  std::fflush(stdout);
  close(1);
  close(2);
  return 0;
}

int fill_directory(const Arguments&) {
  for (int i = 0; i < 64; ++i) {
    std::string name = "d" + std::to_string(i);
    (void)!system(("mkdir -p " + name + "/x && touch " + name + "/x/f && chmod 0 " + name).c_str());
  }
  return say("null");
}

}  // namespace

int main(int count, char** words) {
  const std::map<std::string, std::function<int(const Arguments&)>> deeds = {
      {"ignore-term", ignore_term},
      {"leave-on-term", leave_on_term},
      {"flood", flood},
      {"read", [](const Arguments& a) { return open_for(a, O_RDONLY); }},
      {"write", [](const Arguments& a) { return open_for(a, O_WRONLY | O_CREAT); }},
      {"daemon", become_daemon},
      {"fork-bomb", fork_bomb},
      {"bomb", bomb},
      {"descriptors", list_descriptors},
      {"environment", list_environment},
      {"limits", list_limits},
      {"process-limit", process_limit},
      {"state", state},
      {"allocate", allocate},
      {"trace", trace},
      {"signal", probe_signal},
      {"calls", [](const Arguments& a) { return say(try_calls(std::atol(a[0].c_str()))); }},
      {"close-output", close_output},
      {"fill-directory", fill_directory},
      {"abort", [](const Arguments&) -> int { std::abort(); }},
      {"ignore-input", [](const Arguments&) { return say("\"not read\""); }},
  };
  const auto deed = deeds.find(count > 1 ? words[1] : "");
  return deed == deeds.end() ? 2 : deed->second(Arguments(words + 2, words + count));
}
