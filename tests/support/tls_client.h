// A plain blocking client that speaks TLS by OpenSSL over one socket, TCP or Unix: sends bytes as
// they are given. It shares nothing with the server. One thread per object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

typedef struct ssl_st SSL;          // NOLINT(modernize-use-using): as OpenSSL has it
typedef struct ssl_ctx_st SSL_CTX;  // NOLINT(modernize-use-using)

namespace daybook::test {

struct TlsClientOptions {
  std::string ca_file;  // whom it believes; empty: everybody
  std::string certificate;
  std::string key;
  int version_max = 0;  // of OpenSSL; 0: the newest
};

class TlsClient {
 public:
  TlsClient(std::uint16_t port, const TlsClientOptions& options);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // The handshake was done, and the server is the one that is believed.
  bool is_open() const { return open_; }
  // "TLSv1.3".
  std::string version() const;
  // SHA-256 of the server's certificate.
  std::string server_certificate() const;
  bool send(std::string_view bytes);
  // All until the other side ends, or `until` has come; what came.
  std::string receive(std::string_view until = {});
  // The other side said that it has ended, as TLS wants it.
  bool ended_in_order() const { return ended_; }

 private:
  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool open_ = false;
  bool ended_ = false;
};

}  // namespace daybook::test
