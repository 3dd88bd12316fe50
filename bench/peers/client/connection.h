// A non-blocking TCP connection to a port of this machine, with what is still to be sent and what
// has come.
#pragma once

#include <string>

namespace daybook::peers {

class Connection {
 public:
  // Connects to 127.0.0.1; throws Failure when nobody listens there.
  explicit Connection(int port);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection& operator=(Connection&&) = delete;

  int fd() const { return fd_; }
  // What is to be sent is appended here; flush() takes it away.
  std::string& out() { return out_; }
  // What has come and was not taken yet.
  std::string& in() { return in_; }

  // Sends what the kernel takes now; true when all is sent. Throws Failure when the connection
  // broke.
  bool flush();
  // Receives what is there; throws Failure when the server closed the connection or it broke.
  void receive();

 private:
  int fd_ = -1;
  std::string out_;
  std::size_t sent_ = 0;  // bytes at the front of out_
  std::string in_;
};

}  // namespace daybook::peers
