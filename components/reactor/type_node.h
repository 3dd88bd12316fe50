// Types in the tree of a program; a pattern is one that may bind names. Private to
// components/reactor.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "components/reactor/value.h"

namespace daybook::reactor {

enum class TypeKind : std::uint8_t {
  kValue,
  kNothing,
  kBool,
  kNumber,
  kText,
  kUuid,
  kInstant,
  kDate,
  kDuration,
  kUnit,  // one unit of duration
  kByte,
  kLiteral,
  kRegex,
  kNominal,  // QueryError, HttpResponse, …
  kAlias,    // a type with a name; parts[0]
  kUnion,
  kIntersection,
  kNegated,
  kList,      // parts[0]
  kMap,       // parts: key, value
  kRecord,    // names and parts
  kTuple,     // parts
  kFunction,  // parts: parameters, then the result
  kBinder,    // (name: T): binds `slot`; parts[0] may be absent
};

// A type as written; also what a value is matched against. Slots are of the frame it stands in.
struct TypeNode {
  TypeKind kind;
  Span::Unit unit{};
  std::uint16_t slot = 0;
  std::uint16_t size = 1;  // parts in it, all told
  std::uint16_t depth = 1;
  std::uint32_t at = 0;
  Value literal;  // kLiteral, kRegex
  std::string_view name;
  std::span<const std::string_view> names;
  std::span<const TypeNode* const> parts;
};

}  // namespace daybook::reactor
