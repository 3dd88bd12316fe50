#include "tests/graph/postgres_server.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>
#include <libpq-fe.h>

namespace daybook::graph {
namespace {

const std::string kPrograms = "/usr/lib/postgresql/15/bin/";

}  // namespace

PostgresServer::PostgresServer() {
  std::string name = (std::filesystem::temp_directory_path() / "daybook-postgres-XXXXXX").string();
  EXPECT_NE(::mkdtemp(name.data()), nullptr);
  folder_ = name;
  // initdb and the server refuse to run as root.
  if (::geteuid() == 0) {
    EXPECT_EQ(std::system(("chown postgres " + folder_.string()).c_str()), 0);
  }
  EXPECT_EQ(as_owner(kPrograms + "initdb -D " + (folder_ / "data").string() +
                     " -U daybook -A trust --no-sync -E UTF8 --locale=C.UTF-8"),
            0);
  start();
}

PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

int PostgresServer::as_owner(const std::string& command) const {
  const std::string quiet =
      "cd / && " + command + " >> " + (folder_ / "output").string() + " 2>&1 < /dev/null";
  const std::string whole =
      ::geteuid() == 0 ? "runuser -u postgres -- sh -c '" + quiet + "'" : "sh -c '" + quiet + "'";
  return std::system(whole.c_str());
}

void PostgresServer::start() {
  EXPECT_EQ(as_owner(kPrograms + "pg_ctl -D " + (folder_ / "data").string() +
                     " -w -t 60 -o \"-c listen_addresses= -c unix_socket_directories=" +
                     folder_.string() + " -c fsync=off\" start"),
            0);
  running_ = true;
}

// By the pid file of this cluster.
void PostgresServer::stop() {
  if (running_) {
    EXPECT_EQ(
        as_owner(kPrograms + "pg_ctl -D " + (folder_ / "data").string() + " -w -m immediate stop"),
        0);
    running_ = false;
  }
}

std::string PostgresServer::connection() const {
  return "host=" + folder_.string() + " user=daybook dbname=postgres";
}

void PostgresServer::run(const std::string& sql) const {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(
      PQconnectdb(this->connection().c_str()), PQfinish);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()),
                                                              PQclear);
  const auto status = PQresultStatus(result.get());
  EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
      << sql << PQerrorMessage(connection.get());
}

}  // namespace daybook::graph
