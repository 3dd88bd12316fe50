// Pipes: a value, then words that say what becomes of it: `orders where o => o.total > 5 first`.
#include <algorithm>
#include <array>

#include "components/reactor/limits.h"
#include "components/reactor/parser.h"

namespace daybook::reactor {

const Node* Parser::pipe() {
  const Node* out = postfix();
  std::size_t chain = 0;
  while (is(TokenKind::kName) && goes_on()) {
    const Token word = token();
    const Node* longer = pipe_word(out);
    if (longer == nullptr) {
      break;
    }
    took(word);
    chained(chain, word.offset);
    // xs first :: number, xs first.name
    out = goes_on() ? postfix_of(longer) : longer;
  }
  return out;
}

// A word that goes on what stands in the body of a filter's function, on its line.
void Parser::took(const Token& word) {
  if (layout_.argument && !word.first_on_line) {
    program_.inside_bodies.push_back(word.offset);
  }
}

// Null when the word at hand belongs to something else: the next field, the next argument.
const Node* Parser::pipe_word(const Node* value) {
  const Token word = token();
  if (ahead(1).kind == TokenKind::kAssign || (!word.escaped && starts_statement(word))) {
    return nullptr;
  }
  if (const BuiltinEntry* entry = qualified(); entry != nullptr && entry->filter) {
    at_ += 2;
    return pipe_builtin(value, *entry);
  }
  const Binding* own = scopes_.peek(word.text);
  if (own != nullptr && own->kind == Binding::Kind::kFunction) {
    const auto target = scopes_.find(word.text);
    if (!target) {
      fail("a function uses too many names of those around it");
    }
    take();
    return pipe_function(value, *target);
  }
  if (word.escaped) {
    return nullptr;
  }
  if (word.text == "with") {
    return with(value);
  }
  if (word.text == "order" && ahead_is_word(1, "by")) {
    return order_by(value);
  }
  if (word.text == "join") {
    return join(value, "left");
  }
  if (word.text == "as" && ahead(1).kind == TokenKind::kName && ahead_is_word(2, "join")) {
    take();
    const Token name = take();
    return join(value, name.text);
  }
  const BuiltinEntry* entry = find_builtin(word.text);
  if (entry == nullptr || !entry->filter ||
      (own != nullptr && !starts_operand(ahead(1)) && entry->arguments_min > 0)) {
    return nullptr;
  }
  return pipe_builtin(value, *entry);
}

// Whether an argument of a filter stands here, rather than the next filter or field.
bool Parser::starts_argument() {
  const Token& t = token();
  return !blocked(t) && (t.kind == TokenKind::kMinus || starts_operand(t)) && !filter_ahead() &&
         !(t.kind == TokenKind::kName && ahead(1).kind == TokenKind::kAssign);
}

// The argument of a filter: a lambda, or an operand.
const Node* Parser::argument(const Token& anchor) {
  return lambda_ahead() ? lambda(&anchor) : postfix();
}

const Node* Parser::pipe_builtin(const Node* value, const BuiltinEntry& entry) {
  const Token word = take();
  refuse_minus(entry, word);
  if (entry.id == Builtin::kWhere && is_word("is")) {
    return where(value);
  }
  std::vector<const Node*> arguments{value};
  if (entry.word_argument) {
    const Token format = expect_name("what to " + std::string(entry.name) + ": base64, hex, text");
    arguments.push_back(constant(Value::of_text(program_.arena.text(format.text)), format.offset));
  } else if (entry.arguments_max > 0 && is(TokenKind::kOpenParen) && !lambda_ahead()) {
    for (const Node* argument : argument_list()) {
      arguments.push_back(argument);
    }
  } else if (entry.arguments_min > 0 ? starts_argument()
                                     : entry.arguments_max > 0 && !token().first_on_line &&
                                           !is(TokenKind::kMinus) && starts_argument()) {
    arguments.push_back(argument(word));
  } else if (entry.arguments_min > 0) {
    auto* out = node<BuiltinNode>(NodeKind::kCallBuiltin, word.offset);
    out->function = entry.id;
    out->arguments = keep(arguments);
    out->apart = true;
    return out;
  }
  return builtin_call(entry, std::move(arguments), word.offset);
}

// `x round -2` may be meant as x rounded to -2 digits, or as two less than x rounded.
void Parser::refuse_minus(const BuiltinEntry& entry, const Token& word) {
  const Token& minus = token();
  const bool optional = entry.arguments_min == 0 && entry.arguments_max > 0;
  if (optional && is(TokenKind::kMinus) && !minus.first_on_line &&
      minus.offset > word.offset + word.text.size() && ahead(1).offset == minus.offset + 1) {
    fail("'" + std::string(entry.name) +
         "' takes no negative argument here; a difference has a space behind its minus");
  }
}

// xs where is not nothing
const Node* Parser::where(const Node* value) {
  const Token word = take();
  auto* out = node<BuiltinNode>(NodeKind::kCallBuiltin, word.offset);
  out->function = Builtin::kWhere;
  out->arguments = keep(std::vector<const Node*>{value});
  out->negated = take_word("not");
  scopes_.enter_block();
  out->pattern = pattern();
  scopes_.leave_block();
  return out;
}

// value f, value f arg, value f (a, b); the value is the first argument, or a tuple of them all. A
// curried one takes another behind it: `x then y`.
const Node* Parser::pipe_function(const Node* value, const Reference& target) {
  const Token word = tokens_[at_ - 1];
  const Binding binding = *target.binding;
  std::vector<const Node*> arguments{value};
  const Node* callee = reference(target, word);
  if (binding.acts) {
    ++acts_;
  }
  if (binding.parameters > 1) {
    if (is(TokenKind::kOpenParen) && !lambda_ahead()) {
      for (const Node* argument : argument_list()) {
        arguments.push_back(argument);
      }
    } else if (binding.curried || starts_argument()) {
      arguments.push_back(argument(word));
    }
  }
  auto* out = node<CallNode>(NodeKind::kCall, word.offset);
  out->callee = callee;
  out->arguments = keep(arguments);
  if (binding.curried) {
    auto* then = node<CallNode>(NodeKind::kCall, word.offset);
    then->callee = out;
    then->arguments = keep(std::vector<const Node*>{argument(word)});
    return then;
  }
  return out;
}

// xs order by customer.name desc
const Node* Parser::order_by(const Node* value) {
  const Token word = take();
  take();
  std::vector<std::string_view> path{expect_name("the field to order by").text};
  while (take_if(TokenKind::kDot)) {
    path.push_back(expect_name("a field").text);
  }
  program_.fields_read.insert(program_.fields_read.end(), path.begin(), path.end());
  auto* out = node<OrderByNode>(NodeKind::kOrderBy, word.offset);
  out->source = value;
  out->path = keep(path);
  out->descending = take_word("desc");
  if (!out->descending) {
    take_word("asc");
  }
  ordered_ = at_;
  return out;
}

// xs [as l] join [right|outer] ys [as r] on key
const Node* Parser::join(const Node* value, std::string_view left_name) {
  const Token word = take();
  auto* out = node<JoinNode>(NodeKind::kJoin, word.offset);
  out->left = value;
  out->side = take_word("right")   ? JoinNode::Side::kRight
              : take_word("outer") ? JoinNode::Side::kOuter
                                   : JoinNode::Side::kInner;
  out->right = postfix();
  std::string_view right_name = "right";
  if (take_word("as")) {
    right_name = expect_name("a name for the right side").text;
  }
  if (left_name == right_name) {
    report("REPEATED_NAME",
           "both sides of the join are named '" + std::string(left_name) + "'; 'as' names them",
           word.offset);
  }
  if (!take_word("on")) {
    fail("expected 'on' and the field that both sides have");
  }
  out->key = expect_name("the field that both sides have").text;
  program_.fields_read.push_back(out->key);
  auto* shape = program_.arena.make<Shape>();
  shape->size = 2;
  shape->pair = true;
  shape->names = keep(std::vector<std::string_view>{left_name, right_name}).data();
  out->pair = shape;
  return out;
}

const Node* Parser::with(const Node* value) {
  const Token word = take();
  const std::uint32_t at = token().offset;
  expect(TokenKind::kOpenBrace, "'{' and the fields to change");
  auto* out = node<WithNode>(NodeKind::kWith, word.offset);
  out->target = value;
  const Keep<Layout> layout(layout_);
  layout_ = {};
  out->changes = record(at);
  return out;
}

// ( a, b ): separated by commas, or by nothing but where the next begins.
std::vector<const Node*> Parser::argument_list() {
  const Keep<Layout> layout(layout_);
  expect(TokenKind::kOpenParen, "'('");
  layout_ = {};
  std::vector<const Node*> out;
  while (!is(TokenKind::kCloseParen)) {
    if (out.size() >= kArgumentsMax) {
      fail("a call has at most " + std::to_string(kArgumentsMax) + " arguments");
    }
    out.push_back(expression());
    if (!take_if(TokenKind::kComma) && !is(TokenKind::kCloseParen) && !starts_operand(token())) {
      fail(unexpected("',' or ')'"));
    }
  }
  take();
  return out;
}

// A filter of the language, which is no value: `xs select f first` does not give `first` to f.
bool Parser::filter_ahead() {
  const Token& t = token();
  if (t.kind != TokenKind::kName || t.escaped || scopes_.peek(t.text) != nullptr) {
    return false;
  }
  if (const BuiltinEntry* of_module = qualified()) {
    return of_module->filter && ahead(3).kind != TokenKind::kOpenParen;
  }
  const BuiltinEntry* entry = find_builtin(t.text);
  return (entry != nullptr && entry->filter && ahead(1).kind != TokenKind::kOpenParen) ||
         (t.text == "order" && ahead_is_word(1, "by"));
}

bool Parser::starts_operand(const Token& t) const {
  switch (t.kind) {
    case TokenKind::kText:
    case TokenKind::kNumber:
    case TokenKind::kInstant:
    case TokenKind::kRegex:
    case TokenKind::kOpenParen:
    case TokenKind::kOpenBracket:
    case TokenKind::kOpenBrace:
      return true;
    case TokenKind::kName: {
      constexpr std::array kWords = {"and",  "or",  "match",  "when",    "is",
                                     "with", "on",  "asc",    "desc",    "as",
                                     "join", "not", "filter", "orderBy", "navigate"};
      if (t.escaped) {
        return true;
      }
      if (starts_statement(t)) {
        return false;
      }
      return std::find(kWords.begin(), kWords.end(), t.text) == kWords.end();
    }
    default:
      return false;
  }
}

}  // namespace daybook::reactor
