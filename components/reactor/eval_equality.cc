// Equality of any two values, metered: lists may share their parts, so that they are far larger to
// go through than to keep.
#include <algorithm>

#include "components/reactor/compare.h"
#include "components/reactor/evaluator.h"

namespace daybook::reactor {
namespace {

bool is_list(const Value& v) {
  return v.is(Tag::kList) || v.is(Tag::kTuple) || v.is(Tag::kSequence);
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t more) {
  hash = (hash ^ more) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 29;
}

}  // namespace

bool Evaluator::same(const Value& a, const Value& b, const Program* program, std::uint32_t at) {
  const auto all = [&](const Value* x, const Value* y, std::size_t size) {
    return std::equal(x, x + size, y,
                      [&](const Value& p, const Value& q) { return same(p, q, program, at); });
  };
  const bool texts = a.is(b.tag) && (a.is(Tag::kText) || a.is(Tag::kBytes)) && a.size == b.size;
  work(texts ? a.size : 0, program, at);
  bool out = false;
  enter(1, program, at);
  if (is_list(a) && is_list(b)) {
    const Value x = forced(a, program, at);
    const Value y = forced(b, program, at);
    out = x.size == y.size && all(x.items, y.items, x.size);
  } else if (a.is(Tag::kRecord) && b.is(Tag::kRecord)) {
    const Shape& x = *a.record->shape;
    const Shape& y = *b.record->shape;
    out = x.size == y.size;
    for (std::uint32_t i = 0; out && i < x.size; ++i) {
      work(&x == &y ? 0 : y.size * kBytesPerName, program, at);
      const std::uint32_t place = &x == &y ? i : y.find(x.names[i]);
      out = place < y.size && same(a.record->values[i], b.record->values[place], program, at);
    }
  } else if (a.is(Tag::kMap) && b.is(Tag::kMap)) {
    out = a.map->size == b.map->size;
    for (std::uint32_t i = 0; out && i < a.map->size; ++i) {
      const Value* other = value_at(*b.map, a.map->keys[i].text(), program, at);
      out = other != nullptr && same(a.map->values[i], *other, program, at);
    }
  } else {
    out = equal_values(a, b);
  }
  leave(1);
  return out;
}

// Equal values have equal hashes; the order of fields says nothing.
std::uint64_t Evaluator::hash(const Value& value, const Program* program, std::uint32_t at) {
  const auto kind = static_cast<std::uint64_t>(value.tag);
  const auto of_text = [](std::string_view text) { return hash_of(text); };
  const bool bytes = value.is(Tag::kText) || value.is(Tag::kBytes) || value.is(Tag::kUuid);
  work(bytes ? value.size : 0, program, at);
  if (bytes) {
    return mixed(kind, of_text(value.text()));
  }
  if (value.is_number()) {
    const Decimal n = normalise(value.to_decimal());
    return mixed(mixed(1, static_cast<std::uint64_t>(n.mantissa)), n.scale);
  }
  std::uint64_t out = kind;
  enter(1, program, at);
  switch (value.tag) {
    case Tag::kBool:
    case Tag::kInstant:
    case Tag::kDate:
      out = mixed(kind, static_cast<std::uint64_t>(value.number));
      break;
    case Tag::kList:
    case Tag::kTuple:
    case Tag::kSequence:
      out = 2;
      each(value, program, at, [&](const Value& item) {
        out = mixed(out, hash(item, program, at));
        return true;
      });
      break;
    case Tag::kRecord:
      for (std::uint32_t i = 0; i < value.record->shape->size; ++i) {
        work(value.record->shape->names[i].size(), program, at);
        out += mixed(of_text(value.record->shape->names[i]),
                     hash(value.record->values[i], program, at));
      }
      break;
    case Tag::kMap:
      for (std::uint32_t i = 0; i < value.map->size; ++i) {
        work(value.map->keys[i].size, program, at);
        out += mixed(of_text(value.map->keys[i].text()), hash(value.map->values[i], program, at));
      }
      break;
    default:  // durations of different units may be equal
      break;
  }
  leave(1);
  return out;
}

}  // namespace daybook::reactor
