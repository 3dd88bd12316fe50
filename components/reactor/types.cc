#include "components/reactor/types.h"

#include <algorithm>
#include <functional>

#include "base/check.h"
#include "components/reactor/compare.h"
#include "components/reactor/limits.h"
#include "components/reactor/regex.h"

namespace daybook::reactor {
namespace {

using Kind = Type::Kind;

void mix(std::size_t& hash, std::size_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
  hash ^= hash >> 29;
}

// Equal values have equal hashes.
std::size_t hash_of(const Value& v) {
  if (v.is_number()) {
    return static_cast<std::size_t>(normalise(v.to_decimal()).mantissa);
  }
  switch (v.tag) {
    case Tag::kText:
      return std::hash<std::string_view>{}(v.text());
    case Tag::kBool:
    case Tag::kInstant:
      return static_cast<std::size_t>(v.number) + 7;
    default:
      return static_cast<std::size_t>(v.tag);
  }
}

std::size_t hash_of(const Type& t) {
  std::size_t out = static_cast<std::size_t>(t.kind) + 1;
  mix(out, t.any_unit ? 99 : static_cast<std::size_t>(t.unit));
  mix(out, (t.pair ? 1U : 0U) + (t.soft ? 2U : 0U) + (t.partial ? 4U : 0U));
  mix(out, hash_of(t.literal));
  mix(out, std::hash<const void*>{}(t.nominal));
  mix(out, std::hash<const void*>{}(t.lambda));
  for (const std::string_view name : t.names) {
    mix(out, std::hash<std::string_view>{}(name));
  }
  for (const Type* part : t.parts) {
    mix(out, std::hash<const void*>{}(part));
  }
  return out;
}

bool same(const Type& a, const Type& b) {
  return a.kind == b.kind && a.pair == b.pair && a.soft == b.soft && a.partial == b.partial &&
         a.any_unit == b.any_unit && (a.any_unit || a.unit == b.unit) && a.nominal == b.nominal &&
         a.lambda == b.lambda && a.names == b.names && a.parts == b.parts &&
         a.literal.tag == b.literal.tag &&
         (a.kind == Kind::kRegex ? a.literal.regex == b.literal.regex
                                 : equal_values(a.literal, b.literal));
}

Kind kind_of_literal(const Value& value) {
  switch (value.tag) {
    case Tag::kBool:
      return Kind::kBool;
    case Tag::kText:
      return Kind::kText;
    case Tag::kInstant:
      return Kind::kInstant;
    case Tag::kSpan:
      return Kind::kSpan;
    default:
      return Kind::kNumber;
  }
}

}  // namespace

const Type* Type::field(std::string_view name) const {
  if (kind == Kind::kNominal) {
    return parts.front()->field(name);
  }
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? nullptr : parts[static_cast<std::size_t>(at - names.begin())];
}

std::span<const Type* const> members(const Type* const& type) {
  return type->is(Kind::kUnion) ? std::span<const Type* const>(type->parts)
                                : std::span<const Type* const>(&type, 1);
}

Kind base_kind(const Type* type) {
  return type->is(Kind::kLiteral) ? kind_of_literal(type->literal)
         : type->is(Kind::kRegex) ? Kind::kText
         : type->is(Kind::kByte)  ? Kind::kNumber
                                  : type->kind;
}

const Type* Types::intern(Type type) {
  type.size = 1;
  type.depth = 1;
  // What a function captured is never gone through.
  for (const Type* part : type.lambda != nullptr ? std::vector<const Type*>() : type.parts) {
    type.size += part->size;
    type.depth = std::max(type.depth, part->depth + 1);
  }
  if (type.size > kTypePartsMax || type.depth > kTypeDepthMax) {
    return any();
  }
  ++work_;
  const std::size_t hash = hash_of(type);
  const auto [begin, end] = all_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (same(*it->second, type)) {
      return it->second.get();
    }
  }
  return all_.emplace(hash, std::make_unique<const Type>(std::move(type)))->second.get();
}

const Type* Types::simple(Kind kind) {
  Type out;
  out.kind = kind;
  return intern(std::move(out));
}

const Type* Types::with(Kind kind, std::vector<const Type*> parts) {
  Type out;
  out.kind = kind;
  out.parts = std::move(parts);
  return intern(std::move(out));
}

