// The real program as a process of its own, stopped by its id.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace daybook::cli {

class ServerProcess {
 public:
  // Starts `daybook serve --data-dir … --listen 127.0.0.1:0 …` and waits for its first line;
  // address() is empty when it ended without one.
  explicit ServerProcess(const std::string& data_dir, std::vector<std::string> more = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& first_line() const { return first_line_; }
  std::string address() const;
  void send(int signal) const;
  // Sends the signal, waits for the end: the exit code, or 128 plus the signal that ended it.
  int end(int signal);
  // Waits for it to end by itself.
  int wait();

 private:
  pid_t pid_ = 0;
  int out_ = -1;
  std::string first_line_;
};

// How a start that ends by itself ended; after a minute it is ended.
struct Ended {
  int code = -1;     // 128 plus the signal that ended it
  std::string said;  // on both outputs
};
// `more`: further words, as a shell reads them. `before`: what the shell does first, like
// "ulimit -n 24;".
Ended serve_to_its_end(const std::string& data_dir, const std::string& more,
                       const std::string& before = {});

}  // namespace daybook::cli
