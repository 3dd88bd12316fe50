// Numbers, texts, instants, patterns.
#include <algorithm>

#include "components/reactor/limits.h"
#include "components/reactor/parser.h"
#include "components/reactor/regex_cost.h"

namespace daybook::reactor {

std::optional<Span::Unit> Parser::unit_ahead() const {
  const Token& t = token();
  const bool word = is(TokenKind::kName) && !t.escaped && ahead(1).kind != TokenKind::kAssign;
  return word ? parse_unit(t.text) : std::nullopt;
}

// 15, 2.50, 25%, 15 minutes
const Node* Parser::number() {
  const Token t = take();
  const Value value = literal_number(t);
  const auto unit = unit_ahead();
  if (!unit || t.percent) {
    return constant(value, t.offset);
  }
  const auto span = make_span(value.to_decimal(), *unit);
  if (!span) {
    fail_at(why_no_span(value.to_decimal(), *unit), t.offset);
  }
  take();
  return constant(Value::of_span(*span), t.offset);
}

Value Parser::literal_number(const Token& t) {
  auto number = Decimal::parse_exact(t.text);
  if (number && t.percent) {
    number = divide(*number, Decimal::of(100));
  }
  if (!number) {
    fail_at("this number does not fit: numbers have 28 digits", t.offset);
  }
  if (detail::fits_int64(number->mantissa)) {
    return Value::of_number(static_cast<std::int64_t>(number->mantissa), number->scale);
  }
  Value out;
  out.tag = Tag::kDecimal;
  out.decimal = program_.arena.make<Decimal>(*number);
  return out;
}

Value Parser::literal_instant(const Token& t) {
  const auto instant = parse_instant(t.text);
  if (!instant) {
    fail_at("this is no instant; one looks like 2025-11-16T02:00:00Z", t.offset);
  }
  return Value::of_instant(*instant);
}

Value Parser::literal_regex(const Token& t) {
  if (program_.regexes.size() >= kRegexesMax) {
    fail_at("there are more than " + std::to_string(kRegexesMax) + " regular expressions",
            t.offset);
  }
  const auto flags = program_.source.text().substr(t.offset + t.text.size() + 2, t.flags);
  budget_.check();
  constexpr std::string_view kAllTooLarge =
      "the regular expressions of the component and its modules are too large together";
  if (!budget_.fits(cost_of_regex(t.text).instructions)) {
    fail_at(kAllTooLarge, t.offset);
  }
  auto regex = Regex::compile(t.text, flags);
  if (!regex) {
    fail_at(regex.error().message, t.offset);
  }
  budget_.spend(regex->program_size());
  program_.regexes.push_back(std::make_unique<Regex>(std::move(*regex)));
  Value out;
  out.tag = Tag::kRegex;
  out.regex = program_.regexes.back().get();
  return out;
}

// The quote stands for itself when doubled.
Value Parser::literal_text(std::string_view raw, char quote) {
  if (raw.find(quote) == std::string_view::npos) {
    return Value::of_text(raw);
  }
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    out += raw[i];
    i += raw[i] == quote ? 1U : 0U;
  }
  return Value::of_text(program_.arena.text(out));
}

const Node* Parser::text() {
  const Token t = take();
  if (t.dollars > 0) {
    return interpolation(t);
  }
  return constant(literal_text(t.text, program_.source.text()[t.offset]), t.offset);
}

// $'a {b} c': texts and expressions in turn; n dollars want n braces.
const Node* Parser::interpolation(const Token& t) {
  const auto begin = static_cast<std::size_t>(t.text.data() - program_.source.text().data());
  const std::size_t end = begin + t.text.size();
  const std::string_view all = program_.source.text().substr(0, end);
  const char quote = all[t.offset + t.dollars];
  const std::string braces(t.dollars, '{');
  std::vector<const Node*> parts;
  std::size_t at = begin;
  while (at < end) {
    const std::size_t open = std::min(all.find(braces, at), end);
    if (open > at) {
      parts.push_back(
          constant(literal_text(all.substr(at, open - at), quote), static_cast<std::uint32_t>(at)));
    }
    if (open == end) {
      break;
    }
    const std::size_t from = open + t.dollars;
    const std::size_t close = end_of_interpolated(all, from, end, t.dollars);
    if (close == end) {
      fail_at("this '{' is not closed", static_cast<std::uint32_t>(open));
    }
    parts.push_back(
        interpolated(static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(close)));
    at = close + t.dollars;
  }
  auto* out = node<InterpolationNode>(NodeKind::kInterpolation, t.offset);
  out->parts = keep(parts);
  return out;
}

// One expression that is all of source[begin, end).
const Node* Parser::interpolated(std::uint32_t begin, std::uint32_t end) {
  const std::size_t faults = diagnostics_.size();
  std::vector<Token> inside = lex(program_.source, begin, end, diagnostics_);
  syntax_ok_ = syntax_ok_ && diagnostics_.size() == faults;
  const Keep<Layout> layout(layout_);
  const Keep<std::size_t> place(at_);
  layout_ = {};
  at_ = 0;
  tokens_.swap(inside);
  // Whatever happens, the tokens around it are put back.
  const struct Back {
    ~Back() { now.swap(before); }
    std::vector<Token>&now, &before;
  } back{tokens_, inside};
  const Node* out = expression();
  if (token().kind != TokenKind::kEnd) {
    fail(unexpected("'}'"));
  }
  return out;
}

}  // namespace daybook::reactor
