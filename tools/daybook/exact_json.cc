#include "tools/daybook/exact_json.h"

#include <array>
#include <charconv>

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include "base/limits/json.h"

namespace daybook::cli {
namespace {

using boost::json::error_code;
using boost::json::string_view;

// Names of members are UTF-8; this byte is none.
constexpr std::string_view kExactNumber = "\xff";

const boost::json::string* exact_number(const boost::json::value& value) {
  const auto* object = value.if_object();
  const bool marked = object != nullptr && object->size() == 1 &&
                      std::string_view(object->begin()->key()) == kExactNumber;
  return marked ? object->begin()->value().if_string() : nullptr;
}

std::string double_text(double number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return {digits.data(), end.ptr};
}

// Builds the tree.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  boost::json::value_stack stack;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t size, error_code&) {
    stack.push_object(size);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) {
    stack.push_array(size);
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    stack.push_key(part);
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(string_view part, std::size_t, error_code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(string_view part, error_code&) {
    number_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t number, string_view part, error_code&) {
    return add(number, std::to_string(number), part);
  }
  bool on_uint64(std::uint64_t number, string_view part, error_code&) {
    return add(number, std::to_string(number), part);
  }
  bool on_double(double number, string_view part, error_code&) {
    return add(number, double_text(number), part);
  }
  bool on_bool(bool value, error_code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  template <typename Number>
  bool add(Number number, const std::string& written, string_view part) {
    number_.append(part.data(), part.size());
    if (number_ != written) {
      stack.push_key(kExactNumber);
      stack.push_string(number_);
      stack.push_object(1);
    } else if constexpr (std::is_same_v<Number, double>) {
      stack.push_double(number);
    } else if constexpr (std::is_same_v<Number, std::int64_t>) {
      stack.push_int64(number);
    } else {
      stack.push_uint64(number);
    }
    number_.clear();
    return true;
  }

  std::string number_;
};

void append(std::string& out, const boost::json::value& value) {
  if (const auto* number = exact_number(value)) {
    out += *number;
  } else if (const auto* object = value.if_object()) {
    out += '{';
    for (const auto& member : *object) {
      out += out.back() == '{' ? "" : ",";
      out += boost::json::serialize(boost::json::string_view(member.key())) + ":";
      append(out, member.value());
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      out += i == 0 ? "" : ",";
      append(out, (*array)[i]);
    }
    out += ']';
  } else if (value.is_double()) {
    out += double_text(value.get_double());  // Boost.JSON writes 12.5 as 1.25E1
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

Result<boost::json::value> parse_json(std::string_view text, std::string_view field) {
  boost::json::parse_options limits;
  limits.max_depth = kJsonDocumentDepthMax;
  boost::json::basic_parser<Builder> parser(limits);
  parser.handler().stack.reset();
  error_code bad;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), bad);
  if (!bad && read < text.find_last_not_of(" \t\r\n") + 1) {
    bad = boost::json::error::extra_data;
  }
  if (bad) {
    return fail(Code::kMalformed, "BAD_JSON",
                "not JSON at byte " + std::to_string(read + 1) + ": " + bad.message(), field);
  }
  return parser.handler().stack.release();
}

std::string to_text(const boost::json::value& value) {
  std::string out;
  append(out, value);
  return out;
}

bool is_scalar(const boost::json::value& value) {
  return !value.is_structured() || exact_number(value) != nullptr;
}

}  // namespace daybook::cli
