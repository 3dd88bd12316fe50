// Operators, match, lambdas. From loose to tight: match, or, and, not, comparison and `is`, sums,
// products, pipes.
#include <algorithm>
#include <array>

#include "components/reactor/limits.h"
#include "components/reactor/parser.h"

namespace daybook::reactor {

const Node* Parser::expression() {
  const Keep<std::size_t> depth(depth_);
  if (++depth_ > kNestingMax) {
    fail("expressions are nested more than " + std::to_string(kNestingMax) + " deep");
  }
  const Node* out = any_of();
  std::size_t chain = 0;
  while (is_word("match") && goes_on()) {
    chained(chain, token().offset);
    const Token word = take();
    took(word);
    out = match(out, word.offset);
  }
  return out;
}

const Node* Parser::any_of() {
  const Node* left = all_of();
  for (std::size_t chain = 0; is_word("or");) {
    chained(chain, token().offset);
    const Token word = take();
    auto* out = node<PairNode>(NodeKind::kOr, word.offset);
    out->left = left;
    out->right = all_of();
    left = out;
  }
  return left;
}

const Node* Parser::all_of() {
  const Node* left = negation();
  for (std::size_t chain = 0; is_word("and");) {
    chained(chain, token().offset);
    const Token word = take();
    auto* out = node<PairNode>(NodeKind::kAnd, word.offset);
    out->left = left;
    out->right = negation();
    left = out;
  }
  return left;
}

const Node* Parser::negation() {
  if (!is_word("not")) {
    return comparison();
  }
  const Keep<std::size_t> depth(depth_);
  if (++depth_ > kNestingMax) {
    fail("'not' stands too often before itself");
  }
  const Token word = take();
  auto* out = node<UnaryNode>(NodeKind::kNot, word.offset);
  out->operand = negation();
  return out;
}

const Node* Parser::comparison() {
  const Node* left = sum();
  if (is_word("is")) {
    const Token word = take();
    auto* out = node<IsNode>(NodeKind::kIs, word.offset);
    out->operand = left;
    out->negated = take_word("not");
    scopes_.enter_block();
    out->pattern = pattern();
    scopes_.leave_block();
    return out;
  }
  constexpr std::array kComparisons = {TokenKind::kEqual,   TokenKind::kNotEqual,
                                       TokenKind::kLess,    TokenKind::kLessEqual,
                                       TokenKind::kGreater, TokenKind::kGreaterEqual};
  const auto sign = std::find(kComparisons.begin(), kComparisons.end(), kind());
  if (sign == kComparisons.end()) {
    return left;
  }
  const Token t = take();
  auto* out = node<PairNode>(NodeKind::kCompare, t.offset);
  out->op = static_cast<std::uint8_t>(sign - kComparisons.begin());
  out->left = left;
  out->right = sum();
  return out;
}

const Node* Parser::sum() {
  const Node* left = product();
  for (std::size_t chain = 0; is(TokenKind::kPlus) || is(TokenKind::kMinus);) {
    chained(chain, token().offset);
    const Token t = take();
    auto* out = node<PairNode>(NodeKind::kArithmetic, t.offset);
    out->op = static_cast<std::uint8_t>(t.kind == TokenKind::kPlus ? Arithmetic::kAdd
                                                                   : Arithmetic::kSubtract);
    out->left = left;
    out->right = product();
    left = out;
  }
  return left;
}

const Node* Parser::product() {
  const Node* left = pipe();
  for (std::size_t chain = 0; is(TokenKind::kStar) || is(TokenKind::kSlash);) {
    chained(chain, token().offset);
    const Token t = take();
    auto* out = node<PairNode>(NodeKind::kArithmetic, t.offset);
    out->op = static_cast<std::uint8_t>(t.kind == TokenKind::kStar ? Arithmetic::kMultiply
                                                                   : Arithmetic::kDivide);
    out->left = left;
    out->right = pipe();
    left = out;
  }
  return left;
}

// The arms of a match share the column of the first; one that stands left of it is of a match
// further out.
const Node* Parser::match(const Node* subject, std::uint32_t at) {
  const std::uint32_t column = token().column;
  std::vector<Arm> arms;
  while (starts_arm(column)) {
    arms.push_back(arm(column));
  }
  if (!arms.empty() && token().first_on_line && token().column < column) {
    missed_arm_ = {token().offset, arms.front().at, column};
  }
  if (arms.empty()) {
    fail("expected an arm of the match: a pattern and '|>'");
  }
  auto* out = node<MatchNode>(NodeKind::kMatch, at);
  out->subject = subject;
  out->arms = keep(arms);
  return out;
}

bool Parser::starts_arm(std::uint32_t column) const {
  const Token& t = token();
  if (blocked(t) || (t.first_on_line && t.column < column)) {
    return false;
  }
  switch (t.kind) {
    case TokenKind::kName: {
      constexpr std::array kNoPattern = {"let", "from", "param", "import", "export", "match",
                                         "and", "or",   "is",    "with",   "filter", "orderBy"};
      const bool word =
          !t.escaped && std::find(kNoPattern.begin(), kNoPattern.end(), t.text) != kNoPattern.end();
      return !word && ahead(1).kind != TokenKind::kAssign;
    }
    case TokenKind::kText:
    case TokenKind::kNumber:
    case TokenKind::kInstant:
    case TokenKind::kRegex:
    case TokenKind::kMinus:
    case TokenKind::kOpenParen:
    case TokenKind::kOpenBracket:
    case TokenKind::kOpenBrace:
    case TokenKind::kThen:
      return true;
    default:
      return false;
  }
}

Arm Parser::arm(std::uint32_t column) {
  const Keep<Layout> layout(layout_);
  Arm out;
  out.at = token().offset;
  scopes_.enter_block();
  if (!is(TokenKind::kThen) && !is_word("when")) {
    out.pattern = pattern();
  }
  // What follows the first word of this arm stands right of the column that the arms share.
  const auto inside = [&] {
    layout_.limit = std::max(layout_.limit, column);
    layout_.pipe = layout_.limit;
    layout_.arm = true;
  };
  if (take_word("when")) {
    inside();
    out.guard = any_of();
  }
  expect(TokenKind::kThen, "'|>' and what this arm gives");
  inside();
  out.body = body();
  scopes_.leave_block();
  return out;
}

bool Parser::lambda_ahead() const {
  if (is(TokenKind::kName)) {
    return ahead(1).kind == TokenKind::kLambda && !starts_statement(token());
  }
  if (!is(TokenKind::kOpenParen)) {
    return false;
  }
  const std::size_t close = token().close;
  // `(c: bool) |> …` is one too: what a curried filter gives. Inside an arm the bar is of the next
  // arm, or stands behind its condition.
  const TokenKind behind = close + 1 < tokens_.size() ? tokens_[close + 1].kind : TokenKind::kEnd;
  return behind == TokenKind::kLambda || (behind == TokenKind::kThen && !layout_.arm);
}

// Behind a pipe's word that begins its line (`anchor`), everything right of that word is the
// body's.
const Node* Parser::lambda(const Token* anchor) {
  const Token start = token();
  const std::uint32_t column =
      anchor != nullptr && anchor->first_on_line ? anchor->column : start.line_column;
  scopes_.enter_function();
  const std::vector<Parameter> parameters = parameter_list();
  const bool starts_line = anchor != nullptr && anchor->first_on_line;
  return function(parameters, start.offset,
                  {.column = column, .pipes_too = !starts_line, .argument = anchor != nullptr});
}

// The parameters of a function that was entered; each takes the next slot.
std::vector<Parameter> Parser::parameter_list() {
  std::vector<Parameter> out;
  const auto add = [&](const Token& name, const TypeNode* declared) {
    if (out.size() >= kArgumentsMax) {
      fail("a function has at most " + std::to_string(kArgumentsMax) + " parameters");
    }
    const std::uint16_t place = slot(name.offset);
    out.push_back({name.text, declared, nullptr, name.offset, place});
    Binding binding{name.text, Binding::Kind::kValue, place, 0, false, false, nullptr, name.offset};
    if (declared != nullptr && declared->kind == TypeKind::kFunction) {
      binding.kind = Binding::Kind::kFunction;
      binding.parameters = static_cast<std::uint8_t>(declared->parts.size() - 1);
    }
    if (!name.text.empty()) {
      define(binding, false);
    }
  };
  if (is(TokenKind::kName)) {
    add(take(), nullptr);
    return out;
  }
  const Keep<Layout> layout(layout_);
  expect(TokenKind::kOpenParen, "the parameters");
  layout_ = {};
  while (!is(TokenKind::kCloseParen)) {
    // (: nothing) has a type and no name.
    Token name = token();
    name.text = {};
    if (!is(TokenKind::kColon)) {
      name = expect_name("a parameter's name");
    }
    const TypeNode* declared = take_if(TokenKind::kColon) ? type() : nullptr;
    add(name, declared);
    take_if(TokenKind::kComma);
  }
  take();
  return out;
}

// What follows the parameters.
const Lambda* Parser::function(const std::vector<Parameter>& parameters, std::uint32_t at,
                               const BodyLayout& where) {
  auto* out = node<Lambda>(NodeKind::kLambda, at);
  out->parameters = keep(parameters);
  if (where.guarded && take_word("when")) {
    const Keep<Layout> layout(layout_);
    layout_.arm = true;
    out->guard = any_of();
  }
  out->filter = is(TokenKind::kThen);
  if (!take_if(TokenKind::kLambda) && !take_if(TokenKind::kThen)) {
    fail("expected '=>' and the body, not " + shown(token()));
  }
  const Keep<Layout> layout(layout_);
  const Keep<bool> top(top_level_);
  const Keep<bool> in_pattern(in_pattern_);
  top_level_ = false;
  in_pattern_ = false;
  layout_.limit = std::max(layout_.limit, where.column);
  layout_.pipe = layout_.limit;
  layout_.argument = where.argument;
  if (where.pipes_too) {
    layout_.pipe = std::max(layout_.pipe, token().column - 1);
  }
  out->body = body();
  std::uint16_t frame = 0;
  out->captures = keep(scopes_.leave_function(frame));
  out->frame = frame;
  return out;
}

}  // namespace daybook::reactor
