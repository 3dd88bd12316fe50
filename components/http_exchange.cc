#include "components/http_exchange.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/limits/components.h"
#include "components/signature.h"
#include "components/transfer.h"

namespace daybook::components {
namespace {

long to_ms(Duration duration) {
  return static_cast<long>(std::max<std::int64_t>(duration.value / 1000, 1));
}

std::string_view trimmed_header(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

HttpExchange::HttpExchange(const HttpSettings& settings, HttpMessage message,
                           const HttpTerms& terms)
    : settings_(settings), message_(std::move(message)), terms_(terms), easy_(curl_easy_init()) {
  DAYBOOK_CHECK(easy_ != nullptr, "curl makes a handle");
  set_session(terms);
  set_message();
}

HttpExchange::~HttpExchange() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

void HttpExchange::set_session(const HttpTerms& terms) {
  set_option(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set_option(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  set_option(easy_, CURLOPT_PROXY, "");
  set_option(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set_option(easy_, CURLOPT_NOSIGNAL, 1L);
  set_option(easy_, CURLOPT_QUICK_EXIT, 1L);  // do not wait for a name server when it is given up
  set_option(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set_option(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set_option(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings_.options.ca_file.empty()) {
    set_option(easy_, CURLOPT_CAINFO, settings_.options.ca_file.c_str());
  }
  set_option(easy_, CURLOPT_TIMEOUT_MS, to_ms(terms.timeout));
  set_option(easy_, CURLOPT_CONNECTTIMEOUT_MS,
             to_ms(std::min(terms.timeout, Duration{kHttpConnectTimeoutUs})));
  set_option(easy_, CURLOPT_ERRORBUFFER, error_);
  set_option(easy_, CURLOPT_OPENSOCKETFUNCTION, &HttpExchange::open_socket);
  set_option(easy_, CURLOPT_OPENSOCKETDATA, this);
  set_option(easy_, CURLOPT_WRITEFUNCTION, &HttpExchange::take_body);
  set_option(easy_, CURLOPT_WRITEDATA, this);
  set_option(easy_, CURLOPT_HEADERFUNCTION, &HttpExchange::take_header);
  set_option(easy_, CURLOPT_HEADERDATA, this);
}

void HttpExchange::set_message() {
  set_option(easy_, CURLOPT_URL, message_.url.c_str());
  const bool posts = message_.method == "POST" || !message_.body.empty();
  if (posts) {
    set_option(easy_, CURLOPT_POST, 1L);
    set_option(easy_, CURLOPT_POSTFIELDS, message_.body.data());
    set_option(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(message_.body.size()));
    add_header("Content-Type", message_.content_type);
  } else if (message_.method == "HEAD") {
    set_option(easy_, CURLOPT_NOBODY, 1L);
  }
  set_option(easy_, CURLOPT_CUSTOMREQUEST, message_.method.c_str());
  for (const auto& [name, value] : message_.headers) {
    add_header(name, value);
  }
  const std::string timestamp = std::to_string(settings_.clock.wall().value / 1'000'000);
  add_header("User-Agent", "daybook");
  add_header("Daybook-Timestamp", timestamp);
  if (!settings_.options.signing_secret.empty()) {
    add_header("Daybook-Signature",
               signature(settings_.options.signing_secret, timestamp, message_.body));
  }
  add_line("Expect:");  // no pause before the body
  set_option(easy_, CURLOPT_HTTPHEADER, headers_);
}

void HttpExchange::add_header(std::string_view name, std::string_view value) {
  add_line(std::string(name).append(": ").append(value));
}

void HttpExchange::add_line(const std::string& line) {
  auto* longer = curl_slist_append(headers_, line.c_str());
  DAYBOOK_CHECK(longer != nullptr, "curl takes a header");
  headers_ = longer;
}

// Curl has resolved the name and is about to connect exactly this address.
curl_socket_t HttpExchange::open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) {
  auto* exchange = static_cast<HttpExchange*>(self);
  std::string_view why = purpose == CURLSOCKTYPE_IPCXN ? "" : "not a client's connection";
  if (why.empty() && exchange->terms_.checked) {
    why = exchange->settings_.policy.refusal(&address->addr, address->addrlen);
  }
  if (!why.empty()) {
    exchange->refused_ = why;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// A cut answer without end runs into the timeout.
std::size_t HttpExchange::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto* exchange = static_cast<HttpExchange*>(self);
  const std::size_t bytes = size * count;
  const std::size_t room = exchange->terms_.body_bytes_max - exchange->body_.size();
  if (bytes > room && !exchange->terms_.cut_body) {
    exchange->too_large_ = true;
    return 0;
  }
  exchange->body_.append(data, std::min(bytes, room));
  return bytes;
}

std::size_t HttpExchange::take_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto* exchange = static_cast<HttpExchange*>(self);
  exchange->header_bytes_ += size * count;
  if (exchange->header_bytes_ > kAnswerHeaderBytesMax) {
    exchange->too_large_ = true;
    return 0;
  }
  if (!exchange->terms_.keep_headers) {
    return size * count;
  }
  const std::string_view line(data, size * count);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    exchange->answer_headers_.clear();  // an answer before was an interim one (100, 103)
  } else if (colon != std::string_view::npos) {
    exchange->answer_headers_.emplace_back(lower(line.substr(0, colon)),
                                           trimmed_header(line.substr(colon + 1)));
  }
  return size * count;
}

long HttpExchange::status() const {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::optional<Failure> HttpExchange::fault(CURLcode code) const {
  const auto failure = [](std::string_view reason, std::string message, bool retryable) {
    return Failure{std::string(reason), std::move(message), "", retryable};
  };
  const std::string why = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  if (too_large_) {
    return failure("OUTPUT_TOO_LARGE", "The answer is over its size limit.", false);
  }
  switch (code) {
    case CURLE_OK:
      return std::nullopt;
    case CURLE_OPERATION_TIMEDOUT:
      return failure("HTTP_TIMEOUT", "No answer in time.", true);
    case CURLE_COULDNT_RESOLVE_HOST:
      return failure("HTTP_RESOLVE", why + ".", true);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return failure("HTTP_TLS", why + ".", true);
    case CURLE_URL_MALFORMAT:
      return failure("BAD_SPEC", why + ".", false);
    case CURLE_COULDNT_CONNECT:
      if (!refused_.empty()) {
        return failure("HTTP_ADDRESS_REFUSED", "The host is " + refused_ + ".", false);
      }
      return failure("HTTP_CONNECT", why + ".", true);
    default:
      return failure("HTTP_PROTOCOL", why + ".", true);
  }
}

bool HttpExchange::worth_another_try(long status) {
  return status >= 500 || status == 408 || status == 425 || status == 429;
}

}  // namespace daybook::components
