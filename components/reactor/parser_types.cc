// Types, and patterns, which are types that may bind names: (n: number), (r), (:text, :number).
#include <algorithm>
#include <array>

#include "components/reactor/limits.h"
#include "components/reactor/near.h"
#include "components/reactor/nominal.h"
#include "components/reactor/parser.h"
#include "components/reactor/slips.h"

namespace daybook::reactor {
namespace {

struct Named {
  std::string_view name;
  TypeKind kind;
};

constexpr std::array kNamed = {
    Named{"text", TypeKind::kText},       Named{"number", TypeKind::kNumber},
    Named{"bool", TypeKind::kBool},       Named{"boolean", TypeKind::kBool},
    Named{"uuid", TypeKind::kUuid},       Named{"instant", TypeKind::kInstant},
    Named{"date", TypeKind::kDate},       Named{"duration", TypeKind::kDuration},
    Named{"byte", TypeKind::kByte},       Named{"value", TypeKind::kValue},
    Named{"nothing", TypeKind::kNothing},
};

}  // namespace

TypeNode* Parser::type_node(TypeKind kind, std::uint32_t at) {
  auto* out = program_.arena.make<TypeNode>();
  out->kind = kind;
  out->at = at;
  return out;
}

// Its parts, and through them how large it is.
const TypeNode* Parser::with_parts(TypeNode* type, const std::vector<const TypeNode*>& parts) {
  type->parts = keep(parts);
  std::size_t size = 1;
  std::size_t depth = 0;
  for (const TypeNode* part : parts) {
    size += part->size;
    depth = std::max<std::size_t>(depth, part->depth);
  }
  if (size > kTypePartsMax || depth >= kTypeDepthMax) {
    fail_at("the type is too large", type->at);
  }
  type->size = static_cast<std::uint16_t>(size);
  type->depth = static_cast<std::uint16_t>(depth + 1);
  return type;
}

const TypeNode* Parser::pattern() {
  const Keep<bool> in_pattern(in_pattern_);
  in_pattern_ = true;
  return type();
}

const TypeNode* Parser::type() {
  const Keep<std::size_t> depth(depth_);
  if (++depth_ > kNestingMax) {
    fail("types are nested too deep");
  }
  const std::uint32_t at = token().offset;
  std::vector<const TypeNode*> parts{type_and()};
  while (take_if(TokenKind::kPipe)) {
    parts.push_back(type_and());
  }
  if (parts.size() == 1) {
    return parts.front();
  }
  auto* out = type_node(TypeKind::kUnion, at);
  return with_parts(out, parts);
}

const TypeNode* Parser::type_and() {
  const std::uint32_t at = token().offset;
  std::vector<const TypeNode*> parts{type_not()};
  while (take_if(TokenKind::kAmpersand)) {
    parts.push_back(type_not());
  }
  if (parts.size() == 1) {
    return parts.front();
  }
  auto* out = type_node(TypeKind::kIntersection, at);
  return with_parts(out, parts);
}

const TypeNode* Parser::type_not() {
  const Token t = token();
  if (take_word("not")) {
    auto* out = type_node(TypeKind::kNegated, t.offset);
    return with_parts(out, {type_not()});
  }
  const TypeNode* left = type_primary();
  // T => R: a function of one.
  if (!in_pattern_ && is(TokenKind::kLambda)) {
    take();
    auto* out = type_node(TypeKind::kFunction, t.offset);
    std::vector<const TypeNode*> parts;
    if (left->kind == TypeKind::kTuple) {
      parts.assign(left->parts.begin(), left->parts.end());
    } else {
      parts.push_back(left);
    }
    parts.push_back(type());
    return with_parts(out, parts);
  }
  return left;
}

const TypeNode* Parser::type_primary() {
  switch (kind()) {
    case TokenKind::kName:
      return type_name();
    case TokenKind::kText:
    case TokenKind::kNumber:
    case TokenKind::kInstant:
    case TokenKind::kMinus:
    case TokenKind::kRegex:
      return type_literal();
    case TokenKind::kOpenParen:
      return type_parenthesised();
    case TokenKind::kOpenBrace:
      return type_braces();
    case TokenKind::kOpenBracket: {
      const Keep<Layout> layout(layout_);
      const Token open = take();
      layout_ = {};
      auto* out = type_node(TypeKind::kList, open.offset);
      const TypeNode* element = type();
      expect(TokenKind::kCloseBracket, "']'");
      return with_parts(out, {element});
    }
    default:
      fail("expected a type, not " + shown(token()));
  }
}

const TypeNode* Parser::type_name() {
  const Token word = take();
  const std::string_view name = word.text;
  if (name == "true" || name == "false") {
    auto* out = type_node(TypeKind::kLiteral, word.offset);
    out->literal = Value::of_bool(name == "true");
    return out;
  }
  if (const Binding* alias = scopes_.find_type(name)) {
    return alias->type;
  }
  const auto named =
      std::find_if(kNamed.begin(), kNamed.end(), [&](const Named& n) { return n.name == name; });
  if (named != kNamed.end()) {
    return type_node(named->kind, word.offset);
  }
  if (const auto unit = parse_unit(name)) {
    auto* out = type_node(TypeKind::kUnit, word.offset);
    out->unit = *unit;
    return out;
  }
  if (find_nominal(name) != nullptr) {
    auto* out = type_node(TypeKind::kNominal, word.offset);
    out->name = name;
    return out;
  }
  report("UNKNOWN_TYPE", "there is no type '" + std::string(name) + "'" + meant_type(name),
         word.offset);
  return type_node(TypeKind::kValue, word.offset);
}

std::string Parser::meant_type(std::string_view word) const {
  if (diagnostics_.size() >= kDiagnosticsMax) {
    return {};  // nobody reads it
  }
  if (const std::string_view here = word_here(word); !here.empty()) {
    return "; there is '" + std::string(here) + "'";
  }
  Near near(word);
  scopes_.offer_names(near, true);
  for (const Named& named : kNamed) {
    near.offer(named.name);
  }
  for (const Nominal& nominal : nominals()) {
    near.offer(nominal.name);
  }
  return near.hint();
}

const TypeNode* Parser::type_literal() {
  const Token t = token();
  const bool negative = take_if(TokenKind::kMinus);
  const Token word = take();
  auto* out = type_node(TypeKind::kLiteral, t.offset);
  switch (word.kind) {
    case TokenKind::kText:
      if (word.dollars > 0) {
        fail_at("a pattern is not computed", t.offset);
      }
      out->literal = literal_text(word.text, program_.source.text()[word.offset]);
      return out;
    case TokenKind::kInstant:
      out->literal = literal_instant(word);
      return out;
    case TokenKind::kRegex:
      out->kind = TypeKind::kRegex;
      out->literal = literal_regex(word);
      return out;
    case TokenKind::kNumber:
      break;
    default:
      fail_at("expected a number", word.offset);
  }
  const Value value = literal_number(word);
  Decimal number = value.to_decimal();
  number = negative ? negate(number) : number;
  if (const auto unit = unit_ahead()) {
    take();
    const auto span = make_span(number, *unit);
    if (!span) {
      fail_at(why_no_span(number, *unit), t.offset);
    }
    out->literal = Value::of_span(*span);
  } else if (value.tag == Tag::kNumber) {
    out->literal = Value::of_number(static_cast<std::int64_t>(number.mantissa), number.scale);
  } else {
    out->literal.tag = Tag::kDecimal;
    out->literal.decimal = program_.arena.make<Decimal>(number);
  }
  return out;
}

// One part of a tuple: T, :T, name: T; in a pattern also (name).
const TypeNode* Parser::type_element(std::string_view& name) {
  name = {};
  if (take_if(TokenKind::kColon)) {
    return type();
  }
  const bool named =
      is(TokenKind::kName) && !ahead_is_word(0, "not") && ahead(1).kind == TokenKind::kColon;
  const bool bare =
      in_pattern_ && is(TokenKind::kName) &&
      (ahead(1).kind == TokenKind::kCloseParen || ahead(1).kind == TokenKind::kComma) &&
      (token().escaped ||
       (scopes_.find_type(token().text) == nullptr && find_nominal(token().text) == nullptr &&
        !parse_unit(token().text) && token().text != "true" && token().text != "false" &&
        std::none_of(kNamed.begin(), kNamed.end(),
                     [&](const Named& n) { return n.name == token().text; })));
  if (!named && !bare) {
    return type();
  }
  const Token word = take();
  name = word.text;
  const TypeNode* inner = take_if(TokenKind::kColon) ? type() : nullptr;
  if (!in_pattern_) {
    return inner;
  }
  auto* out = type_node(TypeKind::kBinder, word.offset);
  out->name = word.text;
  out->slot = slot(word.offset);
  if (inner != nullptr) {
    with_parts(out, {inner});
  }
  define({word.text, Binding::Kind::kValue, out->slot, 0, false, false, nullptr, word.offset},
         false);
  return out;
}

const TypeNode* Parser::type_parenthesised() {
  const Keep<Layout> layout(layout_);
  const Token open = take();
  layout_ = {};
  std::vector<const TypeNode*> parts;
  while (!is(TokenKind::kCloseParen)) {
    std::string_view name;
    parts.push_back(type_element(name));
    if (!take_if(TokenKind::kComma) && !is(TokenKind::kCloseParen)) {
      fail("expected ',' or ')', not " + shown(token()));
    }
  }
  take();
  if (parts.size() == 1) {
    return parts.front();
  }
  auto* out = type_node(TypeKind::kTuple, open.offset);
  return with_parts(out, parts);
}

// { f: T, g: T } a record with at least these; { K -> V } a map.
const TypeNode* Parser::type_braces() {
  const Keep<Layout> layout(layout_);
  const Token open = take();
  layout_ = {};
  std::vector<std::string_view> names;
  std::vector<const TypeNode*> parts;
  const bool record =
      is(TokenKind::kCloseBrace) || (is(TokenKind::kName) && ahead(1).kind == TokenKind::kColon);
  if (!record) {
    const TypeNode* key = type();
    expect(TokenKind::kArrow, "'->' and the type of the values");
    auto* out = type_node(TypeKind::kMap, open.offset);
    const TypeNode* value = type();
    expect(TokenKind::kCloseBrace, "'}'");
    return with_parts(out, {key, value});
  }
  while (!is(TokenKind::kCloseBrace)) {
    const Token name = expect_name("a field's name or '}'");
    if (std::find(names.begin(), names.end(), name.text) != names.end()) {
      report("REPEATED_NAME", "the field '" + std::string(name.text) + "' is there already",
             name.offset);
    }
    names.push_back(name.text);
    expect(TokenKind::kColon, "':' and the field's type");
    parts.push_back(type());
    take_if(TokenKind::kComma);
  }
  take();
  program_.fields_read.insert(program_.fields_read.end(), names.begin(), names.end());
  auto* out = type_node(TypeKind::kRecord, open.offset);
  out->names = keep(names);
  return with_parts(out, parts);
}

}  // namespace daybook::reactor
