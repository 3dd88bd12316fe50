// A connection to PostgreSQL that waits no longer than a deadline. Private to graph/; one thread at
// a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "base/clock.h"
#include "base/result.h"
#include "graph/schema.h"

namespace daybook::graph::sources {

struct EndConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

class Connection {
 public:
  // Read-only, in UTC. kUnavailable "GRAPH_SOURCE" in the name of `schema`, also of all below.
  static Result<std::unique_ptr<Connection>> open(const std::string& text, const SetSchema& schema,
                                                  const Clock& clock, Micros deadline);

  // Whether the server has not gone away meanwhile.
  bool alive() const;
  void set_deadline(Micros deadline) { deadline_ = deadline; }

  // Sends a statement; its results come one row at a time.
  Status send(const std::string& statement, const std::vector<std::string>& values);
  // The next row, or null behind the last one; then another statement may be sent.
  Result<ResultPtr> next();
  // A statement whose rows all fit the memory.
  Result<std::vector<ResultPtr>> all(const std::string& statement,
                                     const std::vector<std::string>& values);

 private:
  Connection(PGconn* connection, const SetSchema& schema, const Clock& clock, Micros deadline)
      : connection_(connection), schema_(schema), clock_(clock), deadline_(deadline) {}

  Status connect();
  Status wait(short events) const;
  tl::unexpected<Error> error(const char* message) const;

  std::unique_ptr<PGconn, EndConnection> connection_;
  const SetSchema& schema_;
  const Clock& clock_;
  Micros deadline_;
};

}  // namespace daybook::graph::sources
