// One request of the http runtime: the order as an HTTP message, and the answer as an outcome.
// Private to components.
#pragma once

#include "components/http_exchange.h"
#include "components/runtime.h"

namespace daybook::components {

class HttpRequest {
 public:
  HttpRequest(const HttpSettings& settings, const Order& order, const HttpSpec& spec);

  CURL* handle() const { return exchange_.handle(); }
  // What the end of the transfer means.
  RunOutcome outcome(CURLcode code) const;

 private:
  RunOutcome answer(long status) const;

  const Clock& clock_;
  HttpExchange exchange_;
};

}  // namespace daybook::components
