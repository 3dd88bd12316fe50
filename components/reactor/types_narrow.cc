// What two types share, and what is left of one: tests, arms, joins.
#include <algorithm>

#include "components/reactor/types.h"

namespace daybook::reactor {

namespace {

using Kind = Type::Kind;

}  // namespace

bool Types::overlap(const Type* a, const Type* b) {
  for (const Type* const x : members(a)) {
    for (const Type* const y : members(b)) {
      ++work_;
      const bool open = x->is(Kind::kNegated) || y->is(Kind::kNegated) ||
                        (x->soft && y->is(Kind::kNothing)) || (y->soft && x->is(Kind::kNothing));
      const bool texts = (x->is(Kind::kRegex) || y->is(Kind::kRegex)) &&
                         base_kind(x) == base_kind(y) && !x->is(Kind::kLiteral) &&
                         !y->is(Kind::kLiteral);
      if (open || texts || fits(x, y) || fits(y, x) || parts_overlap(x, y)) {
        return true;
      }
    }
  }
  return false;
}

// Of two that are made of parts; lists and maps may be empty.
bool Types::parts_overlap(const Type* a, const Type* b) {
  const bool tuples = (a->is(Kind::kTuple) || b->is(Kind::kTuple)) &&
                      a->is_tuple_of(b->parts.size()) && b->is_tuple_of(a->parts.size());
  if (tuples) {
    return std::equal(a->parts.begin(), a->parts.end(), b->parts.begin(),
                      [&](const Type* x, const Type* y) { return overlap(x, y); });
  }
  if (a->kind != b->kind) {
    return false;
  }
  for (std::size_t i = 0; a->is(Kind::kRecord) && i < b->names.size(); ++i) {
    const Type* there = a->field(b->names[i]);
    if (there != nullptr && !overlap(there, b->parts[i])) {
      return false;
    }
  }
  return a->is(Kind::kRecord) || a->is(Kind::kList) || a->is(Kind::kMap);
}

const Type* Types::partial(const Type* pattern) {
  ++work_;
  const bool parts = pattern->is(Kind::kRecord) || pattern->is(Kind::kList) ||
                     pattern->is(Kind::kMap) || pattern->is(Kind::kTuple) ||
                     pattern->is(Kind::kUnion);
  if (pattern->is(Kind::kNegated)) {
    return any();
  }
  if (!parts) {
    return pattern;
  }
  std::vector<const Type*> known;
  for (const Type* const part : pattern->parts) {
    known.push_back(partial(part));
  }
  return pattern->is(Kind::kUnion)    ? either(std::move(known))
         : pattern->is(Kind::kRecord) ? record(pattern->names, std::move(known), false, true)
                                      : with_parts(pattern, std::move(known));
}

// The record as it was, its named fields narrowed too; a pair also by a tuple.
const Type* Types::narrow_record(const Type* record, const Type* wanted) {
  std::vector<std::string_view> names = record->names;
  std::vector<const Type*> parts = record->parts;
  for (std::size_t i = 0; i < wanted->parts.size(); ++i) {
    const auto at = wanted->is(Kind::kTuple)
                        ? names.begin() + static_cast<std::ptrdiff_t>(i)
                        : std::find(names.begin(), names.end(), wanted->names[i]);
    if (at == names.end()) {
      names.push_back(wanted->names[i]);
      parts.push_back(partial(wanted->parts[i]));
    } else {
      const Type*& part = parts[static_cast<std::size_t>(at - names.begin())];
      part = narrow(part, wanted->parts[i]);
    }
  }
  const bool pair = record->pair && parts.size() == record->parts.size();
  return this->record(std::move(names), std::move(parts), pair, record->partial);
}

const Type* Types::narrow(const Type* type, const Type* pattern) {
  if (type->is(Kind::kAny)) {
    return partial(pattern);
  }
  if (pattern->is(Kind::kAny)) {
    return type;
  }
  if (pattern->is(Kind::kNegated)) {
    return subtract(type, pattern->parts.front());
  }
  std::vector<const Type*> out;
  for (const Type* const member : members(type)) {
    const Type* narrowed = narrow_member(hardened(member), pattern);
    const bool nothing_too = member->soft && fits(nothing(), pattern);
    out.push_back(!nothing_too                 ? narrowed
                  : narrowed->is(Kind::kNever) ? nothing()
                                               : softened(narrowed));
  }
  return either(std::move(out));
}

// Lists, maps and tuples by what stands in them.
const Type* Types::narrow_parts(const Type* member, const Type* wanted) {
  const bool alike =
      member->kind == wanted->kind && member->parts.size() == wanted->parts.size() &&
      (member->is(Kind::kList) || member->is(Kind::kMap) || member->is(Kind::kTuple));
  if (!alike) {
    return partial(wanted);
  }
  std::vector<const Type*> parts;
  for (std::size_t i = 0; i < wanted->parts.size(); ++i) {
    parts.push_back(narrow(member->parts[i], wanted->parts[i]));
  }
  return with_parts(member, std::move(parts));
}

const Type* Types::narrow_member(const Type* member, const Type* pattern) {
  std::vector<const Type*> out;
  for (const Type* const wanted : members(pattern)) {
    if (wanted->is(Kind::kNegated)) {
      out.push_back(subtract(member, wanted->parts.front()));
    } else if (member->is(Kind::kNegated)) {
      out.push_back(partial(wanted));
    } else if (member->is(Kind::kRecord) &&
               (wanted->is(Kind::kRecord) || (member->pair && wanted->is(Kind::kTuple))) &&
               overlap(member, wanted)) {
      out.push_back(narrow_record(member, wanted));
    } else if (fits(member, wanted)) {
      out.push_back(member);
    } else if (overlap(member, wanted)) {
      out.push_back(narrow_parts(member, wanted));
    }
  }
  return either(std::move(out));
}

// What is left of a bool when one of its two values is taken away.
const Type* Types::other_bool(const Type* type, const Type* pattern) {
  const Type* yes = literal(Value::of_bool(true));
  const Type* no = literal(Value::of_bool(false));
  const Type* left = fits(yes, pattern) ? no : fits(no, pattern) ? yes : nullptr;
  return left == nullptr ? type : type->soft ? softened(left) : left;
}

// Every value of the type is one of the pattern: also of a record of which only a part is known.
bool Types::covered(const Type* member, const Type* pattern) {
  if (!member->partial) {
    return fits(member, pattern);
  }
  const auto all = members(pattern);
  return std::any_of(all.begin(), all.end(), [&](const Type* wanted) {
    return fits(member, wanted) &&
           std::all_of(wanted->names.begin(), wanted->names.end(),
                       [&](std::string_view name) { return member->field(name) != nullptr; });
  });
}

const Type* Types::subtract(const Type* type, const Type* pattern) {
  if (type->is(Kind::kAny)) {
    return type;
  }
  if (pattern->is(Kind::kAny)) {
    return simple(Kind::kNever);
  }
  std::vector<const Type*> out;
  for (const Type* const member : members(type)) {
    if (!member->is(Kind::kAny) && covered(member, pattern)) {
      continue;
    }
    const Type* left = member->is(Kind::kBool) ? other_bool(member, pattern) : member;
    out.push_back(member->soft && fits(nothing(), pattern) ? hardened(left) : left);
  }
  return either(std::move(out));
}

}  // namespace daybook::reactor
