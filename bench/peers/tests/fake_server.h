// A server for tests: answers each request of one connection with the same bytes, so many times,
// then closes or falls silent.
#pragma once

#include <cstddef>
#include <string>
#include <thread>

namespace daybook::peers {

class FakeServer {
 public:
  enum class Then { kClose, kSilence };

  FakeServer(std::string answer, std::size_t times, Then then);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  int port() const { return port_; }

 private:
  void serve() const;

  const std::string answer_;
  const std::size_t times_;
  const Then then_;
  int listening_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace daybook::peers
