// Whether a value is of a type; binders take what they stand for.
#include <algorithm>

#include "components/reactor/compare.h"
#include "components/reactor/evaluator.h"
#include "components/reactor/run_meter.h"

namespace daybook::reactor {
namespace {

bool is_nominal(const Value& value, std::string_view name) {
  if (!value.is(Tag::kRecord)) {
    return false;
  }
  const std::string_view own = value.record->shape->nominal;
  if (own == name) {
    return true;
  }
  const Nominal* nominal = own.empty() ? nullptr : find_nominal(own);
  return nominal != nullptr && nominal->also == name;
}

}  // namespace

bool Evaluator::matches(const TypeNode& pattern, const Value& value, Frame& frame) {
  step(frame.program, pattern.at);
  const auto part = [&](std::size_t i) -> const TypeNode& { return *pattern.parts[i]; };
  switch (pattern.kind) {
    case TypeKind::kValue:
      return true;
    case TypeKind::kNothing:
      return value.is(Tag::kNothing);
    case TypeKind::kBool:
      return value.is(Tag::kBool);
    case TypeKind::kNumber:
      return value.is_number();
    case TypeKind::kText:
      return value.is(Tag::kText);
    case TypeKind::kUuid:
      return value.is(Tag::kUuid);
    case TypeKind::kInstant:
      return value.is(Tag::kInstant);
    case TypeKind::kDate:
      return value.is(Tag::kDate);
    case TypeKind::kDuration:
      return value.is(Tag::kSpan);
    case TypeKind::kUnit:
      return value.is(Tag::kSpan) && value.span().unit == pattern.unit;
    case TypeKind::kByte:
      return value.is_number();
    case TypeKind::kLiteral:
      work(value.is(Tag::kText) ? std::min(value.size, pattern.literal.size) : 0, frame.program,
           pattern.at);
      return equal_values(value, pattern.literal);
    case TypeKind::kRegex: {
      RunMeter meter(*this, frame.program, pattern.at);
      return value.is(Tag::kText) && pattern.literal.regex->matches(value.text(), meter);
    }
    case TypeKind::kNominal:
      // `Error` is whatever looks like one: modules answer such records.
      return pattern.name == "Error"
                 ? field_of(value, "error", frame.program, pattern.at).is(Tag::kRecord)
                 : is_nominal(value, pattern.name);
    case TypeKind::kAlias:
      return matches(part(0), value, frame);
    case TypeKind::kBinder:
      if (frame.slots != nullptr) {
        frame.slots[pattern.slot] = value;
      }
      return pattern.parts.empty() || matches(part(0), value, frame);
    case TypeKind::kUnion:
      return std::any_of(pattern.parts.begin(), pattern.parts.end(),
                         [&](const TypeNode* t) { return matches(*t, value, frame); });
    case TypeKind::kIntersection:
      return std::all_of(pattern.parts.begin(), pattern.parts.end(),
                         [&](const TypeNode* t) { return matches(*t, value, frame); });
    case TypeKind::kNegated:
      return !matches(part(0), value, frame);
    case TypeKind::kFunction:
      return value.is(Tag::kFunction);
    default:
      return matches_parts(pattern, value, frame);
  }
}

bool Evaluator::matches_parts(const TypeNode& pattern, const Value& value, Frame& frame) {
  switch (pattern.kind) {
    case TypeKind::kList: {
      if (value.is(Tag::kBytes)) {
        return pattern.parts[0]->kind == TypeKind::kByte;
      }
      if (!value.is(Tag::kList) && !value.is(Tag::kTuple) && !value.is(Tag::kSequence)) {
        return false;
      }
      const Value list = forced(value, frame.program, pattern.at);
      return std::all_of(list.items, list.items + list.size, [&](const Value& item) {
        return matches(*pattern.parts[0], item, frame);
      });
    }
    case TypeKind::kMap:
      if (value.is(Tag::kRecord)) {
        return std::all_of(value.record->values, value.record->values + value.record->shape->size,
                           [&](const Value& v) { return matches(*pattern.parts[1], v, frame); });
      }
      return value.is(Tag::kMap) &&
             std::all_of(value.map->values, value.map->values + value.map->size,
                         [&](const Value& v) { return matches(*pattern.parts[1], v, frame); });
    case TypeKind::kTuple: {
      const auto parts = tuple_parts(value);
      return parts && parts->size() == pattern.parts.size() &&
             std::equal(pattern.parts.begin(), pattern.parts.end(), parts->begin(),
                        [&](const TypeNode* t, const Value& v) { return matches(*t, v, frame); });
    }
    case TypeKind::kRecord:
      if (!value.is(Tag::kRecord) && !(value.is(Tag::kMap) && pattern.parts.empty())) {
        return false;
      }
      for (std::size_t i = 0; i < pattern.parts.size(); ++i) {
        if (!matches(*pattern.parts[i],
                     field_of(value, pattern.names[i], frame.program, pattern.at), frame)) {
          return false;
        }
      }
      return true;
    default:
      return false;
  }
}

}  // namespace daybook::reactor
