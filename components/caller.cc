#include "components/caller.h"

#include <algorithm>
#include <array>

#include "base/json_check.h"
#include "base/json_text.h"
#include "base/limits/components.h"
#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "base/utf8.h"
#include "components/http_exchange.h"
#include "components/json_reader.h"
#include "components/order_document.h"
#include "components/post_transfer.h"
#include "components/transfer.h"

namespace daybook::components {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",    "POST", "PUT",    "PATCH",
                                                      "DELETE", "HEAD", "OPTIONS"};
constexpr std::string_view kContentType = "content-type";

std::string error_answer(std::string_view message) {
  std::string out = "{\"error\":";
  append_json_string(out, message);
  return out + "}";
}

// Curl asks at least once a second whether to go on.
int go_on(void* given_up, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<const std::atomic<bool>*>(given_up) ? 1 : 0;
}

bool is_json(const HttpExchange& exchange) {
  return std::any_of(exchange.headers().begin(), exchange.headers().end(), [](const auto& header) {
    return header.first == kContentType && lower(header.second).find("json") != std::string::npos;
  });
}

// A header that came more than once is one list (RFC 9110, 5.3).
std::string headers_json(const HttpHeaders& headers) {
  std::string out = "{";
  for (auto header = headers.begin(); header != headers.end(); ++header) {
    const auto same = [&](const auto& other) { return other.first == header->first; };
    if (std::any_of(headers.begin(), header, same)) {
      continue;
    }
    std::string value = header->second;
    for (auto next = header + 1; next != headers.end(); ++next) {
      value += same(*next) ? ", " + next->second : "";
    }
    out += out.size() == 1 ? "" : ",";
    out += json_text(header->first) + ":" + json_text(value);
  }
  return out + "}";
}

Result<HttpMessage> read_call(const JsonValue& call, const std::vector<std::uint16_t>& ports) {
  DAYBOOK_ASSIGN(const Members members, Members::of(call, ""));
  HttpMessage out;
  DAYBOOK_ASSIGN(out.url, members.text("url", kUrlBytesMax));
  DAYBOOK_TRY(check_url(out.url, ports, "url"));
  const JsonValue* body = members.find("body");
  DAYBOOK_ASSIGN(const std::string method, members.text("method", kTagBytesMax));
  out.method = method.empty() ? (body == nullptr ? "GET" : "POST") : method;
  if (std::find(kMethods.begin(), kMethods.end(), out.method) == kMethods.end()) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "must be GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS", "method");
  }
  if (body != nullptr && (out.method == "GET" || out.method == "HEAD")) {
    return fail(Code::kInvalid, "INVALID_FIELD", "a " + out.method + " has none", "body");
  }
  if (body != nullptr) {
    const auto text = text_of(*body);
    out.body = text ? *text : body->text();
    out.content_type = text ? "text/plain; charset=utf-8" : "application/json";
  }
  if (const JsonValue* headers = members.find("headers")) {
    DAYBOOK_ASSIGN(out.headers, read_headers(*headers, "headers", ContentType::kAllowed));
  }
  const auto type = std::find_if(out.headers.begin(), out.headers.end(),
                                 [](const auto& h) { return lower(h.first) == kContentType; });
  if (type != out.headers.end()) {
    out.content_type = type->second;
    out.headers.erase(type);
  }
  return out;
}

Result<HttpMessage> read_actor_call(const JsonValue& call, const std::string& endpoint) {
  DAYBOOK_ASSIGN(const Members members, Members::of(call, ""));
  HttpMessage out;
  DAYBOOK_ASSIGN(const std::string type, members.text("type", kIdBytesMax));
  DAYBOOK_TRY(check_resource_id(type, "type"));
  DAYBOOK_ASSIGN(const std::string id, members.text("id", kIdBytesMax));
  if (id.empty()) {
    return fail(Code::kInvalid, "INVALID_FIELD", "is required", "id");
  }
  const JsonValue* preview = members.find("preview");
  const bool only_preview = preview != nullptr && preview->text() == "true";
  out.url = actor_url(endpoint, type, id) + (only_preview ? "?preview=true" : "");
  const auto messages = elements_of(members.find("messages"));
  if (!messages || messages->size() > kActorMessagesMax) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "must be a list of at most " + std::to_string(kActorMessagesMax) + " messages",
                "messages");
  }
  out.body = members.find("messages")->text();
  return out;
}

// {"statusCode", "headers", "content"}
std::string http_answer(const HttpExchange& exchange) {
  const std::string& body = exchange.body();
  std::string content;
  if (is_json(exchange) && check_json(body)) {
    content = JsonValue(body).text();
  } else if (find_bad_utf8(body)) {
    return error_answer("the answer is neither JSON nor a text in UTF-8");
  } else {
    append_json_string(content, body);
  }
  return "{\"statusCode\":" + std::to_string(exchange.status()) +
         ",\"headers\":" + headers_json(exchange.headers()) + ",\"content\":" + content + "}";
}

