// Listens, accepts, and gives each connection to a shard. Private to api/.
#pragma once

#include <cstdint>
#include <memory>

#include "api/call.h"

namespace daybook::api {

class Server {
 public:
  explicit Server(std::shared_ptr<Context> context);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Status start();
  Status reload_tls();
  std::uint16_t port() const;
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::api
