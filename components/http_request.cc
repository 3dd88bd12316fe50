#include "components/http_request.h"

#include <unistd.h>

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "components/order_document.h"
#include "components/signature.h"

namespace daybook::components {
namespace {

constexpr std::size_t kBodyShown = 4096;  // of an answer that is an error

long to_ms(Duration duration) {
  return static_cast<long>(std::max<std::int64_t>(duration.value / 1000, 1));
}

// Every option is set on a fresh handle with a value of its type: it can fail only for want of
// memory.
template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  DAYBOOK_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK, "curl takes its options");
}

bool worth_another_try(long status) {
  return status >= 500 || status == 408 || status == 425 || status == 429;
}

}  // namespace

HttpRequest::HttpRequest(const HttpSettings& settings, Order order, HttpSpec spec)
    : settings_(settings),
      order_(std::move(order)),
      spec_(std::move(spec)),
      document_(order_document(order_)),
      easy_(curl_easy_init()) {
  DAYBOOK_CHECK(easy_ != nullptr, "curl makes a handle");
  set(easy_, CURLOPT_URL, spec_.url.c_str());
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy_, CURLOPT_PROXY, "");
  set(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_QUICK_EXIT, 1L);  // do not wait for a name server when the run is stopped
  set(easy_, CURLOPT_POST, 1L);
  set(easy_, CURLOPT_POSTFIELDS, document_.data());
  set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(document_.size()));
  set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings_.options.ca_file.empty()) {
    set(easy_, CURLOPT_CAINFO, settings_.options.ca_file.c_str());
  }
  set_headers();
  set_limits();
  set_callbacks();
}

HttpRequest::~HttpRequest() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

void HttpRequest::add_header(std::string_view name, std::string_view value) {
  std::string line(name);
  line.append(": ").append(value);
  auto* longer = curl_slist_append(headers_, line.c_str());
  DAYBOOK_CHECK(longer != nullptr, "curl takes a header");
  headers_ = longer;
}

void HttpRequest::set_headers() {
  const std::string timestamp = std::to_string(settings_.clock.wall().value / 1'000'000);
  for (const auto& [name, value] : spec_.headers) {
    add_header(name, value);
  }
  add_header("Content-Type", "application/json");
  add_header("Accept", "application/json");
  add_header("User-Agent", "daybook");
  add_header("Daybook-Job-Id", order_.job.text());
  add_header("Daybook-Attempt", std::to_string(order_.attempt.value));
  add_header("Daybook-Token", order_.token);
  add_header("Idempotency-Key", order_.job.text());
  add_header("Daybook-Timestamp", timestamp);
  if (!settings_.options.signing_secret.empty()) {
    add_header("Daybook-Signature",
               signature(settings_.options.signing_secret, timestamp, document_));
  }
  headers_ = curl_slist_append(headers_, "Expect:");  // no pause before the body
  set(easy_, CURLOPT_HTTPHEADER, headers_);
}

void HttpRequest::set_limits() {
  Duration total = spec_.timeout.value > 0 ? spec_.timeout : Duration{kHttpTimeoutDefaultUs};
  if (order_.timeout_at.value > 0) {
    const Duration left = order_.timeout_at - settings_.clock.wall();
    total = spec_.timeout.value > 0 ? std::min(total, left) : left;
  }
  set(easy_, CURLOPT_TIMEOUT_MS, to_ms(total));
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, to_ms(std::min(total, Duration{kHttpConnectTimeoutUs})));
  set(easy_, CURLOPT_ERRORBUFFER, error_);
}

void HttpRequest::set_callbacks() {
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &HttpRequest::open_socket);
  set(easy_, CURLOPT_OPENSOCKETDATA, this);
  set(easy_, CURLOPT_WRITEFUNCTION, &HttpRequest::take_body);
  set(easy_, CURLOPT_WRITEDATA, this);
  set(easy_, CURLOPT_HEADERFUNCTION, &HttpRequest::take_header);
  set(easy_, CURLOPT_HEADERDATA, this);
}

// Curl has resolved the name and is about to connect exactly this address.
curl_socket_t HttpRequest::open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) {
  auto* request = static_cast<HttpRequest*>(self);
  const auto why = purpose == CURLSOCKTYPE_IPCXN
                       ? request->settings_.policy.refusal(&address->addr, address->addrlen)
                       : std::string_view("not a client's connection");
  if (!why.empty()) {
    request->refused_ = why;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t HttpRequest::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto* request = static_cast<HttpRequest*>(self);
  const std::size_t bytes = size * count;
  if (request->body_.size() + bytes > kResultBytesMax) {
    request->too_large_ = true;
    return 0;
  }
  request->body_.append(data, bytes);
  return bytes;
}

std::size_t HttpRequest::take_header(char*, std::size_t size, std::size_t count, void* self) {
  auto* request = static_cast<HttpRequest*>(self);
  request->header_bytes_ += size * count;
  if (request->header_bytes_ > kAnswerHeaderBytesMax) {
    request->too_large_ = true;
    return 0;
  }
  return size * count;
}

RunOutcome HttpRequest::outcome(CURLcode code) const {
  if (too_large_) {
    return failed("OUTPUT_TOO_LARGE", "The answer is over its size limit.", false);
  }
  if (code != CURLE_OK) {
    return fault(code);
  }
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return answer(status);
}

RunOutcome HttpRequest::answer(long status) const {
  if (status >= 200 && status < 300) {
    return outcome_of(body_, settings_.clock.wall());
  }
  std::string message = "The component answered with status " + std::to_string(status) + ".";
  if (status >= 300 && status < 400) {
    message += " Redirects are not followed.";
  }
  return failed("HTTP_STATUS", std::move(message), worth_another_try(status),
                "{\"status\":" + std::to_string(status) +
                    ",\"body\":" + json_text(std::string_view(body_).substr(0, kBodyShown)) + "}");
}

RunOutcome HttpRequest::fault(CURLcode code) const {
  const std::string why = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return failed("HTTP_TIMEOUT", "No answer in time.", true);
    case CURLE_COULDNT_RESOLVE_HOST:
      return failed("HTTP_RESOLVE", why + ".", true);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return failed("HTTP_TLS", why + ".", true);
    case CURLE_URL_MALFORMAT:
      return failed("BAD_SPEC", why + ".", false);
    case CURLE_COULDNT_CONNECT:
      if (!refused_.empty()) {
        return failed("HTTP_ADDRESS_REFUSED", "The host is " + refused_ + ".", false);
      }
      return failed("HTTP_CONNECT", why + ".", true);
    default:
      return failed("HTTP_PROTOCOL", why + ".", true);
  }
}

}  // namespace daybook::components
