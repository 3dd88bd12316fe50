#include "graph/json_read.h"

#include <boost/json/basic_parser_impl.hpp>

#include "base/limits/json.h"

namespace daybook::graph {
namespace {

using boost::json::error_code;
using boost::json::string_view;

// Builds the tree on a stack: what is open, each with the name it gets in what holds it.
struct Builder {
  // NOLINTBEGIN(readability-identifier-naming): the parser asks for these names
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  // NOLINTEND(readability-identifier-naming)

  struct Open {
    Value value;
    std::string key;
  };

  bool put(Value value) {
    if (open.empty()) {
      root = std::move(value);
      return true;
    }
    Value& holder = open.back().value;
    if (auto* list = holder.get<Value::List>()) {
      list->push_back(std::move(value));
      return true;
    }
    auto& members = *holder.get<Value::Record>();
    members.emplace_back(std::move(open.back().key), std::move(value));
    return true;
  }
  bool close() {
    Value done = std::move(open.back().value);
    open.pop_back();
    return put(std::move(done));
  }
  bool number(string_view last, error_code& ec) {
    text.append(last.data(), last.size());
    auto decimal = Decimal::parse(text);
    text.clear();
    if (!decimal) {
      ec = boost::json::error::exponent_overflow;
      return false;
    }
    return put(Value(std::move(*decimal)));
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    open.push_back({Value(Value::Record()), {}});
    return true;
  }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code&) {
    open.push_back({Value(Value::List()), {}});
    return true;
  }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view last, std::size_t, error_code&) {
    text.append(last.data(), last.size());
    open.back().key = std::move(text);
    text.clear();
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_string(string_view last, std::size_t, error_code&) {
    text.append(last.data(), last.size());
    std::string whole = std::move(text);
    text.clear();
    return put(Value(std::move(whole)));
  }
  bool on_number_part(string_view part, error_code&) {
    text.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t, string_view last, error_code& ec) { return number(last, ec); }
  bool on_uint64(std::uint64_t, string_view last, error_code& ec) { return number(last, ec); }
  bool on_double(double, string_view last, error_code& ec) { return number(last, ec); }
  bool on_bool(bool flag, error_code&) { return put(Value(flag)); }
  bool on_null(error_code&) { return put(Value()); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

  std::vector<Open> open;
  std::string text;
  Value root;
};

}  // namespace

Result<Value> read_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kJsonDocumentDepthMax;
  boost::json::basic_parser<Builder> parser(options);
  error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used == text.size()) {
    return std::move(parser.handler().root);
  }
  const std::string why = ec ? ec.message() : "something follows the document";
  return fail(Code::kMalformed, "MALFORMED_JSON",
              "not JSON at byte " + std::to_string(used) + ": " + why);
}

}  // namespace daybook::graph
