// A `daybook serve` as a child process: what the benchmarks measure from outside, and kill.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/load/http_connection.h"

namespace daybook::bench {

struct ServerOptions {
  std::filesystem::path program;  // empty: this program
  std::filesystem::path data;
  std::vector<std::string> more;  // further arguments of serve
};

// The child gets SIGTERM when the object goes, SIGKILL when this process does. One thread.
class ServerProcess {
 public:
  // Starts it on a free port of 127.0.0.1 and waits until it says where it listens.
  static Result<ServerProcess> start(const ServerOptions& options);
  ~ServerProcess();
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;

  const HttpServer& server() const { return server_; }
  pid_t pid() const { return pid_; }
  // SIGKILL: nothing is finished or written any more.
  void kill();
  // SIGTERM; kInternal when it did not end with status 0.
  Status stop();

 private:
  ServerProcess() = default;

  pid_t pid_ = -1;
  int out_ = -1;  // its standard output
  HttpServer server_;
};

}  // namespace daybook::bench
