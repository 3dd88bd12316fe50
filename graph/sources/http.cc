// A JSON document at an address that the operator configured. It is the operator's own word, so the
// address rules of http components do not hold here; redirects are not followed. Messages do not
// show the address, which may hold a password.
#include <algorithm>

#include <curl/curl.h>

#include "base/check.h"
#include "base/limits/components.h"
#include "graph/json_read.h"
#include "graph/limits.h"
#include "graph/sources/conform.h"
#include "graph/sources/sources.h"
#include "graph/sources/whole_source.h"

namespace daybook::graph::sources {
namespace {

template <typename Setting>
void set(CURL* easy, CURLoption option, Setting value) {
  DAYBOOK_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK, "curl takes its options");
}

// One GET, on the caller's thread.
class Fetch {
 public:
  Fetch(const std::string& url, const std::vector<std::pair<std::string, std::string>>& headers,
        Duration left)
      : easy_(curl_easy_init()) {
    DAYBOOK_CHECK(easy_ != nullptr, "curl makes a handle");
    const long ms = static_cast<long>(std::max<std::int64_t>(left.value / 1000, 1));
    const long connect_ms = static_cast<long>(kHttpConnectTimeoutUs / 1000);
    set(easy_, CURLOPT_URL, url.c_str());
    set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy_, CURLOPT_PROXY, "");
    set(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(easy_, CURLOPT_NOSIGNAL, 1L);
    set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(easy_, CURLOPT_TIMEOUT_MS, ms);
    set(easy_, CURLOPT_CONNECTTIMEOUT_MS, std::min(ms, connect_ms));
    set(easy_, CURLOPT_QUICK_EXIT, 1L);  // the deadline does not wait for a name server
    set(easy_, CURLOPT_ERRORBUFFER, error_);
    set(easy_, CURLOPT_WRITEFUNCTION, &Fetch::take_body);
    set(easy_, CURLOPT_WRITEDATA, this);
    set(easy_, CURLOPT_HEADERFUNCTION, &Fetch::take_header);
    set(easy_, CURLOPT_HEADERDATA, this);
    add_header("Accept: application/json");
    add_header("User-Agent: daybook");
    for (const auto& [name, value] : headers) {
      add_header(std::string(name).append(": ").append(value));
    }
    set(easy_, CURLOPT_HTTPHEADER, headers_);
  }
  ~Fetch() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
  }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  // The body, or why there is none.
  tl::expected<std::string, std::string> run() {
    const CURLcode code = curl_easy_perform(easy_);
    if (too_large_) {
      return tl::unexpected<std::string>("the answer is over the limit of 64 MiB");
    }
    if (code != CURLE_OK) {
      return tl::unexpected<std::string>(error_[0] != '\0' ? error_ : curl_easy_strerror(code));
    }
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status >= 300) {
      return tl::unexpected<std::string>("the source answered with status " +
                                         std::to_string(status));
    }
    return std::move(body_);
  }

 private:
  void add_header(const std::string& line) {
    auto* longer = curl_slist_append(headers_, line.c_str());
    DAYBOOK_CHECK(longer != nullptr, "curl takes a header");
    headers_ = longer;
  }
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto* fetch = static_cast<Fetch*>(self);
    if (fetch->body_.size() + size * count > kSourceBytesMax) {
      fetch->too_large_ = true;
      return 0;
    }
    fetch->body_.append(data, size * count);
    return size * count;
  }
  static std::size_t take_header(char*, std::size_t size, std::size_t count, void* self) {
    auto* fetch = static_cast<Fetch*>(self);
    fetch->header_bytes_ += size * count;
    fetch->too_large_ = fetch->too_large_ || fetch->header_bytes_ > kAnswerHeaderBytesMax;
    return fetch->too_large_ ? 0 : size * count;
  }

  CURL* const easy_;
  curl_slist* headers_ = nullptr;
  std::string body_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  char error_[CURL_ERROR_SIZE] = {};
};

class HttpSet final : public WholeSource {
 public:
  explicit HttpSet(SetConfig config)
      : WholeSource(std::move(config.schema)),
        url_(std::move(config.url)),
        headers_(std::move(config.headers)) {}

 private:
  Result<std::vector<Value>> read(const Ask& ask) const override {
    DAYBOOK_TRY(check_deadline(ask.clock, ask.deadline));
    auto body = Fetch(url_, headers_, ask.deadline - ask.clock.steady()).run();
    if (!body) {
      return source_error(schema(), body.error());
    }
    auto document = read_json(*body);
    if (!document) {
      return source_error(schema(), "the answer is " + document.error().message);
    }
    return rows_of(*document);
  }

  // [...] or {"items": [...]}.
  Result<std::vector<Value>> rows_of(const Value& document) const {
    const Value* items = document.member("items");
    const auto* list = (items != nullptr ? *items : document).get<Value::List>();
    if (list == nullptr) {
      return source_error(schema(), "the answer is neither an array nor an object with items");
    }
    std::vector<Value> out;
    for (std::size_t i = 0; i < list->size() && i <= kGraphScanMax; ++i) {
      DAYBOOK_ASSIGN(Value row, conform((*list)[i], schema(), "row " + std::to_string(i + 1)));
      out.push_back(std::move(row));
    }
    return out;
  }

  std::string url_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

}  // namespace

std::unique_ptr<Set> http(SetConfig config) {
  curl_global_init(CURL_GLOBAL_DEFAULT);  // counted; by the thread that starts the server
  return std::make_unique<HttpSet>(std::move(config));
}

}  // namespace daybook::graph::sources
