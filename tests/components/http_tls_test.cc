#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "components/http_runtime.h"
#include "tests/components/support.h"

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
    make_certificate(certificate);
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
  void make_certificate(const std::filesystem::path& path) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    const unsigned char text[] = "localhost";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    SSL_CTX_use_certificate(context_, certificate);
    SSL_CTX_use_PrivateKey(context_, key);
    FILE* file = std::fopen(path.c_str(), "we");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

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
