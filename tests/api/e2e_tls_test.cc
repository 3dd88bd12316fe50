// The server by TLS and on a Unix socket: handshakes, certificates, their renewal, endings.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tests/api/server_fixture.h"
#include "tests/support/certificate.h"
#include "tests/support/tls_client.h"

namespace daybook::test {
namespace {

namespace fs = std::filesystem;

class E2eTls : public ServerFixture {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("daybook-tls-" + std::to_string(::getpid()));
    fs::create_directories(directory_);
    make_certificate(file("server.pem"), file("server.key"));
    make_certificate(file("worker.pem"), file("worker.key"));
    make_certificate(file("stranger.pem"), file("stranger.key"));
    options.tls.certificate = file("server.pem");
    options.tls.key = file("server.key");
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string file(const std::string& name) const { return directory_ / name; }
  TlsClientOptions believing() const { return {file("server.pem"), "", "", 0}; }
  static std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
  }

  fs::path directory_;
};

TEST_F(E2eTls, AnswersByTls) {
  start();
  TlsClient client(port(), believing());
  ASSERT_TRUE(client.is_open());
  EXPECT_EQ(client.version(), "TLSv1.3");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send(get("/health/live")));
    EXPECT_NE(client.receive("\r\n\r\n").find(" 200 OK"), std::string::npos);
  }
}

TEST_F(E2eTls, LargeBodiesGoBothWays) {
  start();
  TlsClient client(port(), believing());
  ASSERT_TRUE(client.is_open());
  const std::string body = R"({"runtime":"worker"})";
  const auto put = [&](const std::string& path, const std::string& text) {
    client.send("PUT " + path +
                " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
    return client.receive("\"hash\":");
  };
  EXPECT_NE(put("/resources/components/w", body).find(" 201 "), std::string::npos);
  client.receive("}");
  EXPECT_NE(put("/resources/job-definitions/d", R"({"componentId":"w"})").find(" 201 "),
            std::string::npos);
  client.receive("}");
  const std::string parameters = "\"" + std::string(200'000, 'x') + "\"";
  const std::string job = R"({"jobDefinitionId":"d","parameters":{"p":)" + parameters + "}}";
  client.send(
      "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Content-Type: application/json\r\nContent-Length: " +
      std::to_string(job.size()) + "\r\n\r\n" + job);
  const std::string answer = client.receive();
  EXPECT_NE(answer.find(" 201 "), std::string::npos) << answer.substr(0, 300);
  EXPECT_NE(answer.find(parameters), std::string::npos);
  EXPECT_TRUE(client.ended_in_order());
}

TEST_F(E2eTls, EndsAsTlsWantsIt) {
  start();
  for (const std::string target : {"/health/live", "/resources/jobs"}) {
    TlsClient client(port(), believing());
    ASSERT_TRUE(client.is_open());
    client.send(get(target, "Connection: close\r\n"));
    EXPECT_NE(client.receive().find(" 200 OK"), std::string::npos) << target;
    EXPECT_TRUE(client.ended_in_order()) << target;
  }
}

TEST_F(E2eTls, OldVersionsAreRefused) {
  start();
  TlsClientOptions old = believing();
  old.version_max = TLS1_1_VERSION;
  EXPECT_FALSE(TlsClient(port(), old).is_open());
  old.version_max = TLS1_2_VERSION;
  TlsClient client(port(), old);
  ASSERT_TRUE(client.is_open());
  EXPECT_EQ(client.version(), "TLSv1.2");
}

TEST_F(E2eTls, WhoSpeaksInTheClearGetsNothing) {
  start();
  HttpClient client(port());
  ASSERT_TRUE(client.send(get("/health/live")));
  EXPECT_TRUE(client.closed_by_peer());
  TlsClient other(port(), believing());
  ASSERT_TRUE(other.is_open());
  other.send(get("/metrics"));
  EXPECT_NE(other.receive("daybook_http_timeouts").find("daybook_tls_failed_handshakes_total 1"),
            std::string::npos);
}

TEST_F(E2eTls, WhoDoesNotGreetIsLetGo) {
  start();
  HttpClient client(port());
  std::atomic<bool> closed{false};
  std::thread reader([&] { closed = client.closed_by_peer(); });
  EXPECT_TRUE(run_clock_until([&] { return closed.load(); }));
  reader.join();
}

TEST_F(E2eTls, CertificatesAreRenewedWithoutALostConnection) {
  start();
  TlsClient before(port(), believing());
  ASSERT_TRUE(before.is_open());
  const std::string old = before.server_certificate();
  make_certificate(file("server.pem"), file("server.key"));
  ASSERT_TRUE(reload());
  TlsClient after(port(), believing());
  ASSERT_TRUE(after.is_open());
  EXPECT_NE(after.server_certificate(), old);
  ASSERT_TRUE(before.send(get("/health/live")));
  EXPECT_NE(before.receive("\r\n\r\n").find(" 200 OK"), std::string::npos);
  // What is wrong leaves what was.
  std::ofstream(file("server.key")) << "no key";
  const Status bad = reload();
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, "BAD_CERTIFICATE");
  EXPECT_NE(bad.error().message.find("server.key"), std::string::npos);
  EXPECT_TRUE(TlsClient(port(), believing()).is_open());
}

TEST_F(E2eTls, WorkersShowACertificateThatIsBelieved) {
  options.tls.client_ca = file("worker.pem");
  start();
  const auto lease = [&](const std::string& who) {
    TlsClientOptions mine = believing();
    if (!who.empty()) {
      mine.certificate = file(who + ".pem");
      mine.key = file(who + ".key");
    }
    TlsClient client(port(), mine);
    const std::string body = R"({"definitions":["d"],"workerId":"w"})";
    client.send(
        "POST /resources/workers/lease HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.receive();
  };
  EXPECT_NE(lease("worker").find(" 200 OK"), std::string::npos);
  EXPECT_NE(lease("").find("CERTIFICATE_NEEDED"), std::string::npos);
  EXPECT_EQ(lease("stranger"), "") << "its handshake fails";
  TlsClient anybody(port(), believing());
  anybody.send(get("/resources/jobs"));
  EXPECT_NE(anybody.receive("\r\n\r\n").find(" 200 OK"), std::string::npos);
}

TEST_F(E2eTls, AWorkersConnectionIsSpokenByTlsToo) {
  start();
  TlsClient client(port(), believing());
  ASSERT_TRUE(client.is_open());
  client.send(get("/resources/workers/connect",
                  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "Sec-WebSocket-Protocol: daybook.worker.v1\r\n"));
  EXPECT_NE(client.receive("\r\n\r\n").find(" 101 "), std::string::npos);
  constexpr std::string_view kMask("\0\0\0\0", 4);
  const std::string hello = R"([{"type":"hello","workerId":"w","subscriptions":)"
                            R"([{"definitions":["d"],"credits":1}]}])";
  ASSERT_LT(hello.size(), 126U);
  client.send(std::string("\x81") + static_cast<char>(0x80U | hello.size()) + std::string(kMask) +
              hello);
  EXPECT_NE(client.receive("welcome").find("welcome"), std::string::npos);
  client.send("\x88\x80" + std::string(kMask));  // goodbye
  client.receive();
  EXPECT_TRUE(client.ended_in_order());
}

TEST_F(E2eTls, AStartWithoutASoundCertificateIsRefused) {
  options.tls.key = file("stranger.key");
  const Status refused = try_start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "BAD_CERTIFICATE");
}

class E2eUnixSocket : public E2eTls {
 protected:
  void SetUp() override {
    E2eTls::SetUp();
    options.tls = {};
    options.unix_socket = file("daybook.sock");
  }
  std::string ask(const std::string& request) const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    options.unix_socket.copy(address.sun_path, sizeof address.sun_path - 1);
    std::string out;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      char piece[4096];
      for (ssize_t got = 0; (got = ::recv(fd, piece, sizeof piece, 0)) > 0;) {
        out.append(piece, static_cast<std::size_t>(got));
      }
    }
    ::close(fd);
    return out;
  }
};

