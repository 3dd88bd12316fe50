// What a server shows and asks for when it is spoken to by TLS (RFC 8446, RFC 5246). Private to the
// server (it shows Asio).
#pragma once

#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "api/tls_files.h"
#include "base/result.h"

namespace daybook::api {

// One set of files as they were read: connections that began with it keep it. Any thread.
struct Tls {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
  bool asks_clients = false;

  // TLS 1.2 or later, forward secrecy only, no renegotiation, no compression. kInvalid
  // "BAD_CERTIFICATE" names the file and what is wrong with it, also when the key is not the
  // certificate's.
  static Result<std::shared_ptr<Tls>> load(const TlsFiles& files);
};

}  // namespace daybook::api
