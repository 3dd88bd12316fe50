#include "api/tls.h"

#include <array>
#include <cstring>
#include <string_view>

#include <boost/system/error_code.hpp>
#include <openssl/ssl.h>

namespace daybook::api {
namespace {

using TlsError = boost::system::error_code;

Status bad_file(const std::string& file, const TlsError& why) {
  return fail(Code::kInvalid, "BAD_CERTIFICATE", file + ": " + why.message(), file);
}

// Nothing else is spoken here.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr std::array<unsigned char, 9> kHttp11 = {8,   'h', 't', 't', 'p',
                                                           '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, kHttp11.data(), kHttp11.size(),
                                          offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

Result<std::shared_ptr<Tls>> Tls::load(const TlsFiles& files) {
  namespace ssl = boost::asio::ssl;
  auto out = std::make_shared<Tls>();
  ssl::context& context = out->context;
  TlsError ec;
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                      ssl::context::no_compression | ssl::context::single_dh_use);
  SSL_CTX* const native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // idle connections hold little
  if (context.use_certificate_chain_file(files.certificate, ec)) {
    DAYBOOK_TRY(bad_file(files.certificate, ec));
  }
  if (context.use_private_key_file(files.key, ssl::context::pem, ec)) {
    DAYBOOK_TRY(bad_file(files.key, ec));
  }
  if (SSL_CTX_check_private_key(native) != 1) {
    return fail(Code::kInvalid, "BAD_CERTIFICATE",
                files.key + " is not the key of " + files.certificate, files.key);
  }
  if (!files.client_ca.empty()) {
    if (context.load_verify_file(files.client_ca, ec)) {
      DAYBOOK_TRY(bad_file(files.client_ca, ec));
    }
    context.set_verify_mode(ssl::verify_peer, ec);  // who has none may go on without
    SSL_CTX_set_client_CA_list(native, SSL_load_client_CA_file(files.client_ca.c_str()));
    // Of sessions that are resumed, too: without it none with a client's certificate is.
    static constexpr std::string_view kName = "daybook";
    SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(kName.data()),
                                   kName.size());
    out->asks_clients = true;
  }
  return out;
}

}  // namespace daybook::api
