// Filters of numbers and texts.
#include <algorithm>

#include "components/reactor/encoding.h"
#include "components/reactor/format.h"
#include "components/reactor/gathered.h"
#include "components/reactor/json.h"
#include "components/reactor/run_meter.h"
#include "components/reactor/text.h"

namespace daybook::reactor {

namespace {

using B = Builtin;

}  // namespace

Value Evaluator::number_filter(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const Value& value = arguments[0];
  if (node.function == B::kAbs && value.is(Tag::kSpan)) {
    const Span span = value.span();
    const auto positive = span.amount < 0 ? reactor::negate(span) : span;
    return positive ? Value::of_span(*positive) : value;
  }
  if (!value.is_number()) {
    stop_type("a number", value, frame.program, node.at);
  }
  const Decimal decimal = value.to_decimal();
  switch (node.function) {
    case B::kFloor:
      return number(floor(decimal));
    case B::kCeiling:
      return number(ceiling(decimal));
    case B::kAbs:
      return number(abs(decimal));
    default: {
      const std::int64_t digits =
          node.arguments.size() > 1 ? whole(arguments[1], "the digits", frame, node.at) : 0;
      if (digits < 0 || digits > kScaleMax) {
        stop("RUN_ARGUMENTS", "a number is rounded to 0 to 28 digits", frame.program, node.at);
      }
      return number(round(decimal, static_cast<int>(digits)));
    }
  }
}

namespace {

// A digest of a byte takes as long as a look at four, or at sixteen without instructions for it.
constexpr std::size_t kDigestWeight = 16;

std::size_t weight_of(Builtin function) {
  switch (function) {
    case B::kSha256:
    case B::kHmacSha256:
      return kDigestWeight;
    case B::kUpper:
    case B::kLower:
    case B::kTrim:
    case B::kEncode:
    case B::kDecode:
      return 4;
    default:
      return 1;
  }
}

}  // namespace

Value Evaluator::text_filter(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  if (arguments[0].is(Tag::kText) || arguments[0].is(Tag::kBytes)) {
    work(arguments[0].size * weight_of(node.function), frame.program, node.at);
  }
  switch (node.function) {
    case B::kDefaultValue:
      return arguments[0].is(Tag::kNothing) ? arguments[1] : arguments[0];
    case B::kReplace:
      return replace(node, arguments, frame);
    case B::kImplode:
      return implode(node, arguments, frame);
    case B::kParseJson: {
      Value out;
      const bool bytes = arguments[0].is(Tag::kBytes);
      if (!read_value(*this, bytes ? arguments[0].text() : text_of(arguments[0], frame, node.at),
                      out, frame.program, node.at)) {
        stop("BAD_JSON", "the text is no JSON", frame.program, node.at);
      }
      return out;
    }
    case B::kAsJsonText: {
      std::string out;
      append_json(*this, arguments[0], out, text_bytes_max(), frame.program, node.at);
      work(out.size(), frame.program, node.at);
      return text(out);
    }
    case B::kEncode:
    case B::kDecode:
    case B::kSha256:
    case B::kHmacSha256:
      return encoding_filter(node, arguments, frame);
    default:
      return plain_text_filter(node, arguments, frame);
  }
}

Value Evaluator::plain_text_filter(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const std::string_view piped = text_of(arguments[0], frame, node.at);
  const auto other = [&](std::size_t i) { return text_of(arguments[i], frame, node.at); };
  const auto must = [&](const auto& result) {
    if (!result) {
      stop("MEMORY_LIMIT", "the text is too long", frame.program, node.at);
    }
    return *result;
  };
  const auto place = [&](std::size_t i) {
    return static_cast<std::size_t>(
        std::max<std::int64_t>(0, whole(arguments[i], "a place in a text", frame, node.at)));
  };
  switch (node.function) {
    case B::kTrim:
      return Value::of_text(trim(piped));
    case B::kExplode: {
      Held held(*this);
      const auto pieces = must(explode(piped, other(1), text_bytes_max() / 16));
      held.grow_to(pieces.size() * (sizeof(Value) + sizeof(std::string_view)));
      work(pieces.size() * kBytesPerStep, frame.program, node.at);
      std::vector<Value> out;
      for (const std::string_view piece : pieces) {
        out.push_back(Value::of_text(piece));
      }
      return list_of(out);
    }
    case B::kSlice:
      return Value::of_text(slice(piped, place(1), node.arguments.size() > 2 ? place(2) : kToEnd));
    case B::kLength:
      return Value::of_number(static_cast<std::int64_t>(length(piped)));
    case B::kUpper:
      return text(must(upper(piped, text_bytes_max())));
    case B::kLower:
      return text(must(lower(piped, text_bytes_max())));
    case B::kStartsWith:
      return Value::of_bool(piped.starts_with(other(1)));
    case B::kEndsWith:
      return Value::of_bool(piped.ends_with(other(1)));
    case B::kIndexOf: {
      const auto at = index_of(piped, other(1));
      return at ? Value::of_number(static_cast<std::int64_t>(*at)) : Value{};
    }
    default: {
      const std::string_view pad = node.arguments.size() > 2 ? other(2) : " ";
      if (length(pad) != 1) {
        stop("RUN_ARGUMENTS", "a text is padded with one character", frame.program, node.at);
      }
      const bool left = node.function == B::kPadLeft;
      const auto out = must(left ? pad_left(piped, place(1), pad, text_bytes_max())
                                 : pad_right(piped, place(1), pad, text_bytes_max()));
      work(out.size(), frame.program, node.at);
      return text(out);
    }
  }
}

Value Evaluator::replace(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const std::string_view piped = text_of(arguments[0], frame, node.at);
  const std::string_view with = text_of(arguments[2], frame, node.at);
  RunMeter meter(*this, frame.program, node.at);
  const auto out =
      arguments[1].is(Tag::kRegex)
          ? arguments[1].regex->replace(piped, with, text_bytes_max(), meter)
          : reactor::replace(piped, text_of(arguments[1], frame, node.at), with, text_bytes_max());
  if (!out) {
    stop("MEMORY_LIMIT", "the text is too long", frame.program, node.at);
  }
  work(out->size(), frame.program, node.at);
  return text(*out);
}

Value Evaluator::implode(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const std::string_view between = text_of(arguments[1], frame, node.at);
  std::string out;
  Held held(*this);
  bool first = true;
  each(arguments[0], frame.program, node.at, [&](const Value& item) {
    out += first ? std::string_view() : between;
    first = false;
    if (!plain_text(item, out)) {
      stop_type("a text", item, frame.program, node.at);
    }
    held.grow_to(out.capacity());
    if (out.size() > text_bytes_max()) {
      stop("MEMORY_LIMIT", "the text is too long", frame.program, node.at);
    }
    return true;
  });
  work(out.size(), frame.program, node.at);
  return text(out);
}

// `b encode hex` makes a text of bytes, `k decode hex` bytes of a text; `decode text` reads bytes
// as UTF-8.
Value Evaluator::encoding_filter(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const Value& value = arguments[0];
  if (!value.is(Tag::kText) && !value.is(Tag::kBytes)) {
    stop_type("a text or bytes", value, frame.program, node.at);
  }
  const std::string_view bytes = value.text();
  const auto as_bytes = [&](std::string_view raw) {
    return Value::of_bytes(Tag::kBytes, arena_.text(raw));
  };
  if (node.function == B::kSha256) {
    return as_bytes(sha256_bytes(bytes));
  }
  if (node.function == B::kHmacSha256) {
    if (!arguments[1].is(Tag::kText) && !arguments[1].is(Tag::kBytes)) {
      stop_type("a key of text or bytes", arguments[1], frame.program, node.at);
    }
    work(arguments[1].size * kDigestWeight, frame.program, node.at);
    return as_bytes(hmac_sha256_bytes(arguments[1].text(), bytes));
  }
  const std::string_view format = arguments[1].text();
  const bool encodes = node.function == B::kEncode;
  if (format == "text") {
    if (!is_text(bytes)) {
      stop("BAD_ENCODING", "the bytes are no UTF-8 text", frame.program, node.at);
    }
    return encodes ? as_bytes(bytes) : Value::of_text(bytes);
  }
  if (encodes && (format == "base64" || format == "base64Url" || format == "hex")) {
    return text(format == "hex"      ? encode_hex(bytes)
                : format == "base64" ? encode_base64(bytes)
                                     : encode_base64_url(bytes));
  }
  std::optional<std::string> decoded;
  if (format == "hex") {
    decoded = decode_hex(bytes);
  } else if (format == "base64") {
    decoded = decode_base64(bytes);
  } else if (format == "base64Url") {
    decoded = decode_base64_url(bytes);
  } else {
    stop("RUN_ARGUMENTS",
         "there are base64, base64Url, hex and text, not '" + std::string(format) + "'",
         frame.program, node.at);
  }
  if (!decoded) {
    stop("BAD_ENCODING", "the text is not " + std::string(format), frame.program, node.at);
  }
  return as_bytes(*decoded);
}

// now addDays 1, order.createdAt addMonths -1, …
Value Evaluator::time_filter(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const Value& value = arguments[0];
  if (!value.is(Tag::kInstant) && !value.is(Tag::kDate)) {
    stop_type("an instant or a date", value, frame.program, node.at);
  }
  if (node.function <= B::kAddSeconds) {
    constexpr Span::Unit kUnits[] = {Span::Unit::years,  Span::Unit::months, Span::Unit::weeks,
                                     Span::Unit::days,   Span::Unit::hours,  Span::Unit::minutes,
                                     Span::Unit::seconds};
    if (!arguments[1].is_number()) {
      stop_type("how many", arguments[1], frame.program, node.at);
    }
    const auto unit =
        static_cast<std::size_t>(node.function) - static_cast<std::size_t>(B::kAddYears);
    const auto span = make_span(arguments[1].to_decimal(), kUnits[unit]);
    if (!span) {
      stop("OVERFLOW", why_no_span(arguments[1].to_decimal(), kUnits[unit]), frame.program,
           node.at);
    }
    return times(Arithmetic::kAdd, value, Value::of_span(*span), frame, node.at);
  }
  const bool is_date = value.is(Tag::kDate);
  if (node.function == B::kStartOfDay) {
    return is_date ? value : Value::of_instant(start_of_day(value.instant()));
  }
  const Parts p = is_date ? parts(value.date()) : parts(value.instant());
  switch (node.function) {
    case B::kYear:
      return Value::of_number(p.year);
    case B::kMonth:
      return Value::of_number(p.month);
    case B::kDay:
      return Value::of_number(p.day);
    case B::kHour:
      return Value::of_number(p.hour);
    case B::kMinute:
      return Value::of_number(p.minute);
    case B::kSecond:
      return Value::of_number(p.second);
    default:
      return Value::of_number(p.weekday);
  }
}

}  // namespace daybook::reactor
