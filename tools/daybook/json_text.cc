#include "tools/daybook/json_text.h"

#include <algorithm>
#include <cstdint>

#include <boost/json.hpp>

#include "base/utf8.h"
#include "tools/daybook/exact_json.h"

namespace daybook::cli {

namespace {

constexpr std::size_t kLineElementsMax = 8;

bool is_short_line(const boost::json::array& array) {
  return array.size() <= kLineElementsMax &&
         std::none_of(array.begin(), array.end(),
                      [](const auto& v) { return !is_scalar(v) || v.is_string(); });
}

void append_escape(std::string& out, std::uint32_t code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) {
    out += kHex[code >> shift & 15U];
  }
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
    out += to_text(array);
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
  if (is_scalar(value)) {
    out += to_text(value);
  } else if (value.is_object()) {
    append_object(out, value.get_object(), indent);
  } else {
    append_array(out, value.get_array(), indent);
  }
}

}  // namespace

// What a terminal would obey though JSON may hold it as it is: in texts only, where an escape says
// the same. What is not UTF-8 stays.
std::string harmless(std::string_view json) {
  constexpr std::uint32_t kDelete = 0x7f;  // JSON holds no controls below
  std::string out;
  while (!json.empty()) {
    const Utf8Character c = first_character(json);
    const std::size_t bytes = std::max<std::size_t>(c.bytes, 1);
    if (c.bytes > 0 && c.code >= kDelete && is_unfit_for_a_line(c.code)) {
      append_escape(out, c.code);
    } else {
      out += json.substr(0, bytes);
    }
    json.remove_prefix(bytes);
  }
  return out;
}

std::string to_pretty(const boost::json::value& value) {
  std::string out;
  append(out, value, 0);
  return harmless(out);
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
  return at->is_string() ? std::string(at->get_string()) : to_text(*at);
}

}  // namespace daybook::cli
