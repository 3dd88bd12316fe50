#include "tools/daybook/client.h"

#include <algorithm>
#include <cstdint>
#include <new>

#include <boost/json.hpp>
#include <curl/curl.h>

#include "tools/daybook/exact_json.h"
#include "tools/daybook/exit_code.h"
#include "tools/daybook/table.h"

namespace daybook::cli {

namespace {

// A page has 8 MiB (kPageBytesMax), or one row that is larger. Whatever answers, this is the end.
constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 20;

struct HeaderList {
  curl_slist* list = nullptr;
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* out) {
  auto& body = *static_cast<std::string*>(out);
  if (body.size() + size * count > kAnswerBytesMax) {
    return 0;
  }
  try {
    body.append(data, size * count);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return size * count;
}

// "unix:/run/daybook.sock".
constexpr std::string_view kUnixAddress = "unix:";

Code code_of(long status) {
  switch (status) {
    case 400:
      return Code::kMalformed;
    case 401:
      return Code::kUnauthorized;
    case 403:
      return Code::kDenied;
    case 404:
      return Code::kNotFound;
    case 409:
      return Code::kConflict;
    case 413:
      return Code::kTooLarge;
    case 415:
      return Code::kUnsupported;
    case 422:
      return Code::kInvalid;
    case 429:
      return Code::kExhausted;
    case 503:
      return Code::kUnavailable;
    case 507:
      return Code::kNoSpace;
    default:
      return Code::kInternal;
  }
}

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

// A fault of a component: its place, what is wrong, and below the line with a caret.
std::string at_its_place(const boost::json::object& details, const std::string& message) {
  const std::string snippet = text_member(details, "snippet");
  const std::int64_t column = number_member(details, "column");
  std::string out = text_member(details, "source") + ":" +
                    std::to_string(number_member(details, "line")) + ":" + std::to_string(column) +
                    ": " + message;
  if (!snippet.empty() && column > 0) {
    const auto before = std::min<std::size_t>(static_cast<std::size_t>(column) - 1, snippet.size());
    out += "\n  " + snippet + "\n  " + std::string(before, ' ') + "^";
  }
  return out;
}

// One of a problem's errors; what it leaves out is as in `whole`.
Error error_in(const boost::json::object& one, const Error& whole) {
  Error out = whole;
  if (std::string code = text_member(one, "code"); !code.empty()) {
    out.reason = one_line(code);
  }
  if (std::string message = text_member(one, "message"); !message.empty()) {
    out.message = std::move(message);
  }
  const auto* details = one.if_contains("details");
  if (details != nullptr && details->is_object()) {
    out.field = one_line(text_member(details->get_object(), "field"));
    if (number_member(details->get_object(), "line") > 0) {
      out.message = at_its_place(details->get_object(), out.message);
      out.field.clear();
    }
  }
  return out;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string escape_segment(std::string_view id, bool keep_slashes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : id) {
    if (is_unreserved(c) || (keep_slashes && c == '/')) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::string with_query(std::string path, const Query& query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    if (!value.empty()) {
      path += separator + escape_segment(name) + '=' + escape_segment(value);
      separator = '&';
    }
  }
  return path;
}

std::vector<Error> errors_of(long status, std::string_view body) {
  Error whole = make_error(code_of(status), "HTTP_" + std::to_string(status),
                           "the server answered with status " + std::to_string(status));
  const auto value = parse_json(body, "");
  if (!value || !value->is_object()) {
    return {std::move(whole)};
  }
  const auto& problem = value->get_object();
  if (std::string detail = text_member(problem, "detail"); !detail.empty()) {
    whole.message = std::move(detail);
  }
  std::vector<Error> out;
  const auto* errors = problem.if_contains("errors");
  if (errors != nullptr && errors->is_array()) {
    for (const auto& one : errors->get_array()) {
      if (one.is_object()) {
        out.push_back(error_in(one.get_object(), whole));
      }
    }
  }
  if (out.empty()) {
    out.push_back(std::move(whole));
  }
  return out;
}

Error error_of(long status, std::string_view body) {
  std::vector<Error> errors = errors_of(status, body);
  Error out = errors.front();
  if (errors.size() > 1) {
    out.message = std::to_string(errors.size()) + " problems";
    out.field.clear();
    for (const Error& error : errors) {
      out.message += "\n" + error.text();
    }
  }
  return out;
}

struct Client::Impl {
  ClientOptions options;
  CURL* curl = nullptr;
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { curl_easy_cleanup(curl); }

  Error unreachable(CURLcode code) const {
    return make_error(Code::kUnavailable, kReasonUnreachable,
                      "no answer from " + options.server + ": " + curl_easy_strerror(code) +
                          "; is `daybook serve` running, and does --server or DAYBOOK_SERVER "
                          "name its address?");
  }

  std::string how_to_log_in() const {
    return (options.token.empty()
                ? "; no token was sent: "
                : "; the token that was sent is of " + options.token_from + ": ") +
           "log in with `daybook login`, or set DAYBOOK_TOKEN";
  }
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

const std::string& Client::server() const {
  return impl_->options.server;
}

Result<Client> Client::connect_to(ClientOptions options) {
  while (!options.server.empty() && options.server.back() == '/') {
    options.server.pop_back();
  }
  if (!options.server.starts_with("http://") && !options.server.starts_with("https://") &&
      !options.server.starts_with(kUnixAddress)) {
    return fail(Code::kInvalid, "BAD_ADDRESS",
                "'" + options.server +
                    "' is not an address like http://127.0.0.1:7070 or unix:/run/daybook.sock",
                "--server");
  }
  if (options.token.find_first_of("\r\n") != std::string::npos) {
    return fail(Code::kInvalid, "BAD_TOKEN", "the token holds a line end", "DAYBOOK_TOKEN");
  }
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  impl->curl = curl_easy_init();
  if (impl->curl == nullptr) {
    return fail(Code::kInternal, "CURL", "libcurl does not start");
  }
  return Client(std::move(impl));
}

Result<Response> Client::send(std::string_view method, const std::string& target,
                              const std::optional<std::string>& body,
                              const std::vector<std::string>& headers) {
  CURL* curl = impl_->curl;
  const ClientOptions& options = impl_->options;
  const bool is_local = options.server.starts_with(kUnixAddress);
  const std::string url = (is_local ? "http://localhost" : options.server) + target;
  const std::string verb(method);
  HeaderList lines;
  lines.add("Accept: application/json");
  lines.add("Expect:");  // a body is small: do not wait for 100 Continue
  if (!options.token.empty()) {
    lines.add("Authorization: Bearer " + options.token);
  }
  lines.add(body ? "Content-Type: application/json"
                 : "Content-Type:");  // not libcurl's own default
  for (const std::string& header : headers) {
    lines.add(header);
  }
  Response response;
  curl_easy_reset(curl);  // keeps the connection
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (is_local) {
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, options.server.c_str() + kUnixAddress.size());
  }
  if (!options.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, verb.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.list);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response.body);
  if (body) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
  } else if (verb == "POST" || verb == "PUT") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
  }
  if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) {
    if (code == CURLE_WRITE_ERROR) {
      return fail(Code::kTooLarge, "ANSWER_TOO_LARGE",
                  options.server + " answers more than the command line takes");
    }
    return fail(impl_->unreachable(code));
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response.status);
  return response;
}

Result<boost::json::value> Client::request(std::string_view method, const std::string& target,
                                           const std::optional<boost::json::value>& body,
                                           const std::vector<std::string>& headers) {
  std::optional<std::string> text;
  if (body) {
    text = to_text(*body);
  }
  DAYBOOK_ASSIGN(const Response response, send(method, target, text, headers));
  if (response.status < 200 || response.status >= 300) {
    Error error = error_of(response.status, response.body);
    if (error.code == Code::kUnauthorized) {
      error.message += impl_->how_to_log_in();
    }
    return fail(std::move(error));
  }
  if (response.body.empty()) {
    return boost::json::value(nullptr);
  }
  auto value = parse_json(response.body, "");
  if (!value) {
    return fail(Code::kInternal, "BAD_ANSWER",
                "what " + server() + " answered is " + value.error().message);
  }
  return value;
}

}  // namespace daybook::cli