std::string actor_result(std::string_view data, std::string_view errors) {
  return std::string(R"({"data":)").append(data).append(R"(,"errors":)").append(errors) + "}";
}

// {"data", "errors"}: what the actor said, or that it said no. What it did stands in the member
// "data" of an object that has one; any other JSON is the data itself.
std::string actor_answer(const HttpExchange& exchange) {
  const long status = exchange.status();
  const bool ok = status >= 200 && status < 300;
  const std::string& body = exchange.body();
  if (ok && body.empty()) {
    return actor_result("null", "[]");
  }
  if (!check_json(body)) {
    return error_answer("the actor answered with status " + std::to_string(status) +
                        (ok ? " and no JSON" : ""));
  }
  const JsonValue said(body);
  if (const auto members = Members::of(said, "")) {
    const JsonValue* data = members->member("data");
    const JsonValue* error = members->find("error");
    if (elements_of(members->find("errors"))) {
      return actor_result(data == nullptr ? "null" : data->text(), members->find("errors")->text());
    }
    if (ok && data != nullptr) {
      return actor_result(data->text(), "[]");
    }
    if (!ok && error != nullptr && error->kind() == JsonValue::Kind::kObject) {
      return actor_result("null", std::string("[").append(error->text()) + "]");
    }
  }
  return ok ? actor_result(said.text(), "[]")
            : error_answer("the actor answered with status " + std::to_string(status));
}

}  // namespace

struct Caller::Impl {
  Impl(CallerOptions opts, std::vector<Network> allowed, const Clock& clock)
      : options(std::move(opts)),
        policy(options.http.allow_private, std::move(allowed)),
        settings{options.http, policy, clock} {}

  // Makes the exchange; nothing when it was given up.
  template <typename Answer>
  Result<std::string> make(const HttpMessage& message, bool checked, const AskTerms& terms,
                           Answer answer) const;

  const CallerOptions options;
  const AddressPolicy policy;
  const HttpSettings settings;
};

template <typename Answer>
Result<std::string> Caller::Impl::make(const HttpMessage& message, bool checked,
                                       const AskTerms& terms, Answer answer) const {
  HttpTerms limits;
  limits.timeout =
      std::min(terms.deadline - settings.clock.steady(), Duration{kHttpTimeoutDefaultUs});
  limits.checked = checked;
  limits.body_bytes_max = kAnswersBytesMax;
  limits.keep_headers = true;
  HttpExchange exchange(settings, message, limits);
  set_option(exchange.handle(), CURLOPT_NOPROGRESS, 0L);
  set_option(exchange.handle(), CURLOPT_XFERINFOFUNCTION, &go_on);
  set_option(exchange.handle(), CURLOPT_XFERINFODATA, &terms.given_up);
  const CURLcode code = curl_easy_perform(exchange.handle());
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    return fail(Code::kShutdown, "STOPPED", "the call was given up");
  }
  const auto fault = exchange.fault(code);
  return fault ? error_answer(fault->message) : answer(exchange);
}

Result<std::unique_ptr<Caller>> Caller::open(CallerOptions options, const Clock& clock) {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  DAYBOOK_CHECK(once == CURLE_OK, "curl starts");
  if (!options.actors_endpoint.empty()) {
    DAYBOOK_ASSIGN(options.actors_endpoint, read_actors_endpoint(options.actors_endpoint));
  }
  DAYBOOK_ASSIGN(std::vector<Network> allowed, read_networks(options.http.allowed_networks));
  return std::unique_ptr<Caller>(
      new Caller(std::make_unique<Impl>(std::move(options), std::move(allowed), clock)));
}

Caller::Caller(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Caller::~Caller() = default;

Result<std::string> Caller::http(const JsonValue& call, const AskTerms& terms) const {
  auto message = read_call(call, impl_->options.http.ports);
  if (!message) {
    return error_answer(message.error().text());
  }
  return impl_->make(*message, true, terms, http_answer);
}

Result<std::string> Caller::actor(const JsonValue& call, const AskTerms& terms) const {
  if (impl_->options.actors_endpoint.empty()) {
    return error_answer("messageActor is not offered here: the server has no actors endpoint");
  }
  auto message = read_actor_call(call, impl_->options.actors_endpoint);
  if (!message) {
    return error_answer(message.error().text());
  }
  return impl_->make(*message, false, terms, actor_answer);
}

}  // namespace daybook::components
