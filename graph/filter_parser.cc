#include "graph/filter_parser.h"

#include <algorithm>
#include <optional>

#include "graph/filter_lexer.h"
#include "graph/limits.h"

namespace daybook::graph {
namespace {

using Is = Node::Kind;

constexpr std::string_view kUnits = "years, months, weeks, days, hours, minutes, seconds or ms";

std::optional<Unit> parse_unit(std::string_view word) {
  for (int i = 0; i <= static_cast<int>(Unit::kMilliseconds); ++i) {
    if (unit_name(static_cast<Unit>(i)) == word) {
      return static_cast<Unit>(i);
    }
  }
  return word == "ms" ? std::optional(Unit::kMilliseconds) : std::nullopt;
}

Compare parse_compare(std::string_view sign) {
  for (int i = 0; i <= static_cast<int>(Compare::kGreaterOrEqual); ++i) {
    if (compare_name(static_cast<Compare>(i)) == sign) {
      return static_cast<Compare>(i);
    }
  }
  return Compare::kEqual;  // a single "="
}

std::string shown(const Token& token) {
  constexpr std::size_t kShown = 40;
  if (token.kind == Token::Kind::kEnd) {
    return "the end";
  }
  return token.text.size() > kShown ? "this" : "'" + token.text + "'";
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view field, std::vector<Token> tokens)
      : text_(text), field_(field), tokens_(std::move(tokens)) {}

  Result<Node> run() {
    DAYBOOK_ASSIGN(Node out, parse_or());
    if (now().kind != Token::Kind::kEnd) {
      return expected("'and', 'or' or the end");
    }
    return out;
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  bool is(Token::Kind kind) const { return now().kind == kind; }
  bool is_word(std::string_view word) const { return is(Token::Kind::kWord) && now().text == word; }
  bool take(Token::Kind kind) {
    if (!is(kind)) {
      return false;
    }
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!is_word(word)) {
      return false;
    }
    ++at_;
    return true;
  }
  tl::unexpected<Error> refuse(Place place, std::string_view message) const {
    return filter_error(text_, place, message, field_, "GRAPH_FILTER");
  }
  tl::unexpected<Error> expected(std::string_view what) const {
    return refuse(now().place, "expected " + std::string(what) + ", found " + shown(now()));
  }
  Place since(Place begin) const {
    const Place last = tokens_[at_ - 1].place;
    return {begin.at, last.at + last.size - begin.at};
  }

  Status count_node() {
    if (++nodes_ > kFilterNodesMax) {
      return refuse(now().place,
                    "more than " + std::to_string(kFilterNodesMax) + " conditions in one filter");
    }
    return {};
  }
  Status enter() {
    if (++depth_ > kFilterDepthMax) {
      return refuse(now().place,
                    "more than " + std::to_string(kFilterDepthMax) + " levels of conditions");
    }
    return {};
  }

  Result<Node> parse_or() { return parse_chain(Is::kOr, "or", &Parser::parse_and); }
  Result<Node> parse_and() { return parse_chain(Is::kAnd, "and", &Parser::parse_not); }

  Result<Node> parse_chain(Is kind, std::string_view word, Result<Node> (Parser::*part)()) {
    const Place begin = now().place;
    DAYBOOK_ASSIGN(Node first, (this->*part)());
    if (!is_word(word)) {
      return first;
    }
    Node out;
    out.kind = kind;
    out.parts.push_back(std::move(first));
    while (take_word(word)) {
      DAYBOOK_ASSIGN(Node next, (this->*part)());
      out.parts.push_back(std::move(next));
    }
    out.place = since(begin);
    return out;
  }

  Result<Node> parse_not() {
    const Place begin = now().place;
    DAYBOOK_TRY(count_node());
    DAYBOOK_TRY(enter());
    Node out;
    if (take_word("not")) {
      DAYBOOK_ASSIGN(Node part, parse_not());
      out.kind = Is::kNot;
      out.parts.push_back(std::move(part));
      out.place = since(begin);
    } else if (take(Token::Kind::kOpen)) {
      DAYBOOK_ASSIGN(out, parse_or());
      if (!take(Token::Kind::kClose)) {
        return expected("')', 'and' or 'or'");
      }
    } else {
      DAYBOOK_ASSIGN(out, parse_comparison());
    }
    --depth_;
    return out;
  }

