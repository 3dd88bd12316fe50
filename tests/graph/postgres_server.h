// A private PostgreSQL cluster in a folder of its own, on a unix socket inside it; gone with the
// object.
#pragma once

#include <filesystem>
#include <string>

namespace daybook::graph {

class PostgresServer {
 public:
  // Fails the process's test when it cannot start.
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // As libpq takes it.
  std::string connection() const;
  // Runs statements as the cluster's owner.
  void run(const std::string& sql) const;
  void stop();
  void start();

 private:
  int as_owner(const std::string& command) const;

  std::filesystem::path folder_;
  bool running_ = false;
};

}  // namespace daybook::graph
