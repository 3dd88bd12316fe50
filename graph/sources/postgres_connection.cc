#include "graph/sources/postgres_connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "graph/set.h"
#include "graph/sources/conform.h"

namespace daybook::graph::sources {
namespace {

// The server's message on one line.
std::string one_line(const char* message) {
  std::string out(message == nullptr ? "" : message);
  std::replace(out.begin(), out.end(), '\n', ' ');
  while (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  return out;
}

}  // namespace

tl::unexpected<Error> Connection::error(const char* message) const {
  const std::string text = one_line(message);
  return source_error(schema_, text.empty() ? "the connection to the database failed" : text);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& text,
                                                     const SetSchema& schema, const Clock& clock,
                                                     Micros deadline) {
  constexpr std::array<const char*, 4> kNames = {"dbname", "fallback_application_name", "options",
                                                 nullptr};
  const std::array<const char*, 4> values = {
      text.c_str(), "daybook",
      "-c default_transaction_read_only=on -c TimeZone=UTC -c client_encoding=UTF8", nullptr};
  std::unique_ptr<Connection> out(new Connection(
      PQconnectStartParams(kNames.data(), values.data(), 1), schema, clock, deadline));
  if (!out->connection_) {
    return source_error(schema, "no memory for a connection");
  }
  DAYBOOK_TRY(out->connect());
  return out;
}

Status Connection::connect() {
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED || PQstatus(connection_.get()) == CONNECTION_BAD) {
      return error(PQerrorMessage(connection_.get()));
    }
    DAYBOOK_TRY(wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT));
    state = PQconnectPoll(connection_.get());
  }
  return PQsetnonblocking(connection_.get(), 1) == 0 ? Status()
                                                     : error(PQerrorMessage(connection_.get()));
}

Status Connection::wait(short events) const {
  for (;;) {
    DAYBOOK_TRY(check_deadline(clock_, deadline_));
    const std::int64_t left_ms = (deadline_ - clock_.steady()).value / 1000 + 1;
    pollfd waits{PQsocket(connection_.get()), events, 0};
    const int ready = ::poll(&waits, 1, static_cast<int>(std::min<std::int64_t>(left_ms, 1000)));
    if (ready > 0) {
      return {};
    }
    if (ready < 0 && errno != EINTR) {
      return error(std::strerror(errno));
    }
  }
}

bool Connection::alive() const {
  return PQconsumeInput(connection_.get()) == 1 && PQstatus(connection_.get()) == CONNECTION_OK &&
         PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

Status Connection::send(const std::string& statement, const std::vector<std::string>& values) {
  std::vector<const char*> texts;
  texts.reserve(values.size());
  for (const std::string& value : values) {
    texts.push_back(value.c_str());
  }
  PGconn* const connection = connection_.get();
  if (PQsendQueryParams(connection, statement.c_str(), static_cast<int>(texts.size()), nullptr,
                        texts.data(), nullptr, nullptr, 0) != 1 ||
      PQsetSingleRowMode(connection) != 1) {
    return error(PQerrorMessage(connection));
  }
  for (;;) {
    const int left = PQflush(connection);
    if (left == 0) {
      return {};
    }
    if (left < 0) {
      return error(PQerrorMessage(connection));
    }
    // The server may not read before we do.
    DAYBOOK_TRY(wait(POLLIN | POLLOUT));
    if (PQconsumeInput(connection) != 1) {
      return error(PQerrorMessage(connection));
    }
  }
}

Result<ResultPtr> Connection::next() {
  for (;;) {
    while (PQisBusy(connection_.get()) == 1) {
      DAYBOOK_TRY(wait(POLLIN));
      if (PQconsumeInput(connection_.get()) != 1) {
        return error(PQerrorMessage(connection_.get()));
      }
    }
    ResultPtr result(PQgetResult(connection_.get()));
    if (!result) {
      return result;
    }
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
        return result;
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
        break;  // the end of the rows; what follows is null
      default:
        return error(PQresultErrorMessage(result.get()));
    }
  }
}

Result<std::vector<ResultPtr>> Connection::all(const std::string& statement,
                                               const std::vector<std::string>& values) {
  DAYBOOK_TRY(send(statement, values));
  std::vector<ResultPtr> out;
  for (;;) {
    DAYBOOK_ASSIGN(ResultPtr row, next());
    if (!row) {
      return out;
    }
    out.push_back(std::move(row));
  }
}

}  // namespace daybook::graph::sources
