// Operators, match and what is known inside its arms, joins and queries.
#include <algorithm>

#include "components/reactor/checker.h"

namespace daybook::reactor {

using Kind = Type::Kind;

// Null when the two cannot be added, subtracted, …
const Type* Checker::arithmetic_of(Arithmetic op, const Type* left, const Type* right) {
  const Kind a = base_kind(left);
  const Kind b = base_kind(right);
  if (a == Kind::kAny || b == Kind::kAny || a == Kind::kNegated || b == Kind::kNegated) {
    return types_.any();
  }
  const bool adds = op == Arithmetic::kAdd;
  const bool sums = adds || op == Arithmetic::kSubtract;
  if (a == Kind::kNumber && b == Kind::kNumber) {
    return types_.simple(Kind::kNumber);
  }
  const auto scalar = [](Kind k) {
    return k == Kind::kText || k == Kind::kNumber || k == Kind::kUuid || k == Kind::kInstant ||
           k == Kind::kDate || k == Kind::kSpan || k == Kind::kBool;
  };
  if (adds && (a == Kind::kText || b == Kind::kText) && scalar(a) && scalar(b)) {
    return types_.simple(Kind::kText);
  }
  if (sums && (a == Kind::kInstant || a == Kind::kDate) && b == Kind::kSpan) {
    return types_.simple(a);
  }
  if (adds && a == Kind::kSpan && (b == Kind::kInstant || b == Kind::kDate)) {
    return types_.simple(b);
  }
  if (op == Arithmetic::kSubtract && a == b && (a == Kind::kInstant || a == Kind::kDate)) {
    return types_.simple(Kind::kSpan);
  }
  if (sums && a == Kind::kSpan && b == Kind::kSpan) {
    return types_.fits(left, types_.widened(right)) ? types_.widened(left)
                                                    : types_.simple(Kind::kSpan);
  }
  const bool scales = (a == Kind::kSpan && b == Kind::kNumber) ||
                      (op == Arithmetic::kMultiply && a == Kind::kNumber && b == Kind::kSpan);
  if (!sums && scales) {
    return types_.widened(a == Kind::kSpan ? left : right);
  }
  return nullptr;
}

const Type* Checker::arithmetic(const PairNode& node, Frame& frame) {
  const Type* left = check(node.left, frame);
  const Type* right = check(node.right, frame);
  const auto op = static_cast<Arithmetic>(node.op);
  constexpr std::string_view kSigns = "+-*/";
  std::vector<const Type*> out;
  for (const Type* const a : members(left)) {
    for (const Type* const b : members(right)) {
      const Type* result = arithmetic_of(op, a, b);
      if (result == nullptr) {
        std::string message = std::string("'") + kSigns[node.op] + "' does not work on " +
                              Types::text(left) + " and " + Types::text(right);
        if (a->is(Kind::kNothing) || b->is(Kind::kNothing)) {
          message += "; match nothing first";
        }
        return complain("TYPE", message, node.at, frame);
      }
      out.push_back(result);
    }
  }
  return types_.either(std::move(out));
}

const Type* Checker::comparison(const PairNode& node, Frame& frame) {
  const Type* left = types_.widened(check(node.left, frame));
  const Type* right = types_.widened(check(node.right, frame));
  const auto op = static_cast<Compare>(node.op);
  const bool equality = op == Compare::kEqual || op == Compare::kNotEqual;
  if (equality) {
    // A text may be asked whether it is a uuid or an instant that came as text, never a number.
    if (!types_.overlap(left, right)) {
      complain("TYPE", Types::text(left) + " is never equal to " + Types::text(right), node.at,
               frame);
    }
    return types_.simple(Kind::kBool);
  }
  for (const Type* const a : members(left)) {
    for (const Type* const b : members(right)) {
      const Kind k = base_kind(a);
      const bool open = k == Kind::kAny || base_kind(b) == Kind::kAny;
      const bool ordered = k == Kind::kNumber || k == Kind::kText || k == Kind::kInstant ||
                           k == Kind::kDate || k == Kind::kSpan || k == Kind::kUuid;
      if (!open && (!ordered || k != base_kind(b))) {
        complain(
            "TYPE",
            Types::text(left) + " and " + Types::text(right) + " have no order" +
                (a->is(Kind::kNothing) || b->is(Kind::kNothing) ? "; match nothing first" : ""),
            node.at, frame);
        return types_.simple(Kind::kBool);
      }
    }
  }
  return types_.simple(Kind::kBool);
}

// On the right of `and` the left one holds.
const Type* Checker::logic(const PairNode& node, Frame& frame) {
  const std::string what = node.kind == NodeKind::kAnd ? "what 'and' joins" : "what 'or' joins";
  expect_bool(node.left, what, frame);
  std::vector<Narrowed> known;
  if (node.kind == NodeKind::kAnd) {
    known = assume(node.left, frame);
  }
  expect_bool(node.right, what, frame);
  restore(known);
  return types_.simple(Kind::kBool);
}

Checker::Narrowed Checker::narrow_variable(const Node* node, const Type* type, Frame& frame) {
  if (node->kind != NodeKind::kLocal && node->kind != NodeKind::kCapture) {
    return {};
  }
  const auto& variable = *static_cast<const VariableNode*>(node);
  const Type*& place =
      node->kind == NodeKind::kLocal ? frame.slots[variable.index] : frame.captured[variable.index];
  const Narrowed out{&place, place};
  place = type;
  return out;
}

std::vector<Checker::Narrowed> Checker::assume(const Node* condition, Frame& frame) {
  std::vector<Narrowed> out;
  if (condition->kind == NodeKind::kAnd) {
    const auto& both = *static_cast<const PairNode*>(condition);
    out = assume(both.left, frame);
    for (const Narrowed& n : assume(both.right, frame)) {
      out.push_back(n);
    }
  } else if (condition->kind == NodeKind::kIs) {
    const auto& is = *static_cast<const IsNode*>(condition);
    if (is.operand->kind == NodeKind::kLocal || is.operand->kind == NodeKind::kCapture) {
      const Type* type = variable(*static_cast<const VariableNode*>(is.operand), frame);
      const Type* pattern = types_.of_node(*is.pattern);
      out.push_back(narrow_variable(
          is.operand, is.negated ? types_.subtract(type, pattern) : types_.narrow(type, pattern),
          frame));
    }
  }
  return out;
}

void Checker::restore(const std::vector<Narrowed>& narrowed) {
  for (auto it = narrowed.rbegin(); it != narrowed.rend(); ++it) {
    if (it->place != nullptr) {
      *it->place = it->before;
    }
  }
}

// Binders inside a pattern get the type of the part that they stand for.
void Checker::bind(const TypeNode& pattern, const Type* type, Frame& frame) {
  switch (pattern.kind) {
    case TypeKind::kBinder:
      frame.slots[pattern.slot] = pattern.parts.empty()
                                      ? type
                                      : types_.narrow(type, types_.of_node(*pattern.parts.front()));
      if (!pattern.parts.empty()) {
        bind(*pattern.parts.front(), frame.slots[pattern.slot], frame);
      }
      return;
    case TypeKind::kTuple:
      for (std::size_t i = 0; i < pattern.parts.size(); ++i) {
        std::vector<const Type*> parts;
        for (const Type* const member : members(type)) {
          const bool tuple =
              member->is(Kind::kTuple) && member->parts.size() == pattern.parts.size();
          parts.push_back(tuple                     ? member->parts[i]
                          : member->is(Kind::kList) ? member->parts.front()
                                                    : types_.any());
        }
        bind(*pattern.parts[i], types_.either(std::move(parts)), frame);
      }
      return;
    case TypeKind::kRecord:
      for (std::size_t i = 0; i < pattern.parts.size(); ++i) {
        const Type* part = type->field(pattern.names[i]);
        bind(*pattern.parts[i], part != nullptr ? part : types_.of_node(*pattern.parts[i]), frame);
      }
      return;
    default:
      return;
  }
}

const Type* Checker::match(const MatchNode& node, Frame& frame) {
  const Type* left = node.subject != nullptr ? check(node.subject, frame) : types_.any();
  std::vector<const Type*> out;
  bool whole = false;  // some arm takes whatever is left
  for (const Arm& arm : node.arms) {
    const Type* matched = left;
    if (arm.pattern != nullptr) {
      const Type* pattern = types_.of_node(*arm.pattern);
      if (!types_.overlap(left, pattern) && !left->is(Kind::kNever)) {
        complain("TYPE", Types::text(left) + " is never " + Types::text(pattern), arm.at, frame);
      }
      matched = types_.narrow(left, pattern);
      bind(*arm.pattern, matched, frame);
    }
    std::vector<Narrowed> known;
    if (node.subject != nullptr) {
      known.push_back(narrow_variable(node.subject, matched, frame));
    }
    if (arm.guard != nullptr) {
      expect_bool(arm.guard, "the condition", frame);
      for (const Narrowed& n : assume(arm.guard, frame)) {
        known.push_back(n);
      }
    }
    out.push_back(check(arm.body, frame));
    restore(known);
    if (arm.guard == nullptr) {
      whole = whole || arm.pattern == nullptr;
      left = arm.pattern == nullptr ? types_.simple(Kind::kNever)
                                    : types_.subtract(left, types_.of_node(*arm.pattern));
    }
  }
  if (!whole && !left->is(Kind::kNever)) {
    out.push_back(types_.nothing());
  }
  return types_.either(std::move(out));
}

const Type* Checker::convert(const ConvertNode& node, Frame& frame) {
  const Type* from = check(node.operand, frame);
  const Type* to = types_.of_node(*node.type);
  for (const Type* const member : members(from)) {
    const bool composite = member->is(Kind::kRecord) || member->is(Kind::kList) ||
                           member->is(Kind::kMap) || member->is(Kind::kTuple) ||
                           member->is(Kind::kFunction);
    if (!types_.overlap(member, to) &&
        (composite || member->is(Kind::kNothing) || to->is(Kind::kList))) {
      const char* hint = member->is(Kind::kNothing) ? "; match nothing first" : "";
      return complain("TYPE", Types::text(from) + " cannot become " + Types::text(to) + hint,
                      node.at, frame);
    }
  }
  return to;
}

const Type* Checker::order_by(const OrderByNode& node, Frame& frame) {
  const Type* element = element_of(check(node.source, frame), "order by", node.at, frame);
  const Type* type = element;
  for (const std::string_view name : node.path) {
    type = field_of(types_.subtract(type, types_.nothing()), name, node.at, frame);
  }
  return types_.list(element);
}

const Type* Checker::join(const JoinNode& node, Frame& frame) {
  const Type* left = element_of(check(node.left, frame), "join", node.at, frame);
  const Type* right = element_of(check(node.right, frame), "join", node.at, frame);
  field_of(left, node.key, node.at, frame);
  field_of(right, node.key, node.at, frame);
  if (node.side != JoinNode::Side::kInner) {
    left = types_.optional(left);
  }
  if (node.side == JoinNode::Side::kOuter) {
    right = types_.optional(right);
  }
  return types_.list(types_.record({node.pair->names[0], node.pair->names[1]}, {left, right}));
}

// A list of records, or what went wrong: the outside may fail.
const Type* Checker::query(const QueryNode& node, Frame& frame) {
  const SetType* set = sets_.find(node.root.edge);
  if (set == nullptr && sets_.open()) {
    return types_.any();
  }
  if (set == nullptr) {
    std::string known;
    for (const std::string& name : sets_.names()) {
      known += (known.empty() ? "" : ", ") + name;
    }
    return complain("UNKNOWN_SET",
                    "there is no set '" + std::string(node.root.edge) + "' to ask" +
                        (known.empty() ? "" : "; there are " + known),
                    node.root.at, frame);
  }
  const Type* record = navigation(node.root, *set, frame);
  return types_.either(types_.list(record), types_.nominal(*find_nominal("QueryError")));
}

// All declared fields are there, those that were not selected too.
const Type* Checker::navigation(const Navigation& nav, const SetType& set, Frame& frame) {
  std::vector<std::string_view> names;
  std::vector<const Type*> parts;
  for (const auto& [name, type] : set.fields) {
    names.push_back(name);
    parts.push_back(types_.of_field(type));
  }
  for (const std::string_view field : nav.fields) {
    if (std::find(names.begin(), names.end(), field) == names.end()) {
      complain("UNKNOWN_FIELD",
               "'" + std::string(nav.edge) + "' has no field '" + std::string(field) + "'", nav.at,
               frame);
    }
  }
  const Type* text = types_.simple(Kind::kText);
  if (nav.filter != nullptr) {
    require(check(nav.filter, frame), text, "a filter", nav.filter->at, frame);
  }
  if (nav.order_by != nullptr) {
    require(check(nav.order_by, frame), text, "an order", nav.order_by->at, frame);
  }
  for (const Navigation& inner : nav.navigate) {
    const auto edge = std::find_if(set.navigations.begin(), set.navigations.end(),
                                   [&](const auto& entry) { return entry.first == inner.edge; });
    const SetType* target = edge != set.navigations.end() ? sets_.find(edge->second.set) : nullptr;
    if (target == nullptr) {
      complain("UNKNOWN_SET",
               "'" + std::string(nav.edge) + "' does not lead to '" + std::string(inner.edge) + "'",
               inner.at, frame);
      continue;
    }
    const Type* reached = navigation(inner, *target, frame);
    names.push_back(inner.edge);
    parts.push_back(edge->second.many ? types_.list(reached) : types_.optional(reached));
  }
  return types_.record(std::move(names), std::move(parts));
}

}  // namespace daybook::reactor