const Type* Types::span(Span::Unit unit) {
  Type out;
  out.kind = Kind::kSpan;
  out.any_unit = false;
  out.unit = unit;
  return intern(std::move(out));
}

const Type* Types::literal(const Value& value) {
  if (value.is(Tag::kNothing)) {
    return nothing();
  }
  Type out;
  out.kind = Kind::kLiteral;
  out.literal = value;
  return intern(std::move(out));
}

const Type* Types::regex(const Value& value) {
  Type out;
  out.kind = Kind::kRegex;
  out.literal = value;
  return intern(std::move(out));
}

const Type* Types::nominal(const Nominal& nominal) {
  Type out;
  out.kind = Kind::kNominal;
  out.nominal = &nominal;
  out.parts = {of_field(nominal.record)};
  return intern(std::move(out));
}

const Type* Types::record(std::vector<std::string_view> names, std::vector<const Type*> parts,
                          bool pair, bool partial) {
  Type out;
  out.kind = Kind::kRecord;
  out.pair = pair;
  out.partial = partial;
  out.names = std::move(names);
  out.parts = std::move(parts);
  return intern(std::move(out));
}

const Type* Types::function(const Lambda* lambda, const Program* program,
                            std::vector<const Type*> captured) {
  Type out;
  out.kind = Kind::kFunction;
  out.lambda = lambda;
  out.program = program;
  out.parts = std::move(captured);
  return intern(std::move(out));
}

namespace {

// The different members of unions, those of a literal's own kind for the literal.
class Members {
 public:
  explicit Members(Types& types) : types_(types) {}

  void add(const Type* type) {
    type = wide_ ? types_.widened(type) : type;
    if (type->is(Kind::kNever)) {
      return;
    }
    for (const Type*& there : all_) {
      if (types_.hardened(there) == types_.hardened(type)) {
        there = type->soft ? type : there;
        return;
      }
    }
    all_.push_back(type);
    if (all_.size() > kUnionMax && !wide_) {
      wide_ = true;
      const std::vector<const Type*> narrow = std::move(all_);
      all_.clear();
      for (const Type* const member : narrow) {
        add(member);
      }
    }
  }
  bool too_many() const { return all_.size() > kUnionMax; }
  std::vector<const Type*> take() {
    std::erase_if(all_, [&](const Type* t) {
      return t->is(Kind::kLiteral) && std::any_of(all_.begin(), all_.end(), [&](const Type* o) {
               return o != t && o->kind == base_kind(t) && (o->kind != Kind::kSpan || o->any_unit);
             });
    });
    return std::move(all_);
  }

 private:
  Types& types_;
  bool wide_ = false;
  std::vector<const Type*> all_;
};

}  // namespace

const Type* Types::either(std::vector<const Type*> parts) {
  Members all(*this);
  for (const Type* const part : parts) {
    for (const Type* const member : members(part)) {
      all.add(member);
      if (member->is(Kind::kAny) || all.too_many()) {
        return any();
      }
    }
  }
  std::vector<const Type*> flat = all.take();
  if (flat.empty()) {
    return simple(Kind::kNever);
  }
  return flat.size() == 1 ? flat.front() : with(Kind::kUnion, std::move(flat));
}

const Type* Types::of_field(const FieldType& field, bool soft) {
  const Type* out = any();
  switch (field.kind) {
    case FieldType::Kind::kText:
      out = simple(Kind::kText);
      break;
    case FieldType::Kind::kNumber:
      out = simple(Kind::kNumber);
      break;
    case FieldType::Kind::kBool:
      out = simple(Kind::kBool);
      break;
    case FieldType::Kind::kUuid:
      out = simple(Kind::kUuid);
      break;
    case FieldType::Kind::kInstant:
      out = simple(Kind::kInstant);
      break;
    case FieldType::Kind::kValue:
      return any();
    case FieldType::Kind::kList:
      out = list(field.element ? hardened(of_field(*field.element, soft)) : any());
      break;
    case FieldType::Kind::kRecord: {
      std::vector<std::string_view> names;
      std::vector<const Type*> parts;
      for (const auto& [name, inner] : field.fields) {
        names.push_back(name);
        parts.push_back(of_field(inner, soft));
      }
      out = record(std::move(names), std::move(parts));
      break;
    }
  }
  return field.optional ? optional(out) : soft ? softened(out) : out;
}