  Result<Node> parse_comparison() {
    Node out;
    DAYBOOK_ASSIGN(out.left, parse_operand("a field"));
    out.place = out.left.place;
    if (is(Token::Kind::kCompare)) {
      out.kind = Is::kCompare;
      out.compare = parse_compare(now().text);
      ++at_;
      const bool grouped = take(Token::Kind::kOpen);  // createdAt > (now - 7 days)
      DAYBOOK_ASSIGN(Operand right, parse_operand("a value"));
      if (grouped && !take(Token::Kind::kClose)) {
        return expected("')'");
      }
      out.items.push_back(std::move(right));
    } else if (is_word("anyof") || is_word("allof")) {
      out.kind = is_word("anyof") ? Is::kAnyOf : Is::kAllOf;
      ++at_;
      DAYBOOK_ASSIGN(out.items, parse_list());
    } else if (out.left.kind != Operand::Kind::kWord && out.left.kind != Operand::Kind::kPath) {
      return expected("a comparison: == != < <= > >= anyof allof");
    }
    out.place = since(out.place);
    return out;
  }

  Result<std::vector<Operand>> parse_list() {
    std::vector<Operand> out;
    if (!take(Token::Kind::kOpenList)) {
      return expected("a list like ['a', 'b']");
    }
    while (!take(Token::Kind::kCloseList)) {
      if (out.size() == kFilterItemsMax) {
        return refuse(now().place,
                      "more than " + std::to_string(kFilterItemsMax) + " items in one list");
      }
      DAYBOOK_ASSIGN(Operand item, parse_operand("a value or ']'"));
      out.push_back(std::move(item));
      if (!take(Token::Kind::kComma) && !is(Token::Kind::kCloseList)) {
        return expected("',' or ']'");
      }
    }
    return out;
  }

  Result<Operand> parse_operand(std::string_view what) {
    const Token& token = now();
    Operand out;
    out.place = token.place;
    out.text = token.text;
    switch (token.kind) {
      case Token::Kind::kText:
        out.kind = Operand::Kind::kText;
        break;
      case Token::Kind::kUuid:
        out.kind = Operand::Kind::kUuid;
        break;
      case Token::Kind::kNumber:
        out.kind = Operand::Kind::kNumber;
        break;
      case Token::Kind::kInstant:
        out.kind = Operand::Kind::kInstant;
        break;
      case Token::Kind::kPath:
        out.kind = Operand::Kind::kPath;
        out.path = token.path;
        out.text.clear();
        break;
      case Token::Kind::kMinus:
        return parse_negative();
      case Token::Kind::kWord:
        return parse_named(what);
      default:
        return expected(what);
    }
    ++at_;
    return with_shifts(std::move(out));
  }

  Result<Operand> parse_negative() {
    const Place begin = now().place;
    ++at_;
    if (!is(Token::Kind::kNumber)) {
      return expected("a number after '-'");
    }
    Operand out;
    out.kind = Operand::Kind::kNumber;
    out.text = "-" + now().text;
    ++at_;
    out.place = since(begin);
    return out;
  }

  Result<Operand> parse_named(std::string_view what) {
    const Token& token = now();
    Operand out;
    out.place = token.place;
    out.text = token.text;
    if (token.text == "true" || token.text == "false") {
      out.kind = Operand::Kind::kBool;
    } else if (token.text == "nothing" || token.text == "null") {
      out.kind = Operand::Kind::kNothing;
      out.text = "nothing";
    } else if (token.text == "now") {
      out.kind = Operand::Kind::kNow;
    } else if (token.text == "and" || token.text == "or" || token.text == "not" ||
               token.text == "anyof" || token.text == "allof") {
      return expected(what);
    } else {
      out.kind = Operand::Kind::kWord;
      out.path = token.path;
    }
    ++at_;
    return with_shifts(std::move(out));
  }

  Result<Operand> with_shifts(Operand out) {
    while (is(Token::Kind::kPlus) || is(Token::Kind::kMinus)) {
      if (out.kind != Operand::Kind::kNow && out.kind != Operand::Kind::kInstant) {
        return refuse(now().place, "durations are added to and taken from 'now' and instants only");
      }
      DAYBOOK_ASSIGN(Shift shift, parse_shift());
      out.shifts.push_back(std::move(shift));
    }
    out.place = since(out.place);
    return out;
  }

  Result<Shift> parse_shift() {
    Shift out;
    out.back = is(Token::Kind::kMinus);
    ++at_;
    if (!is(Token::Kind::kNumber)) {
      return expected("a duration like 7 days");
    }
    out.amount = now().text;
    const Place amount = now().place;
    ++at_;
    const auto unit = is(Token::Kind::kWord) ? parse_unit(now().text) : std::nullopt;
    if (!unit) {
      return expected(kUnits);
    }
    out.unit = *unit;
    ++at_;
    const bool whole = out.amount.find('.') == std::string::npos;
    if (!whole && (out.unit == Unit::kYears || out.unit == Unit::kMonths)) {
      return refuse(amount, "years and months are whole");
    }
    return out;
  }

  std::string_view text_;
  std::string_view field_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace

Result<Node> parse_filter(std::string_view filter, std::string_view field) {
  DAYBOOK_ASSIGN(std::vector<Token> tokens, lex(filter, field));
  return Parser(filter, field, std::move(tokens)).run();
}

}  // namespace daybook::graph
