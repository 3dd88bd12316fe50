// Where the certificates of a server are, as PEM files.
#pragma once

#include <string>

namespace daybook::api {

struct TlsFiles {
  std::string
      certificate;  // of the server, then those that vouch for it; empty: spoken in the clear
  std::string key;
  std::string client_ca;  // who vouches for workers' certificates; empty: none is asked for

  bool empty() const { return certificate.empty(); }
};

}  // namespace daybook::api
