#include "api/channel.h"

#include <openssl/ssl.h>

namespace daybook::api {

namespace asio = boost::asio;

Channel::Channel(Socket socket, std::shared_ptr<Tls> tls)
    : plain_(std::move(socket)), tls_(std::move(tls)) {
  if (tls_) {
    secure_ = std::make_unique<asio::ssl::stream<Socket>>(std::move(plain_), tls_->context);
  }
}

bool Channel::is_certified() const {
  if (!secure_) {
    return false;
  }
  SSL* const native = secure_->native_handle();
  X509* const shown = SSL_get1_peer_certificate(native);
  X509_free(shown);
  return shown != nullptr && SSL_get_verify_result(native) == X509_V_OK;
}

void Channel::handshake(Done done) {
  secure_->async_handshake(asio::ssl::stream_base::server, std::move(done));
}

void Channel::end(Done done) {
  if (secure_) {
    secure_->async_shutdown(std::move(done));
    return;
  }
  ErrorCode ec;
  plain_.shutdown(asio::socket_base::shutdown_send, ec);
  done(ec);
}

void Channel::close() {
  ErrorCode ignored;
  socket().close(ignored);
}

}  // namespace daybook::api
