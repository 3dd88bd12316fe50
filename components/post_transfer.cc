#include "components/post_transfer.h"

#include "base/limits/components.h"
#include "components/json_reader.h"
#include "components/order_document.h"

namespace daybook::components {
namespace {

constexpr std::size_t kAnswerShown = 4096;  // of an answer

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

HttpMessage message_of(SendingId id, const Post& post) {
  HttpMessage out;
  out.url = post.url;
  out.headers = post.headers;
  out.headers.emplace_back("Daybook-Sending-Id", id.text());
  out.headers.emplace_back("Idempotency-Key", id.text());
  out.body = post.body;
  return out;
}

HttpTerms terms_of(const Post& post) {
  HttpTerms out;
  out.timeout = Duration{kHttpTimeoutDefaultUs};
  out.checked = post.checked;
  out.body_bytes_max = kAnswerShown;
  out.cut_body = true;
  return out;
}

}  // namespace

Result<std::string> read_actors_endpoint(std::string_view text) {
  DAYBOOK_TRY(check_url(std::string(text), {}, "actors.endpoint"));
  return std::string(text.substr(0, text.find_last_not_of('/') + 1));
}

std::string actor_url(const std::string& endpoint, std::string_view type, std::string_view id) {
  return endpoint + "/resources/actors/" + path_part(type) + "/" + path_part(id);
}

Result<Post> write_post(const Parcel& parcel, const std::vector<std::uint16_t>& ports) {
  DAYBOOK_ASSIGN(const auto value, parse_json(parcel.content, "BAD_CONTENT"));
  DAYBOOK_ASSIGN(const Members members, Members::of(value, ""));
  Post out;
  out.url = parcel.recipient;
  DAYBOOK_TRY(check_url(out.url, ports, "url"));
  if (const auto* headers = members.find("headers")) {
    DAYBOOK_ASSIGN(out.headers, read_headers(*headers, "headers"));
  }
  if (const auto* body = members.member("body")) {
    out.body = body->text();
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
  out.url =
      actor_url(endpoint, parcel.recipient.substr(0, slash), parcel.recipient.substr(slash + 1));
  out.body = messages->text();
  out.checked = false;
  return out;
}

PostTransfer::PostTransfer(const HttpSettings& settings, SendingId id, const Post& post,
                           std::function<void(Delivery)> done)
    : exchange_(settings, message_of(id, post), terms_of(post)), done_(std::move(done)) {}

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
  out.failure = exchange_.fault(code);
  if (out.failure) {
    return out;
  }
  const long status = exchange_.status();
  if (status >= 200 && status < 300) {
    out.response = std::to_string(status);
    return out;
  }
  out.failure = Failure{
      "HTTP_STATUS", "The answer had status " + std::to_string(status) + ".",
      "{\"status\":" + std::to_string(status) + ",\"body\":" + json_text(exchange_.body()) + "}",
      HttpExchange::worth_another_try(status)};
  return out;
}

}  // namespace daybook::components
