// One HTTP exchange on a curl handle of its own: the same for http components, posts and calls.
// Redirects are not followed, proxies and .netrc of the environment are not used, TLS is checked,
// every address is checked when it is about to be connected. The body is signed where the operator
// gave a secret (signature.h). Private to components.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "base/clock.h"
#include "components/address_policy.h"
#include "components/http_runtime.h"
#include "components/http_spec.h"
#include "components/runtime.h"

namespace daybook::components {

// What is the same for all exchanges of a runtime; outlives them.
struct HttpSettings {
  const HttpOptions& options;
  const AddressPolicy& policy;
  const Clock& clock;
};

struct HttpMessage {
  std::string method = "POST";
  std::string url;
  HttpHeaders headers;
  std::string body;
  std::string content_type = "application/json";  // of the body, when there is one
};

struct HttpTerms {
  Duration timeout;
  bool checked = true;  // the address policy holds; not for what the operator configured
  // Of the answer's body. One that is longer is cut, or ends the exchange.
  std::size_t body_bytes_max = 0;
  bool cut_body = false;
  bool keep_headers = false;
};

class HttpExchange {
 public:
  HttpExchange(const HttpSettings& settings, HttpMessage message, const HttpTerms& terms);
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  CURL* handle() const { return easy_; }

  // After the transfer. Why there is no answer (HTTP_TIMEOUT, HTTP_RESOLVE, HTTP_TLS, …); nothing
  // when there is one, of whatever status.
  std::optional<Failure> fault(CURLcode code) const;
  long status() const;
  const std::string& body() const { return body_; }
  // Where they are kept: in the order of arrival, names in small letters.
  const HttpHeaders& headers() const { return answer_headers_; }

  // 408, 425, 429 and 5xx.
  static bool worth_another_try(long status);

 private:
  void set_session(const HttpTerms& terms);
  void set_message();
  void add_header(std::string_view name, std::string_view value);
  void add_line(const std::string& line);

  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);

  const HttpSettings& settings_;
  const HttpMessage message_;
  const HttpTerms terms_;
  CURL* const easy_;
  curl_slist* headers_ = nullptr;
  HttpHeaders answer_headers_;
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  std::string refused_;  // why an address was not connected
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace daybook::components
