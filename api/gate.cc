#include "api/gate.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/hex.h"
#include "base/limits/http.h"
#include "base/utf8.h"

namespace daybook::api {
namespace {

constexpr std::string_view kEnd = "\r\n";

tl::unexpected<Problem> bad(std::string_view message) {
  return refuse(Problem(400, "MALFORMED_REQUEST", message));
}

constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Digits, letters, and these.
constexpr std::array<bool, 256> characters(std::string_view others) {
  std::array<bool, 256> out{};
  for (std::size_t c = 0; c < out.size(); ++c) {
    const auto character = static_cast<char>(c);
    out[c] = is_digit(character) || is_alpha(character) ||
             others.find(character) != std::string_view::npos;
  }
  return out;
}

// tchar of RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> kTokenCharacters = characters("!#$%&'*+-.^_`|~");
// pchar, '/', '?' and '%' of RFC 3986; no fragment, no quotes, no backslash.
constexpr std::array<bool, 256> kTargetCharacters = characters("-._~!$&'()*+,;=:@/?%");

bool all_of(const std::array<bool, 256>& characters, std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return characters[static_cast<unsigned char>(c)]; });
}

bool is_token(std::string_view text) {
  return !text.empty() && all_of(kTokenCharacters, text);
}

Method method_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Method>, 7> kMethods{
      {{"GET", Method::kGet},
       {"HEAD", Method::kHead},
       {"POST", Method::kPost},
       {"PUT", Method::kPut},
       {"DELETE", Method::kDelete},
       {"PATCH", Method::kPatch},
       {"OPTIONS", Method::kOther}}};
  for (const auto& [text, method] : kMethods) {
    if (text == name) {
      return method;
    }
  }
  return Method::kOther;
}

bool is_known_method(std::string_view name) {
  return name == "OPTIONS" || method_of(name) != Method::kOther;
}

Answer<Head> check_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || last == first ||
      line.substr(first + 1, last - first - 1).find(' ') != std::string_view::npos) {
    return bad("the request line is not: method, target, version");
  }
  const auto method = line.substr(0, first);
  const auto version = line.substr(last + 1);
  Head head;
  head.target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) {
    return bad("the method is not a token");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return refuse(
        Problem(505, "VERSION_NOT_SUPPORTED", "the version is neither HTTP/1.1 nor HTTP/1.0"));
  }
  if (!is_known_method(method)) {
    return refuse(Problem(501, "METHOD_UNKNOWN", "the method is not known"));
  }
  head.method = method_of(method);
  head.http10 = version == "HTTP/1.0";
  head.keep_alive = !head.http10;
  if (head.target.size() > kHttpTargetBytesMax) {
    return refuse(Problem(414, "TARGET_TOO_LONG", "the target is over the limit"));
  }
  if (!head.target.starts_with('/') || head.target.starts_with("//")) {
    return bad("the target is not a path on this server");
  }
  if (!all_of(kTargetCharacters, head.target)) {
    return bad("the target holds a character that must be percent-encoded");
  }
  const auto mark = head.target.find('?');
  head.query = mark == std::string_view::npos ? std::string_view() : head.target.substr(mark + 1);
  DAYBOOK_ASSIGN(head.route_path, decode_path(head.target.substr(0, mark)));
  head.path = head.route_path;
  std::replace(head.path.begin(), head.path.end(), kHiddenSlash, '/');
  return head;
}

// CR or LF alone, or a NUL: a line ends with both or it does not end.
bool has_bare_end(std::string_view raw) {
  char before = 0;
  for (const char c : raw) {
    if (c == '\0' || (before == '\r') != (c == '\n')) {
      return true;
    }
    before = c;
  }
  return before == '\r';
}

Answer<HeaderField> check_field(std::string_view line) {
  const auto colon = line.find(':');
  // A line that starts with white space would continue the one before (obs-fold): its "name" is
  // no token either.
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return bad("a header line is not: name, colon, value");
  }
  auto value = line.substr(colon + 1);
  const auto first = value.find_first_not_of(" \t");
  value = first == std::string_view::npos
              ? std::string_view()
              : value.substr(first, value.find_last_not_of(" \t") - first + 1);
  if (!std::all_of(value.begin(), value.end(),
                   [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); })) {
    return bad("a header value holds a character that is not printable ASCII");
  }
  return HeaderField{line.substr(0, colon), value};
}

