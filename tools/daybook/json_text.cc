#include "tools/daybook/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <boost/json.hpp>

#include "base/limits.h"

namespace daybook::cli {

namespace {

constexpr std::size_t kLineElementsMax = 8;

bool is_short_line(const boost::json::array& array) {
  return array.size() <= kLineElementsMax &&
         std::none_of(array.begin(), array.end(),
                      [](const auto& v) { return v.is_structured() || v.is_string(); });
}

// Boost.JSON prints 12.5 as 1.25E1; people read 12.5.
std::string scalar_text(const boost::json::value& value) {
  if (!value.is_double()) {
    return boost::json::serialize(value);
  }
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.get_double());
  return {digits.data(), end.ptr};
}

void append(std::string& out, const boost::json::value& value, std::size_t indent);

void append_object(std::string& out, const boost::json::object& object, std::size_t indent) {
  if (object.empty()) {
    out += "{}";
    return;
  }
  out += '{';
  const char* separator = "\n";
  for (const auto& member : object) {
    out += separator + std::string(indent + 2, ' ');
    out += boost::json::serialize(boost::json::string(member.key())) + ": ";
    append(out, member.value(), indent + 2);
    separator = ",\n";
  }
  out += '\n' + std::string(indent, ' ') + '}';
}

void append_array(std::string& out, const boost::json::array& array, std::size_t indent) {
  if (is_short_line(array)) {
    out += boost::json::serialize(array);
    return;
  }
  out += '[';
  const char* separator = "\n";
  for (const auto& element : array) {
    out += separator + std::string(indent + 2, ' ');
    append(out, element, indent + 2);
    separator = ",\n";
  }
  out += '\n' + std::string(indent, ' ') + ']';
}

void append(std::string& out, const boost::json::value& value, std::size_t indent) {
  if (value.is_object()) {
    append_object(out, value.get_object(), indent);
  } else if (value.is_array()) {
    append_array(out, value.get_array(), indent);
  } else {
    out += scalar_text(value);
  }
}

}  // namespace

std::string to_pretty(const boost::json::value& value) {
  std::string out;
  append(out, value, 0);
  return out;
}

std::string cell(const boost::json::value& value, std::string_view path) {
  const boost::json::value* at = &value;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const auto* object = at->if_object();
    at = object == nullptr ? nullptr : object->if_contains(name);
    if (at == nullptr) {
      return {};
    }
  }
  if (at->is_null()) {
    return {};
  }
  if (at->is_double()) {  // milliseconds, ratios: more digits say nothing
    return scalar_text(std::round(at->get_double() * 1000) / 1000);
  }
  return at->is_string() ? std::string(at->get_string()) : scalar_text(*at);
}

Result<boost::json::value> parse_json(std::string_view text, std::string_view field) {
  boost::json::stream_parser parser({}, [] {
    boost::json::parse_options limits;
    limits.max_depth = kJsonDepthMax;
    return limits;
  }());
  boost::system::error_code bad;
  const std::size_t read = parser.write_some(text.data(), text.size(), bad);
  if (!bad && read < text.find_last_not_of(" \t\r\n") + 1) {
    bad = boost::json::error::extra_data;
  }
  if (!bad) {
    parser.finish(bad);
  }
  if (bad) {
    return fail(Code::kMalformed, "BAD_JSON",
                "not JSON at byte " + std::to_string(read + 1) + ": " + bad.message(), field);
  }
  return parser.release();
}

}  // namespace daybook::cli
