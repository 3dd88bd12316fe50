// Arithmetic, comparison.
#include <algorithm>

#include "components/reactor/compare.h"
#include "components/reactor/evaluator.h"
#include "components/reactor/format.h"

namespace daybook::reactor {
namespace {

bool is_time(const Value& v) {
  return v.is(Tag::kInstant) || v.is(Tag::kDate) || v.is(Tag::kSpan);
}

std::string_view sign_of(Arithmetic op) {
  constexpr std::string_view kSigns = "+-*/";
  return kSigns.substr(static_cast<std::size_t>(op), 1);
}

}  // namespace

Value Evaluator::number(const Decimal& decimal) {
  if (detail::fits_int64(decimal.mantissa)) {
    return Value::of_number(static_cast<std::int64_t>(decimal.mantissa), decimal.scale);
  }
  Value out;
  out.tag = Tag::kDecimal;
  out.decimal = arena_.make<Decimal>(decimal);
  return out;
}

Value Evaluator::number_or_stop(const std::optional<Decimal>& decimal, const Frame& frame,
                                std::uint32_t at) {
  if (!decimal) {
    stop("OVERFLOW", "the number does not fit", frame.program, at);
  }
  return number(*decimal);
}

Value Evaluator::negate(const UnaryNode& node, Frame& frame) {
  const Value value = eval(node.operand, frame);
  if (value.is_number()) {
    return number(reactor::negate(value.to_decimal()));
  }
  if (value.is(Tag::kSpan)) {
    if (const auto span = reactor::negate(value.span())) {
      return Value::of_span(*span);
    }
    stop("OVERFLOW", "the length of time does not fit", frame.program, node.at);
  }
  stop_type("a number", value, frame.program, node.at);
}

Value Evaluator::arithmetic(const PairNode& node, Frame& frame) {
  const Value a = eval(node.left, frame);
  const Value b = eval(node.right, frame);
  const auto op = static_cast<Arithmetic>(node.op);
  // Small numbers, the common case.
  if (a.is(Tag::kNumber) && b.is(Tag::kNumber)) {
    std::int64_t out = 0;
    if (op == Arithmetic::kMultiply) {
      const int scale = a.aux + b.aux;
      if (scale <= kScaleMax && !__builtin_mul_overflow(a.number, b.number, &out)) {
        return Value::of_number(out, static_cast<std::uint8_t>(scale));
      }
    } else if (a.aux == b.aux && op != Arithmetic::kDivide) {
      const bool over = op == Arithmetic::kAdd ? __builtin_add_overflow(a.number, b.number, &out)
                                               : __builtin_sub_overflow(a.number, b.number, &out);
      if (!over) {
        return Value::of_number(out, a.aux);
      }
    }
  }
  return arithmetic_slow(op, a, b, frame, node.at);
}

Value Evaluator::arithmetic_slow(Arithmetic op, const Value& a, const Value& b, const Frame& frame,
                                 std::uint32_t at) {
  if (a.is_number() && b.is_number()) {
    return numbers(op, a, b, frame, at);
  }
  if (op == Arithmetic::kAdd && (a.is(Tag::kText) || b.is(Tag::kText))) {
    std::string out;
    if (a.is(Tag::kNothing) || b.is(Tag::kNothing) || !plain_text(a, out) || !plain_text(b, out)) {
      stop_type("texts to join", a.is(Tag::kText) ? b : a, frame.program, at);
    }
    if (out.size() > text_bytes_max()) {
      stop("MEMORY_LIMIT", "the text is too long", frame.program, at);
    }
    work(out.size(), frame.program, at);
    return text(out);
  }
  if (is_time(a) || is_time(b)) {
    return times(op, a, b, frame, at);
  }
  stop("RUN_TYPE",
       "'" + std::string(sign_of(op)) + "' does not work on " + described(a) + " and " +
           described(b),
       frame.program, at);
}

Value Evaluator::numbers(Arithmetic op, const Value& a, const Value& b, const Frame& frame,
                         std::uint32_t at) {
  const Decimal left = a.to_decimal();
  const Decimal right = b.to_decimal();
  switch (op) {
    case Arithmetic::kAdd:
      return number_or_stop(add(left, right), frame, at);
    case Arithmetic::kSubtract:
      return number_or_stop(subtract(left, right), frame, at);
    case Arithmetic::kMultiply:
      return number_or_stop(multiply(left, right), frame, at);
    case Arithmetic::kDivide:
      break;
  }
  if (is_zero(right)) {
    stop("DIVISION_BY_ZERO", "division by zero", frame.program, at);
  }
  return number_or_stop(divide(left, right), frame, at);
}

// instant ± duration, instant - instant, duration ± duration, duration * number, duration /
// duration.
Value Evaluator::times(Arithmetic op, const Value& a, const Value& b, const Frame& frame,
                       std::uint32_t at) {
  const bool adds = op == Arithmetic::kAdd;
  const bool sums = adds || op == Arithmetic::kSubtract;
  const auto must = [&](const auto& result, std::string_view why) {
    if (!result) {
      stop("OVERFLOW", why, frame.program, at);
    }
    return *result;
  };
  constexpr std::string_view kOutside = "this time is not in the years 1 to 9999";
  constexpr std::string_view kMixed = "years and months do not mix with other units";
  constexpr std::string_view kTooLong = "this length of time does not fit";
  if (adds && a.is(Tag::kSpan) && !b.is(Tag::kSpan)) {
    return times(op, b, a, frame, at);
  }
  if (sums && a.is(Tag::kInstant) && b.is(Tag::kSpan)) {
    const Micros from = a.instant();
    // A moment that was reckoned from `now` stays so.
    return Value::of_instant(must(adds ? add(from, b.span()) : subtract(from, b.span()), kOutside),
                             a.from_now());
  }
  if (sums && a.is(Tag::kDate) && b.is(Tag::kSpan)) {
    const bool days = is_calendar(b.span().unit) || is_whole_days(b.span());
    return Value::of_date(must(adds ? add(a.date(), b.span()) : subtract(a.date(), b.span()),
                               days ? kOutside : "a date and parts of a day make no date"));
  }
  if (!adds && sums && a.is(Tag::kInstant) && b.is(Tag::kInstant)) {
    return Value::of_span(between(b.instant(), a.instant()));
  }
  if (!adds && sums && a.is(Tag::kDate) && b.is(Tag::kDate)) {
    return Value::of_span(
        must(make_span(Decimal::of(a.number - b.number), Span::Unit::days), kTooLong));
  }
  if (sums && a.is(Tag::kSpan) && b.is(Tag::kSpan)) {
    const bool mixed = is_calendar(a.span().unit) != is_calendar(b.span().unit);
    return Value::of_span(must(adds ? add(a.span(), b.span()) : subtract(a.span(), b.span()),
                               mixed ? kMixed : kTooLong));
  }
  if (op == Arithmetic::kDivide && a.is(Tag::kSpan) && b.is(Tag::kSpan)) {
    if (b.span().amount == 0) {
      stop("DIVISION_BY_ZERO", "division by zero", frame.program, at);
    }
    return number(must(ratio(a.span(), b.span()), kMixed));
  }
  const bool scales = a.is(Tag::kSpan) && b.is_number() && !sums;
  if (scales || (op == Arithmetic::kMultiply && a.is_number() && b.is(Tag::kSpan))) {
    const Span span = scales ? a.span() : b.span();
    const Decimal by = scales ? b.to_decimal() : a.to_decimal();
    if (op == Arithmetic::kDivide && is_zero(by)) {
      stop("DIVISION_BY_ZERO", "division by zero", frame.program, at);
    }
    const Decimal units = count(span);
    const auto result = op == Arithmetic::kDivide ? divide(units, by) : multiply(units, by);
    const Decimal scaled = must(result, kTooLong);
    return Value::of_span(must(make_span(scaled, span.unit), why_no_span(scaled, span.unit)));
  }
  stop("RUN_TYPE",
       "'" + std::string(sign_of(op)) + "' does not work on " + described(a) + " and " +
           described(b),
       frame.program, at);
}

bool Evaluator::compare(const PairNode& node, Frame& frame) {
  const Value a = eval(node.left, frame);
  const Value b = eval(node.right, frame);
  const auto op = static_cast<Compare>(node.op);
  std::strong_ordering order = std::strong_ordering::equal;
  if (a.is(Tag::kNumber) && b.is(Tag::kNumber) && a.aux == b.aux) {
    order = a.number <=> b.number;
  } else if (op == Compare::kEqual || op == Compare::kNotEqual) {
    return same(a, b, frame.program, node.at) == (op == Compare::kEqual);
  } else {
    work(a.is(Tag::kText) && b.is(Tag::kText) ? std::min(a.size, b.size) : 0, frame.program,
         node.at);
    const auto known = order_values(a, b);
    if (!known) {
      stop("RUN_TYPE", described(a) + " and " + described(b) + " have no order", frame.program,
           node.at);
    }
    order = *known;
  }
  switch (op) {
    case Compare::kEqual:
      return order == 0;
    case Compare::kNotEqual:
      return order != 0;
    case Compare::kLess:
      return order < 0;
    case Compare::kLessEqual:
      return order <= 0;
    case Compare::kGreater:
      return order > 0;
    case Compare::kGreaterEqual:
      return order >= 0;
  }
  return false;
}

bool Evaluator::truth(const Value& value, const Program* program, std::uint32_t at) {
  if (!value.is(Tag::kBool)) {
    stop_type("true or false", value, program, at);
  }
  return value.boolean();
}

void Evaluator::stop_type(std::string_view wanted, const Value& got, const Program* program,
                          std::uint32_t at) {
  stop("RUN_TYPE", "expected " + std::string(wanted) + ", not " + described(got), program, at);
}

std::int64_t Evaluator::whole(const Value& value, std::string_view what, const Frame& frame,
                              std::uint32_t at) {
  const auto out = value.is_number() ? to_int64(value.to_decimal()) : std::nullopt;
  if (!out) {
    stop_type("a whole number for " + std::string(what), value, frame.program, at);
  }
  return *out;
}

std::string_view Evaluator::text_of(const Value& value, const Frame& frame, std::uint32_t at) {
  if (!value.is(Tag::kText)) {
    stop_type("a text", value, frame.program, at);
  }
  return value.text();
}

}  // namespace daybook::reactor
