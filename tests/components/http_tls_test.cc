#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "components/http_runtime.h"
#include "tests/components/support.h"
#include "tests/support/certificate.h"

namespace daybook::components {
namespace {

// A server with a certificate for "localhost" that nobody signed; it takes a given number of
// connections.
class TlsServer {
 public:
  TlsServer(const std::filesystem::path& certificate, int connections) {
    // A client that turns away closes at once: what is still written must not end the test.
    ::signal(SIGPIPE, SIG_IGN);
    context_ = SSL_CTX_new(TLS_server_method());
    const auto key = certificate.parent_path() / "key.pem";
    test::make_certificate(certificate, key);
    SSL_CTX_use_certificate_file(context_, certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    (void)bind(listener_, generic, size);
    (void)listen(listener_, 8);
    (void)getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, connections] {
      for (int i = 0; i < connections; ++i) {
        serve(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
      }
    });
  }
  ~TlsServer() {
    thread_.join();
    close(listener_);
    SSL_CTX_free(context_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(port_) + "/";
  }

 private:
  void serve(int fd) {
    SSL* tls = SSL_new(context_);
    SSL_set_fd(tls, fd);
    char buffer[4096];
    if (SSL_accept(tls) == 1 && SSL_read(tls, buffer, sizeof buffer) > 0) {
      const std::string out = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n7";
      SSL_write(tls, out.data(), static_cast<int>(out.size()));
      SSL_shutdown(tls);
    }
    SSL_free(tls);
    close(fd);
  }

  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

TEST(HttpTls, OnlyATrustedCertificateForTheNameIsAccepted) {
  const TestDirectory directory;
  const auto certificate = directory.path() / "ca.pem";
  const TlsServer server(certificate, 3);
  const SystemClock clock;
  const auto attempt = [&](const std::string& ca_file, const std::string& host) {
    HttpOptions options;
    options.allow_private = true;
    options.ca_file = ca_file;
    auto runtime = HttpRuntime::open(options, clock);
    return summary(run(**runtime, order("{\"url\":\"" + server.url(host) + "\"}")));
  };
  EXPECT_EQ(attempt("", "localhost"), "HTTP_TLS");
  EXPECT_EQ(attempt(certificate, "127.0.0.1"), "HTTP_TLS");
  EXPECT_EQ(attempt(certificate, "localhost"), "completed 7");
}

}  // namespace
}  // namespace daybook::components
