#include "graph/order.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/hex.h"
#include "graph/filter_lexer.h"
#include "graph/json_read.h"
#include "graph/limits.h"

namespace daybook::graph {
namespace {

constexpr std::size_t kCursorBytesMax = 2048;
constexpr std::size_t kSumDigits = 8;

class OrderParser {
 public:
  OrderParser(std::string_view text, const SetSchema& schema, std::string_view field,
              std::vector<Token> tokens)
      : text_(text), schema_(schema), field_(field), tokens_(std::move(tokens)) {}

  Result<Order> run() {
    Order out;
    do {
      if (out.size() == kGraphOrderTermsMax) {
        return refuse("more than " + std::to_string(kGraphOrderTermsMax) + " terms in one order");
      }
      DAYBOOK_ASSIGN(OrderTerm term, take_term());
      out.push_back(std::move(term));
    } while (take_comma());
    if (now().kind != Token::Kind::kEnd) {
      return refuse("expected 'asc', 'desc', ',' or the end");
    }
    return out;
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  tl::unexpected<Error> refuse(std::string_view message,
                               std::string_view reason = "GRAPH_ORDER") const {
    return filter_error(text_, now().place, message, field_, reason);
  }
  bool take_comma() {
    const bool comma = now().kind == Token::Kind::kComma;
    at_ += comma ? 1U : 0U;
    return comma;
  }

  Result<OrderTerm> take_term() {
    if (now().kind != Token::Kind::kWord && now().kind != Token::Kind::kPath) {
      return refuse("expected a field");
    }
    OrderTerm out;
    out.path = now().path;
    const Reached reached = reach(schema_.record, out.path);
    if (reached.type == nullptr) {
      std::string known;
      for (const std::string& name : reached.known) {
        known += known.empty() ? name : ", " + name;
      }
      return refuse("there is no field '" + reached.missing + "'; the fields are: " + known,
                    "GRAPH_UNKNOWN_FIELD");
    }
    out.kind = reached.type->kind;
    if (out.kind == Kind::kRecord || out.kind == Kind::kList) {
      return refuse("a " + std::string(kind_name(out.kind)) + " has no order");
    }
    ++at_;
    if (now().kind == Token::Kind::kWord && (now().text == "asc" || now().text == "desc")) {
      out.down = now().text == "desc";
      ++at_;
    }
    return out;
  }

  std::string_view text_;
  const SetSchema& schema_;
  std::string_view field_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

// What stands in a row where types may differ: by type first.
int rank(const Value& value) {
  constexpr std::string_view kRanks[] = {"nothing", "bool", "number", "text",
                                         "instant", "uuid", "list",   "record"};
  return static_cast<int>(std::find(std::begin(kRanks), std::end(kRanks), value.what()) -
                          std::begin(kRanks));
}

std::strong_ordering compare(const Value& a, const Value& b) {
  if (const auto order = order_of(a, b)) {
    return *order;
  }
  return rank(a) <=> rank(b);
}

// Names the set and the order.
std::string sum_of(const SetSchema& schema, const Order& order) {
  std::string text = schema.name;
  for (const OrderTerm& term : order) {
    text += (term.down ? " -" : " +") + join_path(term.path);
  }
  const std::uint32_t sum =
      crc32c({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  const std::array<std::uint8_t, 4> bytes = {
      static_cast<std::uint8_t>(sum >> 24), static_cast<std::uint8_t>(sum >> 16),
      static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)};
  return to_hex(bytes);
}

}  // namespace

Result<Order> parse_order(std::string_view text, const SetSchema& schema, std::string_view field) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    text = schema.order;
  }
  Order out;
  if (!text.empty()) {
    DAYBOOK_ASSIGN(std::vector<Token> tokens, lex(text, field));
    DAYBOOK_ASSIGN(out, OrderParser(text, schema, field, std::move(tokens)).run());
  }
  for (const std::string& part : schema.key) {
    const std::vector<std::string> path = split_path(part);
    const bool there = std::any_of(out.begin(), out.end(),
                                   [&](const OrderTerm& term) { return term.path == path; });
    if (!there) {
      const bool down = !out.empty() && out.back().down;
      out.push_back({path, down, reach(schema.record, path).type->kind});
    }
  }
  return out;
}

std::vector<Value> order_values(const Order& order, const Value& row) {
  std::vector<Value> out;
  for (const OrderTerm& term : order) {
    Value scratch;
    const Value* found = find_path(row, term.path, scratch);
    out.push_back(found == nullptr ? Value() : *found);
  }
  return out;
}

bool before(const Order& order, const std::vector<Value>& a, const std::vector<Value>& b) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto result = compare(a[i], b[i]);
    if (std::is_neq(result)) {
      return order[i].down ? std::is_gt(result) : std::is_lt(result);
    }
  }
  return false;
}

std::string make_cursor(const SetSchema& schema, const Order& order,
                        const std::vector<Value>& values) {
  if (schema.key.empty()) {
    return {};
  }
  std::string json;
  write_json(json, Value(Value::List(values)));
  std::string out = sum_of(schema, order) +
                    to_hex({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});
  return out.size() > kCursorBytesMax ? std::string() : out;
}

Result<std::vector<Value>> read_cursor(const SetSchema& schema, const Order& order,
                                       std::string_view cursor, std::string_view field) {
  const auto bad = [&] {
    return fail(Code::kInvalid, "BAD_CURSOR", "the cursor is not one that this query gave", field);
  };
  const std::string sum = sum_of(schema, order);
  if (schema.key.empty() || cursor.size() > kCursorBytesMax || cursor.size() % 2 != 0 ||
      cursor.substr(0, kSumDigits) != sum) {
    return bad();
  }
  std::string json;
  for (std::size_t i = kSumDigits; i < cursor.size(); i += 2) {
    const int high = hex_digit(cursor[i]);
    const int low = hex_digit(cursor[i + 1]);
    if (high < 0 || low < 0) {
      return bad();
    }
    json += static_cast<char>(high * 16 + low);
  }
  const auto read = read_json(json);
  const auto* list = read ? read->get<Value::List>() : nullptr;
  if (list == nullptr || list->size() != order.size()) {
    return bad();
  }
  std::vector<Value> out;
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto value =
        (*list)[i].nothing() ? std::optional(Value()) : converted((*list)[i], order[i].kind);
    if (!value) {
      return bad();
    }
    out.push_back(std::move(*value));
  }
  return out;
}

}  // namespace daybook::graph
