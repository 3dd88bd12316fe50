// What an evaluation works on: 16 bytes, copied freely, never destroyed. What does not fit in them
// lives in the arena of the run or of the program and lasts as long as that. Everything is
// immutable once made. Private to components/reactor.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/ids.h"
#include "components/reactor/calendar.h"
#include "components/reactor/decimal.h"

namespace daybook::reactor {

class Program;
class Regex;
struct Lambda;
struct Sequence;

enum class Tag : std::uint8_t {
  kNothing,
  kBool,
  kNumber,   // its mantissa fits 64 bits
  kDecimal,  // any other number
  kText,
  kUuid,
  kInstant,
  kDate,
  kSpan,
  kBytes,
  kRegex,
  kList,
  kTuple,
  kMap,
  kRecord,
  kFunction,
  kSequence,  // a list that is not computed yet
};

// Names of a record's fields, in order. `nominal` names a type of the runtime (QueryError, …).
struct Shape {
  std::uint32_t size = 0;
  const std::string_view* names = nullptr;
  std::string_view nominal;
  bool pair = false;  // of a join: patterns and functions take it for a tuple of two, too

  // Place of the field, or `size` when there is none.
  std::uint32_t find(std::string_view name) const;
};

struct RecordData;
struct MapData;
struct Closure;

struct Value {
  static constexpr std::uint8_t kCut = 1;    // rows, behind which more follow
  static constexpr std::uint8_t kGrown = 2;  // made by `concat`

  Tag tag = Tag::kNothing;
  // Scale of a number, unit of a span; 1 for an instant made from `now`, a record of the program's,
  // kCut or kGrown of a list.
  std::uint8_t aux = 0;
  std::uint32_t size = 0;  // bytes of a text, elements of a list or tuple
  union {
    std::int64_t number = 0;  // also bool, instant (microseconds), date (days), span
    const char* bytes;        // text, bytes, uuid (16 of them); of nothing, where it comes from
    const Value* items;       // list, tuple
    const Decimal* decimal;
    const Regex* regex;
    const MapData* map;
    const RecordData* record;
    const Closure* function;
    const Sequence* sequence;
  };

  static Value of_bool(bool b) { return with(Tag::kBool, b ? 1 : 0); }
  static Value of_number(std::int64_t n, std::uint8_t scale = 0) {
    return with(Tag::kNumber, n, scale);
  }
  static Value of_instant(Micros t, bool from_now = false) {
    return with(Tag::kInstant, t.value, from_now ? 1 : 0);
  }
  static Value of_date(Date d) { return with(Tag::kDate, d.days); }
  static Value of_span(Span s) {
    return with(Tag::kSpan, s.amount, static_cast<std::uint8_t>(s.unit));
  }
  // The bytes are borrowed: they lie in an arena.
  static Value of_text(std::string_view text) { return of_bytes(Tag::kText, text); }
  static Value of_bytes(Tag tag, std::string_view bytes) {
    Value out;
    out.tag = tag;
    out.size = static_cast<std::uint32_t>(bytes.size());
    out.bytes = bytes.data();
    return out;
  }
  static Value of_items(Tag tag, const Value* items, std::size_t size) {
    Value out;
    out.tag = tag;
    out.size = static_cast<std::uint32_t>(size);
    out.items = items;
    return out;
  }
  // Behind whose items there is room (grown_list.h).
  static Value of_grown(const Value* items, std::size_t size) {
    Value out = of_items(Tag::kList, items, size);
    out.aux = kGrown;
    return out;
  }
  // `written`: by the program; others came from outside.
  static Value of_record(const RecordData* record, bool written = false) {
    Value out;
    out.tag = Tag::kRecord;
    out.aux = written ? 1 : 0;
    out.record = record;
    return out;
  }
  static Value of_map(const MapData* map) {
    Value out;
    out.tag = Tag::kMap;
    out.map = map;
    return out;
  }

  bool is(Tag t) const { return tag == t; }
  bool is_number() const { return tag == Tag::kNumber || tag == Tag::kDecimal; }
  bool boolean() const { return number != 0; }
  std::string_view text() const { return {bytes, size}; }
  Micros instant() const { return Micros{number}; }
  bool from_now() const { return aux != 0; }
  bool written() const { return aux != 0; }
  bool cut() const { return (aux & kCut) != 0; }
  bool grown() const { return (aux & kGrown) != 0; }
  Date date() const { return Date{static_cast<std::int32_t>(number)}; }
  Span span() const { return Span{static_cast<Span::Unit>(aux), number}; }
  Decimal to_decimal() const { return tag == Tag::kDecimal ? *decimal : Decimal{number, aux}; }

 private:
  static Value with(Tag tag, std::int64_t number, std::uint8_t aux = 0) {
    Value out;
    out.tag = tag;
    out.aux = aux;
    out.number = number;
    return out;
  }
};
static_assert(sizeof(Value) == 16);

struct RecordData {
  const Shape* shape;
  const Value* values;  // shape->size of them
};

// The parts of a tuple, a list, or a pair of a join.
inline std::optional<std::span<const Value>> tuple_parts(const Value& value) {
  if (value.is(Tag::kTuple) || value.is(Tag::kList)) {
    return std::span(value.items, value.size);
  }
  if (value.is(Tag::kRecord) && value.record->shape->pair) {
    return std::span(value.record->values, value.record->shape->size);
  }
  return std::nullopt;
}

// In the order in which the keys were first given. `index` has places + 1 by hash, zero for none;
// it is there when the map is large enough to need it.
struct MapData {
  std::uint32_t size = 0;
  const Value* keys = nullptr;  // texts
  const Value* values = nullptr;
  std::uint32_t index_mask = 0;
  const std::uint32_t* index = nullptr;

  // `looked_at` grows by the keys that were compared.
  const Value* find(std::string_view key, std::size_t& looked_at) const;
};

// Where a field was found last in records of one shape; a run has one for each field access.
struct FieldCache {
  const Shape* shape = nullptr;
  std::uint32_t place = 0;
};

// A function with what it captured.
struct Closure {
  const Lambda* lambda;
  const Value* captured;
  const Program* program;
  FieldCache* caches;
};

std::uint64_t hash_of(std::string_view text);

}  // namespace daybook::reactor
