// What a shard looks after: a connection, whatever is spoken on it. Private to the server.
#pragma once

#include "base/ids.h"

namespace daybook::api {

// Everything on its shard's thread.
class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virtual void start() = 0;
  // Ends what is late; when to ask again at the latest, zero for never. It may be asked too early,
  // and asks itself for an earlier look with Shard::look_at().
  virtual Micros check_deadline(Micros now) = 0;
  // The server stops: idle ones end now, the others when what is under way has been answered.
  virtual void drain() = 0;
  virtual void close() = 0;
  // All that was posted has run: what came of it goes out together.
  virtual void flush() = 0;
};

}  // namespace daybook::api
