#include "tools/daybook/json_text.h"

#include <algorithm>

#include <boost/json.hpp>

#include "tools/daybook/exact_json.h"

namespace daybook::cli {

namespace {

constexpr std::size_t kLineElementsMax = 8;

bool is_short_line(const boost::json::array& array) {
  return array.size() <= kLineElementsMax &&
         std::none_of(array.begin(), array.end(),
                      [](const auto& v) { return !is_scalar(v) || v.is_string(); });
}

// Bytes of the character there that a terminal would obey though JSON may hold it as it is: DEL, C1
// controls, line separators, and the marks that turn the direction of writing. Else 0.
std::size_t obeyed(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto within = [](unsigned b, unsigned first, unsigned last) {
    return b >= first && b <= last;
  };
  if (byte(0) == 0x7f) {
    return 1;
  }
  if ((byte(0) == 0xc2 && within(byte(1), 0x80, 0x9f)) || (byte(0) == 0xd8 && byte(1) == 0x9c)) {
    return 2;
  }
  const bool general = byte(0) == 0xe2 && byte(1) == 0x80 &&
                       (within(byte(2), 0x8e, 0x8f) || within(byte(2), 0xa8, 0xae));
  const bool isolates = byte(0) == 0xe2 && byte(1) == 0x81 && within(byte(2), 0xa6, 0xa9);
  return general || isolates ? 3 : 0;
}

void append_escape(std::string& out, std::string_view character) {
  constexpr std::string_view kHex = "0123456789abcdef";
  unsigned code = 0;
  for (const char c : character) {
    const auto byte = static_cast<unsigned char>(c);
    const bool first = &c == character.data();
    code = first ? byte & (0xffU >> character.size()) : code << 6 | (byte & 0x3fU);
  }
  code = character.size() == 1 ? 0x7f : code;
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) {
    out += kHex[code >> shift & 15U];
  }
}

// They stand in texts only, where an escape says the same.
std::string harmless(const std::string& json) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t bytes = obeyed(std::string_view(json).substr(at, 3));
    if (bytes > 0) {
      append_escape(out, std::string_view(json).substr(at, bytes));
    } else {
      out += json[at];
    }
    at += std::max<std::size_t>(bytes, 1);
  }
  return out;
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
