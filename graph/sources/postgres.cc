// A table or view of a PostgreSQL database. Each row comes as JSON, field by field, so that one
// reader takes every column type and a number keeps its digits.
#include <mutex>

#include "graph/json_read.h"
#include "graph/limits.h"
#include "graph/sources/conform.h"
#include "graph/sources/postgres_connection.h"
#include "graph/sources/postgres_sql.h"
#include "graph/sources/sources.h"

namespace daybook::graph::sources {
namespace {

// Connections kept between questions: as many as threads ask at once.
constexpr std::size_t kIdleMax = 2;

// What one server holds of the table, with the connection on which it was asked.
struct Session {
  std::unique_ptr<Connection> connection;
  Columns columns;
};

class Sessions {
 public:
  Sessions(std::string connection, std::string table)
      : connection_(std::move(connection)), table_(std::move(table)) {}

  // One that lives, or a new one.
  Result<std::unique_ptr<Session>> take(const SetSchema& schema, const Ask& ask) {
    while (auto kept = take_idle()) {
      kept->connection->set_deadline(ask.deadline);
      if (kept->connection->alive()) {
        return kept;
      }
    }
    auto out = std::make_unique<Session>();
    DAYBOOK_ASSIGN(out->connection, Connection::open(connection_, schema, ask.clock, ask.deadline));
    DAYBOOK_TRY(describe(schema, *out));
    return out;
  }

  void give_back(std::unique_ptr<Session> session) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleMax) {
      idle_.push_back(std::move(session));
    }
  }

  const std::string& table() const { return table_; }

 private:
  std::unique_ptr<Session> take_idle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      return nullptr;
    }
    auto out = std::move(idle_.back());
    idle_.pop_back();
    return out;
  }

  Status describe(const SetSchema& schema, Session& session) const {
    constexpr const char* kStatement =
        "SELECT a.attname, a.atttypid, COALESCE(c.collisdeterministic, TRUE) "
        "FROM pg_catalog.pg_attribute a "
        "LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation "
        "WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped";
    DAYBOOK_ASSIGN(const auto rows, session.connection->all(kStatement, {quote_table(table_)}));
    for (const ResultPtr& row : rows) {
      const std::string name = PQgetvalue(row.get(), 0, 0);
      session.columns[name] = {static_cast<std::uint32_t>(std::stoul(PQgetvalue(row.get(), 0, 1))),
                               PQgetvalue(row.get(), 0, 2)[0] == 't'};
    }
    for (const Field& field : schema.record.fields) {
      if (!session.columns.contains(field.name)) {
        return source_error(schema, "the table " + table_ + " has no column " + field.name);
      }
    }
    return {};
  }

  const std::string connection_;
  const std::string table_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_;  // guarded by mutex_
};

// Rows as they come from the server. When the runner has enough before the last one, the
// connection is closed with the statement on it.
class PostgresRows final : public Rows {
 public:
  PostgresRows(const SetSchema& schema, Sessions& sessions, std::unique_ptr<Session> session,
               const std::set<std::string>& needs, bool in_order)
      : schema_(schema), sessions_(sessions), session_(std::move(session)), in_order_(in_order) {
    for (const Field& field : schema.record.fields) {
      if (needs.contains(field.name)) {
        names_.push_back(field.name);
      }
    }
  }

  bool in_order() const override { return in_order_; }

  Result<std::optional<Value>> next() override {
    if (!session_) {
      return std::nullopt;
    }
    DAYBOOK_ASSIGN(const ResultPtr row, session_->connection->next());
    if (!row) {
      sessions_.give_back(std::move(session_));
      return std::nullopt;
    }
    ++number_;
    Value::Record out;
    for (int i = 0; i < PQnfields(row.get()); ++i) {
      if (PQgetisnull(row.get(), 0, i) == 1) {
        continue;
      }
      const std::string_view text(PQgetvalue(row.get(), 0, i),
                                  static_cast<std::size_t>(PQgetlength(row.get(), 0, i)));
      bytes_ += text.size();
      if (bytes_ > kSourceBytesMax) {
        return source_error(schema_, "the rows are over the limit of 64 MiB");
      }
      const std::string& name = names_[static_cast<std::size_t>(i)];
      auto value = read_json(text);
      if (!value) {
        return source_error(schema_, "the column " + name + " is " + value.error().message);
      }
      out.emplace_back(name, std::move(*value));
    }
    DAYBOOK_ASSIGN(Value taken,
                   conform(Value(std::move(out)), schema_, "row " + std::to_string(number_)));
    return std::optional(std::move(taken));
  }

 private:
  const SetSchema& schema_;
  Sessions& sessions_;
  std::unique_ptr<Session> session_;
  bool in_order_;
  std::vector<std::string> names_;
  std::size_t number_ = 0;
  std::size_t bytes_ = 0;
};

class PostgresSet final : public Set {
 public:
  explicit PostgresSet(SetConfig config)
      : Set(std::move(config.schema)),
        sessions_(std::move(config.connection), std::move(config.table)) {}

  Result<std::unique_ptr<Rows>> open(const Ask& ask) const override {
    DAYBOOK_ASSIGN(std::unique_ptr<Session> session, sessions_.take(schema(), ask));
    const Statement statement = select(schema(), sessions_.table(), session->columns, ask);
    // The server stops when we would no longer listen.
    const std::int64_t left_ms = (ask.deadline - ask.clock.steady()).value / 1000 + 1;
    DAYBOOK_TRY(session->connection->all("SELECT set_config('statement_timeout', $1, FALSE)",
                                         {std::to_string(left_ms)}));
    DAYBOOK_TRY(session->connection->send(statement.text, statement.values));
    return std::make_unique<PostgresRows>(schema(), sessions_, std::move(session), ask.needs,
                                          statement.in_order);
  }

 private:
  mutable Sessions sessions_;
};

}  // namespace

std::unique_ptr<Set> postgres(SetConfig config) {
  return std::make_unique<PostgresSet>(std::move(config));
}

}  // namespace daybook::graph::sources