const Type* Types::softened(const Type* type) {
  if (type->soft || is_open(type) || type->is(Kind::kNothing) || type->is(Kind::kUnion)) {
    return type;
  }
  Type out = *type;
  out.soft = true;
  return intern(std::move(out));
}

const Type* Types::hardened(const Type* type) {
  if (!type->soft) {
    return type;
  }
  Type out = *type;
  out.soft = false;
  return intern(std::move(out));
}

const Type* Types::with_parts(const Type* type, std::vector<const Type*> parts) {
  Type out = *type;
  out.parts = std::move(parts);
  return intern(std::move(out));
}

const Type* Types::of_node(const TypeNode& node) {
  if (node.size < kRememberedFrom) {
    return made_of(node);
  }
  const auto known = of_nodes_.find(&node);
  return known != of_nodes_.end() ? known->second
                                  : of_nodes_.emplace(&node, made_of(node)).first->second;
}

const Type* Types::made_of(const TypeNode& node) {
  std::vector<const Type*> parts;
  for (const TypeNode* part : node.parts) {
    parts.push_back(of_node(*part));
  }
  switch (node.kind) {
    case TypeKind::kValue:
      return any();
    case TypeKind::kFunction:
      return with(Kind::kFunction, std::move(parts));
    case TypeKind::kNothing:
      return nothing();
    case TypeKind::kBool:
      return simple(Kind::kBool);
    case TypeKind::kNumber:
      return simple(Kind::kNumber);
    case TypeKind::kText:
      return simple(Kind::kText);
    case TypeKind::kUuid:
      return simple(Kind::kUuid);
    case TypeKind::kInstant:
      return simple(Kind::kInstant);
    case TypeKind::kDate:
      return simple(Kind::kDate);
    case TypeKind::kDuration:
      return simple(Kind::kSpan);
    case TypeKind::kUnit:
      return span(node.unit);
    case TypeKind::kByte:
      return simple(Kind::kByte);
    case TypeKind::kLiteral:
      return literal(node.literal);
    case TypeKind::kRegex:
      return regex(node.literal);
    case TypeKind::kNominal:
      return nominal(*find_nominal(node.name));
    case TypeKind::kAlias:
      return parts.front();
    case TypeKind::kBinder:
      return parts.empty() ? any() : parts.front();
    case TypeKind::kUnion:
      return either(std::move(parts));
    case TypeKind::kIntersection: {
      const Type* out = parts.front();
      for (const Type* part : parts) {
        out = narrow(out, part);
      }
      return out;
    }
    case TypeKind::kNegated:
      return negated(parts.front());
    case TypeKind::kList:
      return list(parts.front());
    case TypeKind::kMap:
      return map(parts[1]);
    case TypeKind::kTuple:
      return tuple(std::move(parts));
    case TypeKind::kRecord:
      return record({node.names.begin(), node.names.end()}, std::move(parts));
  }
  return any();
}

const Type* Types::widened(const Type* type) {
  switch (type->kind) {
    case Kind::kLiteral: {
      const Type* wide =
          type->literal.is(Tag::kSpan) ? span(type->literal.span().unit) : simple(base_kind(type));
      return type->soft ? softened(wide) : wide;
    }
    case Kind::kList:
      return with_parts(type, {widened(type->parts.front())});
    case Kind::kUnion: {
      std::vector<const Type*> parts;
      for (const Type* part : type->parts) {
        parts.push_back(widened(part));
      }
      return either(std::move(parts));
    }
    default:
      return type;
  }
}

const Type* Types::loosened(const Type* type) {
  const bool parts = type->is(Kind::kList) || type->is(Kind::kMap) || type->is(Kind::kTuple) ||
                     type->is(Kind::kRecord) || type->is(Kind::kUnion);
  if (!parts) {
    return widened(type);
  }
  std::vector<const Type*> loose;
  for (const Type* part : type->parts) {
    loose.push_back(loosened(part));
  }
  if (type->is(Kind::kUnion)) {
    return either(std::move(loose));
  }
  return with_parts(type, std::move(loose));
}

namespace {

class CheckMeter final : public MatchMeter {
 public:
  explicit CheckMeter(std::size_t& work) : work_(work) {}