// Those that name one thing: a second one is a trap for whoever reads only the first or the last.
constexpr std::array<std::string_view, 15> kOnlyOnce{"host",
                                                     "content-length",
                                                     "transfer-encoding",
                                                     "content-type",
                                                     "content-encoding",
                                                     "expect",
                                                     "origin",
                                                     "authorization",
                                                     "last-event-id",
                                                     "idempotency-key",
                                                     "daybook-min-seq",
                                                     "content-range",
                                                     "upgrade",
                                                     "sec-websocket-key",
                                                     "sec-websocket-version"};

Status check_repeats(const Head& head) {
  std::array<std::size_t, kOnlyOnce.size()> counts{};
  for (const HeaderField& field : head.fields) {
    const auto found = std::find_if(kOnlyOnce.begin(), kOnlyOnce.end(), [&](std::string_view name) {
      return same_word(field.name, name);
    });
    if (found != kOnlyOnce.end()) {
      ++counts[static_cast<std::size_t>(found - kOnlyOnce.begin())];
    }
  }
  const auto repeated =
      std::find_if(counts.begin(), counts.end(), [](std::size_t count) { return count > 1; });
  if (repeated != counts.end()) {
    return fail(Code::kMalformed, "MALFORMED_REQUEST", "a header that may stand once is repeated",
                kOnlyOnce[static_cast<std::size_t>(repeated - counts.begin())]);
  }
  return {};
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

// Splits "name", "name:port", "[v6]", "[v6]:port"; false when it is none of them.
bool split_host(std::string_view value, std::string_view& host) {
  std::string_view port;
  if (value.starts_with('[')) {
    const auto close = value.find(']');
    if (close == std::string_view::npos) {
      return false;
    }
    host = value.substr(0, close + 1);
    const auto rest = value.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') {
      return false;
    }
    port = rest.empty() ? rest : rest.substr(1);
    const auto inside = host.substr(1, host.size() - 2);
    return is_port(port) && !inside.empty() &&
           std::all_of(inside.begin(), inside.end(),
                       [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; });
  }
  const auto colon = value.find(':');
  host = value.substr(0, colon);
  port = colon == std::string_view::npos ? std::string_view() : value.substr(colon + 1);
  return is_port(port) && !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
           return is_digit(c) || is_alpha(c) || c == '-' || c == '.' || c == '_';
         });
}

Status check_host(const Head& head) {
  std::string_view host;
  if (!head.has("Host")) {
    return fail(Code::kMalformed, "MALFORMED_REQUEST", "the Host header is missing", "Host");
  }
  if (!split_host(head.find("Host"), host)) {
    return fail(Code::kMalformed, "MALFORMED_REQUEST", "the Host header is not a host", "Host");
  }
  return {};
}

Answer<bool> check_length(Head& head) {
  const auto text = head.find("Content-Length");
  const bool plain = !text.empty() && text.size() <= 18 &&
                     std::all_of(text.begin(), text.end(), is_digit) &&
                     (text.size() == 1 || text.front() != '0');
  if (!plain) {
    return bad("Content-Length is not a plain number");
  }
  std::from_chars(text.data(), text.data() + text.size(), head.length);
  if (head.length > kHttpBodyBytesMax) {
    return refuse(Code::kTooLarge, "BODY_TOO_LARGE", "the body is over the limit");
  }
  head.framing = head.length > 0 ? Framing::kLength : Framing::kNone;
  return true;
}

Answer<bool> check_framing(Head& head) {
  const bool has_length = head.has("Content-Length");
  if (head.has("Transfer-Encoding")) {
    if (has_length) {
      return bad("both Content-Length and Transfer-Encoding");
    }
    if (head.http10) {
      return bad("HTTP/1.0 knows no Transfer-Encoding");
    }
    if (!same_word(head.find("Transfer-Encoding"), "chunked")) {
      return bad("Transfer-Encoding is not exactly chunked");
    }
    head.framing = Framing::kChunked;
  } else if (has_length) {
    DAYBOOK_TRY(check_length(head));
  }
  const bool bodiless =
      head.method == Method::kGet || head.method == Method::kHead || head.method == Method::kDelete;
  if (bodiless && head.framing != Framing::kNone) {
    return bad("a request of this method has no body");
  }
  return true;
}

