#include "components/http_spec.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include <curl/curl.h>

#include "base/limits/components.h"
#include "base/limits/definitions.h"
#include "base/limits/http.h"
#include "base/limits/resources.h"
#include "base/utf8.h"
#include "components/json_reader.h"

namespace daybook::components {
namespace {

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) {
    return {};
  }
  std::string out(text);
  curl_free(text);
  return out;
}

// Headers that frame the message, choose the connection, or say what only the server may say.
bool is_reserved_header(std::string_view name) {
  constexpr std::string_view kReserved[] = {"host",
                                            "content-length",
                                            "content-type",
                                            "transfer-encoding",
                                            "connection",
                                            "upgrade",
                                            "te",
                                            "trailer",
                                            "expect",
                                            "keep-alive",
                                            "accept-encoding",
                                            "idempotency-key",
                                            "proxy-connection",
                                            "proxy-authorization"};
  return name.starts_with("daybook-") ||
         std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

bool is_token(std::string_view name) {  // RFC 9110, 5.6.2
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string lower(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// Reads the URL with the parser that will connect it, so that both see the same host.
Status check_url(const std::string& text, const std::vector<std::uint16_t>& ports,
                 std::string_view field) {
  const auto refuse = [&](std::string_view why) {
    return fail(Code::kInvalid, "INVALID_URL", why, field);
  };
  const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '\\'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), plain)) {
    return refuse("Must be an absolute URL without spaces and control characters.");
  }
  const std::unique_ptr<CURLU, UrlCleanup> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return refuse("Must be an absolute http or https URL.");
  }
  const auto scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return refuse("The scheme must be http or https.");
  }
  // Curl reads past missing and surplus slashes; others would not see the same host there.
  const auto slashes = text.find("://");
  if (slashes != scheme.size() || text.substr(slashes + 3).starts_with('/')) {
    return refuse("Must be an absolute URL: <scheme>://<host>/<path>.");
  }
  if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_PASSWORD).empty() ||
      text.substr(0, text.find_first_of("/?#", scheme.size() + 3)).find('@') != std::string::npos) {
    return refuse("May not hold a user name: put credentials in headers.");
  }
  if (part(url.get(), CURLUPART_HOST).empty()) {
    return refuse("Must name a host.");
  }
  const auto digits = part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (port == 0 || (!ports.empty() && std::find(ports.begin(), ports.end(), port) == ports.end())) {
    return refuse("The port is not permitted here.");
  }
  return {};
}

namespace {

Result<std::string> read_header(const Members& headers, const std::string& name,
                                ContentType content_type) {
  const std::string field = headers.path_of(name);
  const bool content_type_given =
      content_type == ContentType::kAllowed && lower(name) == "content-type";
  if (!is_token(name) || name.size() > kIdBytesMax ||
      (is_reserved_header(lower(name)) && !content_type_given)) {
    return fail(Code::kInvalid, "INVALID_FIELD", "This header cannot be set.", field);
  }
  DAYBOOK_ASSIGN(std::string text, headers.text(name, kHttpHeaderValueBytesMax));
  const auto plain = [](char c) { return c == '\t' || (c >= ' ' && c < 0x7f); };
  if (text.empty() || !std::all_of(text.begin(), text.end(), plain)) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be printable ASCII, not empty.", field);
  }
  return text;
}

HttpHeaders read_headers(const JsonValue& value, const std::string& path, ContentType content_type,
                         Faults& faults) {
  HttpHeaders out;
  const auto headers = Members::of(value, path);
  if (!headers) {
    faults.add(headers.error());
    return out;
  }
  if (headers->all().size() > kHttpHeadersMax) {
    faults.check(fail(Code::kInvalid, "INVALID_FIELD",
                      "At most " + std::to_string(kHttpHeadersMax) + " headers.", path));
    return out;
  }
  for (const auto& [name, value_given] : headers->all()) {
    std::string text;
    if (faults.take(read_header(*headers, name, content_type), text)) {
      out.emplace_back(name, std::move(text));
    }
  }
  return out;
}

}  // namespace

Result<HttpHeaders> read_headers(const JsonValue& value, const std::string& path,
                                 ContentType content_type) {
  Faults faults;
  HttpHeaders out = read_headers(value, path, content_type, faults);
  DAYBOOK_TRY(faults.first());
  return out;
}

HttpSpec parse_http_spec(std::string_view json, const std::vector<std::uint16_t>& ports,
                         Faults& faults) {
  HttpSpec spec;
  const auto given = Members::of_spec(json, faults);
  if (!given) {
    return spec;
  }
  given->only({"url", "headers", "timeout"}, faults);
  if (faults.take(given->text("url", kUrlBytesMax), spec.url)) {
    faults.check(check_url(spec.url, ports, "url"));
  }
  if (const auto* headers = given->find("headers")) {
    spec.headers = read_headers(*headers, "headers", ContentType::kReserved, faults);
  }
  faults.take(given->duration("timeout", Duration{kTimeoutMaxUs}), spec.timeout);
  return spec;
}

}  // namespace daybook::components
