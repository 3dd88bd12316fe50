// What takes over the channel of a connection whose client asked for another protocol. Private to
// the server (it shows Asio).
#pragma once

#include <memory>

#include "api/channel.h"
#include "api/connection.h"
#include "api/places.h"
#include "api/shard.h"

namespace daybook::api {

class Upgrade {
 public:
  Upgrade() = default;
  virtual ~Upgrade() = default;
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;

  // Once, on the shard's thread. The new connection answers the request; `place` is that of the old
  // one among all connections.
  virtual std::shared_ptr<Connection> take(Channel channel, Places::Place place,
                                           std::shared_ptr<Shard> shard) = 0;
};

}  // namespace daybook::api