// Connection is a list of tokens; the only ones that matter here are close and keep-alive.
void read_connection(Head& head) {
  for (const HeaderField& field : head.fields) {
    if (!same_word(field.name, "Connection")) {
      continue;
    }
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      auto word = rest.substr(0, comma);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
      while (!word.empty() && (word.front() == ' ' || word.front() == '\t')) {
        word.remove_prefix(1);
      }
      while (!word.empty() && (word.back() == ' ' || word.back() == '\t')) {
        word.remove_suffix(1);
      }
      if (same_word(word, "close")) {
        head.keep_alive = false;
        return;
      }
      head.keep_alive = head.keep_alive || same_word(word, "keep-alive");
    }
  }
}

Answer<bool> read_expect(Head& head) {
  if (!head.has("Expect")) {
    return true;
  }
  if (!same_word(head.find("Expect"), "100-continue")) {
    return refuse(Problem(417, "EXPECTATION_FAILED", "the only expectation known is 100-continue"));
  }
  head.expects_continue = !head.http10 && head.framing != Framing::kNone;
  return true;
}

}  // namespace

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOther:
      break;
  }
  return "OTHER";
}

std::string_view Head::find(std::string_view name) const {
  for (const HeaderField& field : fields) {
    if (same_word(field.name, name)) {
      return field.value;
    }
  }
  return {};
}

bool Head::has(std::string_view name) const {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const HeaderField& f) { return same_word(f.name, name); });
}

bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  out.clear();
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return false;
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return true;
}

namespace {

// `decoded` is what became of `path`, whose escapes are whole.
void hide_encoded_slashes(std::string_view path, std::string& decoded) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < path.size(); ++i, ++at) {
    if (path[i] == '%') {
      decoded[at] = decoded[at] == '/' ? kHiddenSlash : decoded[at];
      i += 2;
    }
  }
}

}  // namespace

Answer<std::string> decode_path(std::string_view path) {
  std::string out;
  if (!percent_decode(path, false, out)) {
    return bad("the path holds a broken percent escape");
  }
  const bool control = std::any_of(out.begin(), out.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (control || out.find('\\') != std::string::npos || find_bad_utf8(out)) {
    return bad("the path holds a character that no path may hold");
  }
  std::string_view rest = out;
  while (!rest.empty()) {
    const auto slash = rest.find('/');
    const auto segment = rest.substr(0, slash);
    if (segment == "." || segment == "..") {
      return bad("the path holds a dot segment");
    }
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  hide_encoded_slashes(path, out);
  return out;
}

bool is_loopback_host(std::string_view value) {
  std::string_view host;
  if (!split_host(value, host)) {
    return false;
  }
  if (same_word(host, "localhost") || host == "[::1]") {
    return true;
  }
  // 127.0.0.0/8 as four decimal numbers; a name like 127.example.org is not one.
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
}

Answer<Head> check_head(std::string_view raw) {
  if (raw.size() > kHttpHeaderBytesMax) {
    return refuse(Problem(431, "HEADER_TOO_LARGE", "the header is over the limit"));
  }
  if (has_bare_end(raw)) {
    return bad("the header holds a bare line end or a NUL");
  }
  const auto line_end = raw.find(kEnd);
  if (line_end == std::string_view::npos || !raw.ends_with("\r\n\r\n")) {
    return bad("the header has no end");
  }
  DAYBOOK_ASSIGN(Head head, check_request_line(raw.substr(0, line_end)));
  constexpr std::size_t kFew = 8;  // of most clients: all of them in one piece of memory
  head.fields.reserve(kFew);
  raw.remove_prefix(line_end + kEnd.size());
  while (!raw.starts_with(kEnd)) {
    const auto end = raw.find(kEnd);
    if (head.fields.size() == kHttpHeadersMax) {
      return refuse(Problem(431, "TOO_MANY_HEADERS", "the request has more headers than it may"));
    }
    DAYBOOK_ASSIGN(const HeaderField field, check_field(raw.substr(0, end)));
    head.fields.push_back(field);
    raw.remove_prefix(end + kEnd.size());
  }
  if (raw.size() != kEnd.size()) {
    return bad("bytes follow the end of the header");
  }
  DAYBOOK_TRY(check_repeats(head));
  DAYBOOK_TRY(check_host(head));
  DAYBOOK_TRY(check_framing(head));
  DAYBOOK_TRY(read_expect(head));
  read_connection(head);
  return head;
}

}  // namespace daybook::api
