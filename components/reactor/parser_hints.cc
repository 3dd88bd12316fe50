// What is said of a token that nothing takes: the mistakes that people make have a sentence each.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "components/reactor/parser.h"

namespace daybook::reactor {
namespace {

// Letters to change, add, leave out or swap between two words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::vector<std::size_t> next(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        next[j] = std::min(next[j], before[j - 2] + 1);
      }
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

// A filter whose name is nearly that, or empty.
std::string_view filter_like(std::string_view word) {
  constexpr std::size_t kWordMax = 30;
  std::string_view out;
  std::size_t best = word.size() > 4 ? 3 : 2;
  for (const BuiltinEntry& entry : builtins()) {
    const std::size_t far =
        entry.filter && word.size() <= kWordMax ? distance(word, entry.name) : best;
    if (far < best) {
      best = far;
      out = entry.name;
    }
  }
  return out;
}

std::string quoted(std::string_view word) {
  return "'" + std::string(word.substr(0, 40)) + "'";
}

}  // namespace

std::string Parser::meant_statement(std::string_view word) {
  for (const std::string_view known : {"let", "from", "param", "import", "export"}) {
    if (word != known && distance(word, known) <= (word.size() > 3 ? 2U : 1U)) {
      return "; there is " + quoted(known);
    }
  }
  return {};
}

std::string Parser::meant_name(std::string_view word) {
  struct Known {
    std::string_view elsewhere;
    std::string_view here;
  };
  static constexpr Known kKnown[] = {
      {"null", "nothing"},      {"nil", "nothing"},      {"undefined", "nothing"},
      {"None", "nothing"},      {"True", "true"},        {"False", "false"},
      {"string", "text"},       {"String", "text"},      {"Text", "text"},
      {"str", "text"},          {"int", "number"},       {"integer", "number"},
      {"float", "number"},      {"double", "number"},    {"decimal", "number"},
      {"Number", "number"},     {"datetime", "instant"}, {"DateTime", "instant"},
      {"timestamp", "instant"}, {"Bool", "bool"},        {"object", "value"},
      {"any", "value"},         {"guid", "uuid"},        {"timespan", "duration"}};
  for (const auto& [elsewhere, here] : kKnown) {
    if (word == elsewhere) {
      return "; there is " + quoted(here);
    }
  }
  return {};
}

std::string Parser::unexpected(std::string_view expected) const {
  const Token& t = token();
  const Token& second = ahead(1);
  std::string out;
  switch (t.kind) {
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual:
      out = "comparisons do not chain: 'and' joins two of them";
      break;
    case TokenKind::kAmpersand:
      out = second.kind == TokenKind::kAmpersand ? "conditions are joined by 'and', not '&&'" : "";
      break;
    case TokenKind::kPipe:
      out = second.kind == TokenKind::kPipe ? "conditions are joined by 'or', not '||'" : "";
      break;
    case TokenKind::kAssign:
      out = "'=' names a value; '==' compares two";
      break;
    case TokenKind::kComma:
      out = at_ == ordered_ ? "'order by' takes one field; order by the last of them first" : "";
      break;
    case TokenKind::kName:
      out = unexpected_word();
      break;
    default:
      out = starts_operand(t) ? unexpected_argument() : "";
  }
  const bool behind_value = at_ > 0 && !(t.first_on_line && t.column == 1);
  return behind_value && !out.empty() ? out
                                      : "expected " + std::string(expected) + ", not " + shown(t);
}

// A word behind a value that is no filter.
std::string Parser::unexpected_word() const {
  const Token& t = token();
  if (starts_statement(t) || ahead(1).kind == TokenKind::kAssign) {
    return {};
  }
  if (t.text == "is" && !t.escaped) {
    return "comparisons do not chain: 'and' joins two of them";
  }
  if (std::string argument = unexpected_argument(); !argument.empty()) {
    return argument;
  }
  const std::string word = quoted(t.text);
  if (parse_unit(t.text)) {
    return word + " stands behind a number that is written; else multiply: n * 1 " +
           std::string(t.text);
  }
  if (parse_unit(std::string(t.text) + "s")) {
    return "the units of durations are plurals: '" + std::string(t.text) + "s'";
  }
  if (const BuiltinEntry* entry = find_builtin(t.text); entry != nullptr && !entry->filter) {
    return word + " is a function: it stands before what it is given";
  }
  if (!starts_operand(t) || t.text == "true" || t.text == "false" || t.text == "nothing") {
    return {};
  }
  if (scopes_.peek(t.text) != nullptr) {
    return word + " is no filter, so that it cannot stand behind a value";
  }
  const std::string_view like = filter_like(t.text);
  return "there is no filter " + word + (like.empty() ? "" : "; there is " + quoted(like));
}

// Something behind a name that is not called by it.
std::string Parser::unexpected_argument() const {
  const Token& before = tokens_[at_ > 0 ? at_ - 1 : 0];
  const Binding* own = before.kind == TokenKind::kName ? scopes_.peek(before.text) : nullptr;
  const std::string name(before.text.substr(0, 40));
  if (before.kind == TokenKind::kName && own == nullptr && before.text == "now" &&
      is(TokenKind::kOpenParen)) {
    return "'now' takes no parentheses";
  }
  if (own == nullptr || own->kind == Binding::Kind::kType) {
    return {};
  }
  if (own->kind == Binding::Kind::kFunction) {
    return own->parameters > 1 ? "'" + name + "' takes " + std::to_string(own->parameters) +
                                     " arguments; they stand in parentheses: " + name + "(…)"
                               : "";
  }
  // `xs slect f` is a filter that is not there; `g x` and `g 2` are calls.
  const bool word = is(TokenKind::kName) && scopes_.peek(token().text) == nullptr;
  return word ? ""
              : "what the variable '" + name +
                    "' holds is called with a parenthesis glued on: " + name + "(…)";
}

}  // namespace daybook::reactor
