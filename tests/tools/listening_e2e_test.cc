// The real server by TLS, on a Unix socket and under a service manager, asked by the command line.
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/certificate.h"
#include "tests/tools/command_line.h"
#include "tests/tools/server_process.h"
#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Listening : public testing::Test {
 protected:
  void SetUp() override { test::make_certificate(path("server.pem"), path("server.key")); }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  std::vector<std::string> by_tls() const {
    return {"--tls-cert-file", path("server.pem"), "--tls-key-file", path("server.key")};
  }
  // As a client that believes the server's certificate, by its name.
  Ran ask(const ServerProcess& server, std::vector<std::string> words) const {
    std::string address = server.address();
    address.replace(address.find("127.0.0.1"), 9, "localhost");
    words.insert(words.end(), {"--server", address, "-o", "json"});
    return run_line(std::move(words), "daybook", {{"DAYBOOK_CA_FILE", path("server.pem")}});
  }

  const TempDirectory directory_;
};

TEST_F(Listening, ByTls) {
  ServerProcess server(path("data"), by_tls());
  EXPECT_THAT(server.first_line(), StartsWith("listening on https://127.0.0.1:"));
  const Ran ran = ask(server, {"version", "--of-server"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Ran unbelieved =
      run_line({"job", "list", "--server", server.address(), "-o", "json"}, "daybook", {});
  EXPECT_NE(unbelieved.code, 0);
  const Ran by_flag =
      run_line({"job", "list", "--server", "https://localhost" + server.address().substr(17),
                "--ca-file", path("server.pem"), "-o", "json"});
  EXPECT_EQ(by_flag.code, 0) << by_flag.err;
}

TEST_F(Listening, CertificatesAreReadAgainOnSighup) {
  ServerProcess server(path("data"), by_tls());
  ASSERT_EQ(ask(server, {"job", "list"}).code, 0);
  test::make_certificate(path("server.pem"), path("server.key"));
  EXPECT_NE(ask(server, {"job", "list"}).code, 0) << "it shows the one before still";
  server.send(SIGHUP);
  int code = 1;
  for (int i = 0; i < 2000 && code != 0; ++i) {
    code = ask(server, {"job", "list"}).code;
  }
  EXPECT_EQ(code, 0);
  std::ofstream(path("server.key")) << "no key";
  server.send(SIGHUP);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(ask(server, {"job", "list"}).code, 0) << "what is wrong changes nothing";
  }
  EXPECT_EQ(server.end(SIGTERM), 0);
}

TEST_F(Listening, OnAUnixSocketToo) {
  ServerProcess server(path("data"), {"--unix-socket", path("daybook.sock")});
  const Ran ran =
      run_line({"job", "list", "--server", "unix:" + path("daybook.sock"), "-o", "json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(server.end(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(path("daybook.sock")));
}

TEST_F(Listening, BadSettingsAreNamed) {
  EXPECT_THAT(serve_to_its_end(path("data"), "--tls-cert-file x.pem").said,
              HasSubstr("tls-key-file"));
  EXPECT_THAT(serve_to_its_end(path("data"), "--tls-client-ca-file x.pem").said,
              HasSubstr("tls-cert-file"));
  const Ended missing =
      serve_to_its_end(path("data"), "--tls-cert-file /none.pem --tls-key-file /none.key");
  EXPECT_NE(missing.code, 0);
  EXPECT_THAT(missing.said, HasSubstr("/none.pem"));
}

// What a service manager hears: sd_notify(3).
class Managed : public Listening {
 protected:
  void SetUp() override {
    Listening::SetUp();
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path("notify").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setenv("NOTIFY_SOCKET", path("notify").c_str(), 1);
    ::setenv("WATCHDOG_USEC", "400000", 1);
  }
  void TearDown() override {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
  }
  std::string hear() const {
    char text[256];
    const ssize_t got = ::recv(socket_, text, sizeof text, 0);
    return got <= 0 ? "nothing" : std::string(text, static_cast<std::size_t>(got));
  }
  // The next that is no sign of life.
  std::string hear_news() const {
    std::string out = hear();
    while (out == "WATCHDOG=1") {
      out = hear();
    }
    return out;
  }

  int socket_ = -1;
};

TEST_F(Managed, HearsHowTheServerIs) {
  ServerProcess server(path("data"));
  EXPECT_EQ(hear(), "READY=1");
  EXPECT_EQ(hear(), "WATCHDOG=1");
  EXPECT_EQ(hear(), "WATCHDOG=1");
  server.send(SIGHUP);
  EXPECT_THAT(hear_news(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_EQ(hear_news(), "READY=1");
  EXPECT_EQ(server.end(SIGTERM), 0);
  EXPECT_EQ(hear_news(), "STOPPING=1");
}

}  // namespace
}  // namespace daybook::cli
