// Reads JSON (RFC 8259) that others wrote, strictly, and reports it piece by piece; numbers arrive
// as exact decimals, never as binary fractions.
//
// A handler has these members, which answer false to stop the reading; it keeps its own reason:
//   bool null();
//   bool boolean(bool value);
//   bool number(const Decimal& value);
//   bool far_number(std::string_view text);  // beyond what a Decimal holds; as it stands
//   bool string(std::string&& value);
//   bool begin_object();  bool key(std::string&& name);  bool end_object();
//   bool begin_array();   bool end_array();
// A name may come twice in one object: both are reported, and the last one should win.
//
// Nothing is read but one value with white space around it; texts are UTF-8 without lone
// surrogates. Depth costs no stack. Any thread; handlers must not throw.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits/json.h"
#include "base/limits/resources.h"
#include "base/result.h"
#include "components/reactor/decimal.h"

namespace daybook::reactor {

struct JsonLimits {
  std::size_t bytes_max = kResultBytesMax;
  std::size_t depth_max = static_cast<std::size_t>(kJsonDepthMax);  // arrays and objects, nested
};

// The words of a JSON text. Errors are kept, and name the byte, counted from 0.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  // The next character that is no white space, not taken; NUL at the end.
  char peek();
  // Takes `c` when it is the next.
  bool take(char c);
  // Each takes what it names, or leaves an error and answers false.
  bool literal(std::string_view word);
  // Nothing in `out` when the number is beyond what a Decimal holds.
  bool number(std::optional<Decimal>& out, std::string_view& text);
  bool string(std::string& out);
  // Whether only white space is left; else leaves an error.
  bool end();

  // Leaves an error at the next character; always false.
  bool refuse(std::string_view what);
  const std::string& problem() const { return problem_; }

 private:
  bool escape(std::string& out);
  bool hex4(unsigned& out);
  std::size_t digits();

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
};

namespace detail {

// Sizes and UTF-8, before the first word is read.
Status check_json_bytes(std::string_view text, const JsonLimits& limits, std::string_view field);

// Turns words into calls; the stack is explicit.
template <typename Handler>
class JsonReader {
 public:
  JsonReader(std::string_view text, std::size_t depth_max, Handler& handler)
      : scanner_(text), depth_max_(depth_max), handler_(handler) {}

  bool read() {
    do {
      if (!value() || !close()) {
        return false;
      }
    } while (!open_.empty());
    return scanner_.end();
  }

  // Empty when the handler stopped.
  const std::string& problem() const { return scanner_.problem(); }

 private:
  // One value, or the beginnings of several down to the first that has no parts.
  bool value() {
    for (;;) {
      const char c = scanner_.peek();
      if (c != '{' && c != '[') {
        return scalar(c);
      }
      if (open_.size() == depth_max_) {
        return scanner_.refuse("nested too deep");
      }
      scanner_.take(c);
      open_.push_back(c);
      if (!(c == '{' ? handler_.begin_object() : handler_.begin_array())) {
        return false;
      }
      if (scanner_.peek() == closing(c)) {
        return true;
      }
      if (c == '{' && !name()) {
        return false;
      }
    }
  }

  bool scalar(char c) {
    switch (c) {
      case 'n':
        return scanner_.literal("null") && handler_.null();
      case 't':
        return scanner_.literal("true") && handler_.boolean(true);
      case 'f':
        return scanner_.literal("false") && handler_.boolean(false);
      case '"': {
        std::string text;
        return scanner_.string(text) && handler_.string(std::move(text));
      }
      default: {
        std::optional<Decimal> number;
        std::string_view text;
        return scanner_.number(number, text) &&
               (number ? handler_.number(*number) : handler_.far_number(text));
      }
    }
  }

  bool name() {
    std::string text;
    if (scanner_.peek() != '"') {
      return scanner_.refuse("a name is expected");
    }
    if (!scanner_.string(text) || !handler_.key(std::move(text))) {
      return false;
    }
    return scanner_.peek() == ':' ? scanner_.take(':') : scanner_.refuse("a colon is expected");
  }

  // Ends all that ends here, up to the comma before the next value.
  bool close() {
    while (!open_.empty()) {
      const char kind = open_.back();
      if (scanner_.peek() == closing(kind)) {
        scanner_.take(closing(kind));
        open_.pop_back();
        if (!(kind == '{' ? handler_.end_object() : handler_.end_array())) {
          return false;
        }
        continue;
      }
      if (scanner_.peek() != ',') {
        return scanner_.refuse(kind == '{' ? "a comma or } is expected"
                                           : "a comma or ] is expected");
      }
      scanner_.take(',');
      return kind == '[' || name();
    }
    return true;
  }

  static char closing(char kind) { return kind == '{' ? '}' : ']'; }

  JsonScanner scanner_;
  std::size_t depth_max_;
  Handler& handler_;
  std::vector<char> open_;
};

}  // namespace detail

// Errors: BAD_JSON with the byte, JSON_TOO_LARGE, and JSON_STOPPED when the handler did.
template <typename Handler>
Status read_json(std::string_view text, Handler& handler, const JsonLimits& limits = {},
                 std::string_view field = {}) {
  DAYBOOK_TRY(detail::check_json_bytes(text, limits, field));
  detail::JsonReader<Handler> reader(text, limits.depth_max, handler);
  if (reader.read()) {
    return {};
  }
  if (reader.problem().empty()) {
    return fail(Code::kInvalid, "JSON_STOPPED", "The value is not acceptable.", field);
  }
  return fail(Code::kMalformed, "BAD_JSON", reader.problem(), field);
}

}  // namespace daybook::reactor