  void went_over(std::size_t bytes) override {
    constexpr std::size_t kBytesPerStep = 64;
    work_ += bytes / kBytesPerStep;
  }
  void too_long(std::size_t) override { DAYBOOK_CHECK(false, "the text was measured before"); }

 private:
  std::size_t& work_;
};

}  // namespace

// Of a long text nothing is said before the run.
bool Types::found(const Regex& regex, std::string_view text) {
  constexpr std::size_t kTextMax = 16 * 1024;
  CheckMeter meter(work_);
  return text.size() > std::min(kTextMax, regex.text_bytes_max()) || regex.matches(text, meter);
}

bool Types::fits_parts(const Type* from, const Type* to) {
  switch (to->kind) {
    case Kind::kSpan:
      return base_kind(from) == Kind::kSpan &&
             (to->any_unit ||
              (from->is(Kind::kLiteral) ? from->literal.span().unit == to->unit
                                        : !from->any_unit && from->unit == to->unit));
    case Kind::kRegex:
      return from->is(Kind::kLiteral) && from->literal.is(Tag::kText) &&
             found(*to->literal.regex, from->literal.text());
    case Kind::kNominal:
      return from->is(Kind::kNominal) &&
             (from->nominal == to->nominal || from->nominal->also == to->nominal->name);
    case Kind::kList:
      return (from->is(Kind::kList) && fits(from->parts.front(), to->parts.front())) ||
             (from->is(Kind::kTuple) &&
              std::all_of(from->parts.begin(), from->parts.end(),
                          [&](const Type* t) { return fits(t, to->parts.front()); }));
    case Kind::kMap:
      return (from->is(Kind::kMap) || from->is(Kind::kRecord)) &&
             std::all_of(from->parts.begin(), from->parts.end(),
                         [&](const Type* t) { return fits(t, to->parts.front()); });
    case Kind::kTuple:
      return from->is_tuple_of(to->parts.size()) &&
             std::equal(from->parts.begin(), from->parts.end(), to->parts.begin(), to->parts.end(),
                        [&](const Type* a, const Type* b) { return fits(a, b); });
    case Kind::kRecord:
      if (!from->is(Kind::kRecord) && !from->is(Kind::kNominal)) {
        return false;
      }
      for (std::size_t i = 0; i < to->names.size(); ++i) {
        const Type* there = from->field(to->names[i]);
        if (there == nullptr ? !from->partial && !fits(nothing(), to->parts[i])
                             : !fits(there, to->parts[i])) {
          return false;
        }
      }
      return true;
    case Kind::kFunction:
      return from->is(Kind::kFunction) && fits_function(from, to);
    case Kind::kLiteral:
      return false;
    default:
      return base_kind(from) == to->kind;
  }
}

// Of a function as written only how many parameters it has is known here; what it gives, the
// checker finds out (Checker::gives).
bool Types::fits_function(const Type* from, const Type* to) {
  if (from->lambda != nullptr || to->lambda != nullptr) {
    return from->parameters() == to->parameters();
  }
  if (from->parts.size() != to->parts.size() || !fits(from->parts.back(), to->parts.back())) {
    return false;
  }
  for (std::size_t i = 0; i + 1 < from->parts.size(); ++i) {
    if (!fits(to->parts[i], from->parts[i])) {
      return false;
    }
  }
  return true;
}

bool Types::fits(const Type* from, const Type* to) {
  ++work_;
  if (from == to || from->is(Kind::kAny) || to->is(Kind::kAny) || from->is(Kind::kNever)) {
    return true;
  }
  if (from->is(Kind::kUnion)) {
    return std::all_of(from->parts.begin(), from->parts.end(),
                       [&](const Type* t) { return fits(t, to); });
  }
  if (to->is(Kind::kUnion)) {
    return std::any_of(to->parts.begin(), to->parts.end(),
                       [&](const Type* t) { return fits(from, t); }) ||
           (from->is(Kind::kBool) && fits(literal(Value::of_bool(true)), to) &&
            fits(literal(Value::of_bool(false)), to));
  }
  if (to->is(Kind::kNegated)) {
    return !overlap(hardened(from), to->parts.front());
  }
  return !from->is(Kind::kNegated) && fits_parts(from, to);
}

bool may_be_nothing(const TypeNode* type) {
  Types types;
  return type != nullptr && types.fits(types.nothing(), types.of_node(*type));
}

}  // namespace daybook::reactor