TEST_F(E2eUnixSocket, AnswersThereToo) {
  start();
  EXPECT_NE(ask(get("/resources/jobs", "Connection: close\r\n")).find(" 200 OK"),
            std::string::npos);
  struct stat info = {};
  ASSERT_EQ(::stat(options.unix_socket.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U) << "nobody but the server's user may connect";
  EXPECT_EQ(call("GET", "/health/live").status, 200);
  stop();
  EXPECT_NE(::stat(options.unix_socket.c_str(), &info), 0) << "it goes with the server";
}

TEST_F(E2eUnixSocket, OneThatWasLeftBehindIsTakenOver) {
  const int left = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  options.unix_socket.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(left);
  start();
  EXPECT_NE(ask(get("/health/live", "Connection: close\r\n")).find(" 200 OK"), std::string::npos);
}

TEST_F(E2eUnixSocket, WhatIsNoSocketStays) {
  std::ofstream(options.unix_socket) << "mine";
  const Status refused = try_start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "LISTEN_FAILED");
  EXPECT_EQ(fs::file_size(options.unix_socket), 4U);
}

TEST_F(E2eUnixSocket, APathThatIsTooLongIsRefused) {
  options.unix_socket = file(std::string(200, 'x'));
  EXPECT_FALSE(try_start());
}

TEST_F(E2eUnixSocket, ATrustedProxySaysWhoAsks) {
  options.trusted_proxies = {"127.0.0.1"};
  with_tokens = true;
  start();
  const auto failures = [&](const std::string& who, int count) {
    int status = 0;
    for (int i = 0; i < count; ++i) {
      status =
          call("GET", "/resources/jobs", {}, "X-Forwarded-For: 9.9.9.9, " + who + "\r\n").status;
    }
    return status;
  };
  EXPECT_EQ(failures("10.0.0.1", 21), 429);
  EXPECT_EQ(failures("10.0.0.2", 1), 401) << "another one is not to blame";
}

}  // namespace
}  // namespace daybook::test
