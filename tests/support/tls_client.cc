#include "tests/support/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <vector>

#include <openssl/sha.h>
#include <openssl/ssl.h>

namespace daybook::test {

TlsClient::TlsClient(std::uint16_t port, const TlsClientOptions& options) {
  context_ = SSL_CTX_new(TLS_client_method());
  if (options.version_max != 0) {
    SSL_CTX_set_min_proto_version(context_, 0);
    SSL_CTX_set_max_proto_version(context_, options.version_max);
  }
  if (!options.ca_file.empty()) {
    SSL_CTX_load_verify_locations(context_, options.ca_file.c_str(), nullptr);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  }
  if (!options.certificate.empty()) {
    SSL_CTX_use_certificate_chain_file(context_, options.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_, options.key.c_str(), SSL_FILETYPE_PEM);
  }
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return;
  }
  const timeval patience{20, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ssl_ = SSL_new(context_);
  std::string name = "localhost";
  SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  SSL_set1_host(ssl_, name.c_str());
  SSL_set_fd(ssl_, socket_);
  open_ = SSL_connect(ssl_) == 1;
}

TlsClient::~TlsClient() {
  if (ssl_ != nullptr) {
    SSL_free(ssl_);
  }
  SSL_CTX_free(context_);
  ::close(socket_);
}

std::string TlsClient::version() const {
  return SSL_get_version(ssl_);
}

std::string TlsClient::server_certificate() const {
  X509* const shown = SSL_get1_peer_certificate(ssl_);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned int size = 0;
  X509_digest(shown, EVP_sha256(), digest.data(), &size);
  X509_free(shown);
  return {digest.begin(), digest.end()};
}

bool TlsClient::send(std::string_view bytes) {
  return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

std::string TlsClient::receive(std::string_view until) {
  std::string out;
  std::array<char, 4096> piece{};
  while (until.empty() || out.find(until) == std::string::npos) {
    const int got = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()));
    if (got <= 0) {
      ended_ = SSL_get_error(ssl_, got) == SSL_ERROR_ZERO_RETURN;
      break;
    }
    out.append(piece.data(), static_cast<std::size_t>(got));
  }
  return out;
}

}  // namespace daybook::test
