#include "components/post_transfer.h"

#include <sys/socket.h>

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "base/limits.h"
#include "components/json_reader.h"
#include "components/order_document.h"
#include "components/signature.h"

namespace daybook::components {
namespace {

constexpr std::size_t kBodyShown = 4096;  // of an answer

bool worth_another_try(long status) {
  return status >= 500 || status == 408 || status == 425 || status == 429;
}

// Everything but unreserved characters (RFC 3986, 2.3) as %XX.
std::string path_part(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    out += plain ? std::string(1, c) : std::string{'%', kDigits[byte >> 4], kDigits[byte & 0xf]};
  }
  return out;
}

}  // namespace

Result<Post> write_post(const Parcel& parcel, const std::vector<std::uint16_t>& ports) {
  DAYBOOK_ASSIGN(const auto value, parse_json(parcel.content, "BAD_CONTENT"));
  DAYBOOK_ASSIGN(const Members members, Members::of(value, ""));
  Post out;
  out.url = parcel.recipient;
  DAYBOOK_TRY(check_url(out.url, ports, "url"));
  if (const auto* headers = members.find("headers")) {
    DAYBOOK_ASSIGN(out.headers, read_headers(*headers, "headers"));
  }
  if (const auto* body = members.object().if_contains("body")) {
    out.body = boost::json::serialize(*body);
  }
  return out;
}

Result<Post> write_actor_post(const Parcel& parcel, const std::string& endpoint) {
  DAYBOOK_ASSIGN(const auto value, parse_json(parcel.content, "BAD_CONTENT"));
  DAYBOOK_ASSIGN(const Members members, Members::of(value, ""));
  const auto* messages = members.find("messages");
  const auto slash = parcel.recipient.find('/');
  if (messages == nullptr || slash == std::string::npos) {
    return fail(Code::kInvalid, "BAD_CONTENT", "The content holds no messages to an actor.");
  }
  Post out;
  out.url = endpoint + "/resources/actors/" + path_part(parcel.recipient.substr(0, slash)) + "/" +
            path_part(parcel.recipient.substr(slash + 1));
  out.body = boost::json::serialize(*messages);
  out.checked = false;
  return out;
}

PostTransfer::PostTransfer(const PostSettings& settings, SendingId id, Post post,
                           std::function<void(Delivery)> done)
    : settings_(settings), post_(std::move(post)), done_(std::move(done)), easy_(curl_easy_init()) {
  DAYBOOK_CHECK(easy_ != nullptr, "curl makes a handle");
  set_option(easy_, CURLOPT_URL, post_.url.c_str());
  set_option(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set_option(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  set_option(easy_, CURLOPT_PROXY, "");
  set_option(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set_option(easy_, CURLOPT_NOSIGNAL, 1L);
  set_option(easy_, CURLOPT_QUICK_EXIT, 1L);
  set_option(easy_, CURLOPT_POST, 1L);
  set_option(easy_, CURLOPT_POSTFIELDS, post_.body.data());
  set_option(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post_.body.size()));
  set_option(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set_option(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set_option(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings_.options.ca_file.empty()) {
    set_option(easy_, CURLOPT_CAINFO, settings_.options.ca_file.c_str());
  }
  set_option(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(kHttpTimeoutDefaultUs / 1000));
  set_option(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kHttpConnectTimeoutUs / 1000));
  set_option(easy_, CURLOPT_ERRORBUFFER, error_);
  set_option(easy_, CURLOPT_OPENSOCKETFUNCTION, &PostTransfer::open_socket);
  set_option(easy_, CURLOPT_OPENSOCKETDATA, this);
  set_option(easy_, CURLOPT_WRITEFUNCTION, &PostTransfer::take_body);
  set_option(easy_, CURLOPT_WRITEDATA, this);
  set_headers(id);
}

PostTransfer::~PostTransfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

void PostTransfer::add_header(std::string_view name, std::string_view value) {
  std::string line(name);
  line.append(": ").append(value);
  auto* longer = curl_slist_append(headers_, line.c_str());
  DAYBOOK_CHECK(longer != nullptr, "curl takes a header");
  headers_ = longer;
}

void PostTransfer::set_headers(SendingId id) {
  const std::string timestamp = std::to_string(settings_.clock.wall().value / 1'000'000);
  for (const auto& [name, value] : post_.headers) {
    add_header(name, value);
  }
  add_header("Content-Type", "application/json");
  add_header("User-Agent", "daybook");
  add_header("Daybook-Sending-Id", id.text());
  add_header("Idempotency-Key", id.text());
  add_header("Daybook-Timestamp", timestamp);
  if (!settings_.options.signing_secret.empty()) {
    add_header("Daybook-Signature",
               signature(settings_.options.signing_secret, timestamp, post_.body));
  }
  headers_ = curl_slist_append(headers_, "Expect:");  // no pause before the body
  set_option(easy_, CURLOPT_HTTPHEADER, headers_);
}

// Curl has resolved the name and is about to connect exactly this address.
curl_socket_t PostTransfer::open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) {
  auto* post = static_cast<PostTransfer*>(self);
  std::string_view why = purpose == CURLSOCKTYPE_IPCXN ? "" : "not a client's connection";
  if (why.empty() && post->post_.checked) {
    why = post->settings_.policy.refusal(&address->addr, address->addrlen);
  }
  if (!why.empty()) {
    post->refused_ = why;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Only its beginning is kept; an answer without end runs into the timeout.
std::size_t PostTransfer::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& body = static_cast<PostTransfer*>(self)->body_;
  const std::size_t room = kBodyShown - std::min(kBodyShown, body.size());
  body.append(data, std::min(room, size * count));
  return size * count;
}

void PostTransfer::finish(CURLcode code) {
  done_(delivery(code));
}

void PostTransfer::abandon() {
  Delivery out;
  out.abandoned = true;
  done_(std::move(out));
}

Delivery PostTransfer::delivery(CURLcode code) const {
  Delivery out;
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) {
      out.response = std::to_string(status);
      return out;
    }
    out.failure =
        Failure{"HTTP_STATUS", "The answer had status " + std::to_string(status) + ".",
                "{\"status\":" + std::to_string(status) + ",\"body\":" + json_text(body_) + "}",
                worth_another_try(status)};
    return out;
  }
  const std::string why = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT) {
    out.failure = Failure{"HTTP_TIMEOUT", "No answer in time.", "", true};
  } else if (code == CURLE_COULDNT_RESOLVE_HOST) {
    out.failure = Failure{"HTTP_RESOLVE", why + ".", "", true};
  } else if (code == CURLE_COULDNT_CONNECT && !refused_.empty()) {
    out.failure = Failure{"HTTP_ADDRESS_REFUSED", "The host is " + refused_ + ".", "", false};
  } else if (code == CURLE_COULDNT_CONNECT) {
    out.failure = Failure{"HTTP_CONNECT", why + ".", "", true};
  } else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR) {
    out.failure = Failure{"HTTP_TLS", why + ".", "", true};
  } else {
    out.failure = Failure{"HTTP_PROTOCOL", why + ".", "", true};
  }
  return out;
}

}  // namespace daybook::components
