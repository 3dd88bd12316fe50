#include "base/json_check.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "base/json_scan.h"
#include "base/limits/json.h"

namespace daybook {
namespace {

using boost::json::error;
using boost::json::error_code;
using boost::json::string_view;

// Sees every token once; keeps nothing but the keys of the objects that are open.
class Checker {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  std::optional<std::string> repeated;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_object_begin(error_code&) {
    starts_.push_back(keys_.size());
    return true;
  }
  bool on_object_end(std::size_t, error_code& ec) {
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(starts_.back());
    std::sort(begin, keys_.end());
    const auto twin = std::adjacent_find(begin, keys_.end());
    if (twin != keys_.end()) {
      repeated = *twin;
      ec = error::syntax;
      return false;
    }
    keys_.resize(starts_.back());
    starts_.pop_back();
    return true;
  }
  bool on_key_part(string_view text, std::size_t, error_code&) {
    key_.append(text.data(), text.size());
    return true;
  }
  bool on_key(string_view text, std::size_t, error_code&) {
    key_.append(text.data(), text.size());
    keys_.push_back(std::move(key_));
    key_.clear();
    return true;
  }
  bool on_string_part(string_view, std::size_t, error_code&) { return true; }
  bool on_string(string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
  bool on_double(double number, string_view, error_code& ec) {
    if (!std::isfinite(number)) {
      ec = error::exponent_overflow;
      return false;
    }
    return true;
  }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  std::vector<std::string> keys_;    // of all open objects, innermost last
  std::vector<std::size_t> starts_;  // where each open object's keys begin
  std::string key_;
};

}  // namespace

Status check_json(std::string_view text, int depth_max) {
  boost::json::parse_options options;
  options.max_depth = static_cast<std::size_t>(depth_max);
  boost::json::basic_parser<Checker> parser(options);
  error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used == text.size()) {
    return {};
  }
  if (parser.handler().repeated) {
    return fail(Code::kMalformed, "DUPLICATE_MEMBER", "a member stands twice in one object",
                *parser.handler().repeated);
  }
  const std::string why = ec ? ec.message() : "something follows the document";
  return fail(Code::kMalformed, "MALFORMED_JSON",
              "not JSON at byte " + std::to_string(used) + ": " + why);
}

Status check_json_depth(std::string_view value, std::string_view field) {
  const char* const end = value.data() + value.size();
  int depth = 0;
  for (const char* at = value.data(); at != end; ++at) {
    if (*at == '"') {
      at = json_string_end(at, end) - 1;
    } else if ((*at | 0x20) == '{') {  // '[' too
      if (++depth > kJsonDepthMax) {
        return fail(Code::kInvalid, "TOO_DEEP",
                    "is nested deeper than " + std::to_string(kJsonDepthMax) + " levels", field);
      }
    } else if ((*at | 0x20) == '}') {
      --depth;
    }
  }
  return {};
}

}  // namespace daybook
