// One request of the http runtime: a curl handle, its headers, and what came back. Private to
// components.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "base/clock.h"
#include "components/address_policy.h"
#include "components/http_runtime.h"
#include "components/http_spec.h"
#include "components/runtime.h"

namespace daybook::components {

// What is the same for all requests of a runtime; outlives them.
struct HttpSettings {
  const HttpOptions& options;
  const AddressPolicy& policy;
  const Clock& clock;
};

class HttpRequest {
 public:
  HttpRequest(const HttpSettings& settings, Order order, HttpSpec spec);
  ~HttpRequest();
  HttpRequest(const HttpRequest&) = delete;
  HttpRequest& operator=(const HttpRequest&) = delete;

  CURL* handle() const { return easy_; }
  // What the end of the transfer means.
  RunOutcome outcome(CURLcode code) const;

 private:
  void add_header(std::string_view name, std::string_view value);
  void set_headers();
  void set_limits();
  void set_callbacks();
  RunOutcome answer(long status) const;
  RunOutcome fault(CURLcode code) const;

  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);

  const HttpSettings& settings_;
  const Order order_;
  const HttpSpec spec_;
  const std::string document_;
  CURL* const easy_;
  curl_slist* headers_ = nullptr;
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  std::string refused_;  // why an address was not connected
  std::string bad_setting_;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace daybook::components
