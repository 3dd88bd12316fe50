// Operators, match and what is known inside its arms, joins and queries.
#include <algorithm>

#include "components/reactor/calendar.h"
#include "components/reactor/checker.h"

namespace daybook::reactor {

namespace {

using Kind = Type::Kind;

}  // namespace

// Null when the two cannot be added, subtracted, …
const Type* Checker::arithmetic_of(Arithmetic op, const Type* left, const Type* right) {
  const Kind a = base_kind(left);
  const Kind b = base_kind(right);
  if (is_open(left) || is_open(right)) {
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
  if (op != Arithmetic::kMultiply && a == Kind::kSpan && b == Kind::kSpan) {
    const auto unit = [](const Type* t) {
      return t->is(Kind::kLiteral) ? std::optional(t->literal.span().unit)
             : t->any_unit         ? std::nullopt
                                   : std::optional(t->unit);
    };
    if (unit(left) && unit(right) && is_calendar(*unit(left)) != is_calendar(*unit(right))) {
      return nullptr;
    }
    if (op == Arithmetic::kDivide) {
      return types_.simple(Kind::kNumber);
    }
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

namespace {

// '2025-11-16': as a text it is no time.
bool is_written_time(const Type* type) {
  return type->is(Kind::kLiteral) && type->literal.is(Tag::kText) &&
         (parse_date(type->literal.text()) || parse_instant(type->literal.text()));
}

}  // namespace

const Type* Checker::arithmetic(const PairNode& node, Frame& frame) {
  const Type* left = check(node.left, frame);
  const Type* right = check(node.right, frame);
  const auto op = static_cast<Arithmetic>(node.op);
  if (is_written_time(left) && base_kind(right) == Kind::kSpan) {
    return complain("TYPE",
                    Types::text(left) +
                        " is a text, to which '+' would join the duration; a time is "
                        "written 2025-11-16T02:00:00Z, or made by ':: instant'",
                    node.at, frame);
  }
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
        } else if (base_kind(a) == Kind::kSpan && base_kind(b) == Kind::kSpan &&
                   op != Arithmetic::kMultiply) {
          message += "; years and months do not mix with other units";
        }
        return complain("TYPE", message, node.at, frame);
      }
      out.push_back(result);
    }
  }
  return types_.either(std::move(out));
}

bool Checker::have_order(const Type* a, const Type* b) {
  const Kind k = base_kind(a);
  const bool ordered = k == Kind::kNumber || k == Kind::kText || k == Kind::kInstant ||
                       k == Kind::kDate || k == Kind::kSpan || k == Kind::kUuid;
  return is_open(a) || is_open(b) || (ordered && k == base_kind(b));
}

const Type* Checker::comparison(const PairNode& node, Frame& frame) {
  const Type* left = types_.widened(check(node.left, frame));
  const Type* right = types_.widened(check(node.right, frame));
  const auto op = static_cast<Compare>(node.op);
  const bool equality = op == Compare::kEqual || op == Compare::kNotEqual;
  if (equality) {
    // An hour is sixty minutes.
    const Type* span = types_.simple(Kind::kSpan);
    if (types_.fits(left, types_.optional(span)) && types_.fits(right, types_.optional(span))) {
      return types_.simple(Kind::kBool);
    }
    expect_overlap(left, right, op == Compare::kEqual ? "this is never so" : "this is always so",
                   node.at, frame);
    return types_.simple(Kind::kBool);
  }
  for (const Type* const a : members(left)) {
    for (const Type* const b : members(right)) {
      if (!have_order(a, b)) {
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

// On the right of `and` the left one holds, on the right of `or` it does not.
const Type* Checker::logic(const PairNode& node, Frame& frame) {
  const bool both = node.kind == NodeKind::kAnd;
  const std::string what = both ? "what 'and' joins" : "what 'or' joins";
  expect_bool(node.left, what, frame);
  Known known;
  assume(node.left, both, frame, known);
  expect_bool(node.right, what, frame);
  restore(known);
  return types_.simple(Kind::kBool);
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
          const bool tuple = member->is_tuple_of(pattern.parts.size());
          parts.push_back(tuple                     ? member->parts[i]
                          : member->is(Kind::kList) ? member->parts.front()
                                                    : types_.any());
        }
        bind(*pattern.parts[i], types_.either(std::move(parts)), frame);
      }
      return;
    case TypeKind::kRecord:
      for (std::size_t i = 0; i < pattern.parts.size(); ++i) {
        std::vector<const Type*> parts;
        for (const Type* const member : members(type)) {
          const Type* part = member->field(pattern.names[i]);
          parts.push_back(part != nullptr ? part : types_.any());
        }
        bind(*pattern.parts[i], types_.either(std::move(parts)), frame);
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
  Known earlier;       // arms that were not taken
  for (const Arm& arm : node.arms) {
    const Type* matched = left->is(Kind::kNever) ? types_.any() : left;
    if (arm.pattern != nullptr) {
      const Type* pattern = types_.of_node(*arm.pattern);
      expect_overlap(left, pattern,
                     is_taken(node.at, frame) ? "on one line this match belongs to the body behind "
                                                "'=>', so that no value gets to this arm"
                                              : "no value gets to this arm",
                     arm.at, frame);
      matched = types_.narrow(left, pattern);
      matched = matched->is(Kind::kNever) ? types_.partial(pattern) : matched;
      bind(*arm.pattern, matched, frame);
    }
    Known known;
    if (node.subject != nullptr) {
      narrow(node.subject, matched, frame, known);
    }
    if (arm.guard != nullptr) {
      expect_bool(arm.guard, "the condition", frame);
      assume(arm.guard, true, frame, known);
    }
    out.push_back(check(arm.body, frame));
    restore(known);
    if (arm.guard == nullptr) {
      whole = whole || arm.pattern == nullptr;
      left = arm.pattern == nullptr ? types_.simple(Kind::kNever)
                                    : types_.subtract(left, types_.of_node(*arm.pattern));
      if (node.subject != nullptr && !left->is(Kind::kNever)) {
        narrow(node.subject, left, frame, earlier);
      }
    } else if (arm.pattern == nullptr) {
      assume(arm.guard, false, frame, earlier);
      const Type* known_of = node.subject != nullptr ? type_of_path(node.subject, frame) : nullptr;
      left = known_of != nullptr ? known_of : left;
    }
  }
  restore(earlier);
  if (!whole && !left->is(Kind::kNever)) {
    out.push_back(types_.nothing());
  }
  return types_.either(std::move(out));
}

const Type* Checker::convert(const ConvertNode& node, Frame& frame) {
  const Type* from = check(node.operand, frame);
  const Type* to = types_.of_node(*node.type);
  const bool list = to->is(Kind::kList);
  const bool fields = to->is(Kind::kRecord) || to->is(Kind::kMap) || to->is(Kind::kNominal);
  for (const Type* const member : members(from)) {
    // A text may hold bytes, or a list or record as it is written; parts are converted one by one.
    const Kind kind = base_kind(member);
    if (is_open(member) || ((list || fields) && kind == Kind::kText) ||
        (list && (kind == Kind::kList || kind == Kind::kTuple)) ||
        (fields && (kind == Kind::kRecord || kind == Kind::kNominal))) {
      continue;
    }
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
  if (element == nullptr) {
    return types_.any();
  }
  const Type* type = element;
  for (const std::string_view name : node.path) {
    type = field_of(types_.subtract(type, types_.nothing()), name, node.at, frame);
  }
  return types_.list(element);
}

const Type* Checker::join(const JoinNode& node, Frame& frame) {
  const Type* left = element_of(check(node.left, frame), "join", node.at, frame);
  const Type* right = element_of(check(node.right, frame), "join", node.at, frame);
  if (left == nullptr || right == nullptr) {
    return types_.any();
  }
  field_of(left, node.key, node.at, frame);
  field_of(right, node.key, node.at, frame);
  if (node.side != JoinNode::Side::kInner) {
    left = types_.optional(left);
  }
  if (node.side == JoinNode::Side::kOuter) {
    right = types_.optional(right);
  }
  return types_.list(
      types_.record({node.pair->names[0], node.pair->names[1]}, {left, right}, true));
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
  const Type* record = navigation(node.root, node.root.edge, *set, frame);
  return types_.either(types_.list(record), types_.nominal(*find_nominal("QueryError")));
}

// What is asked, where it is no more than a text, is the set's to judge.
void Checker::check_asked(const Node* node, std::string_view what, std::string_view set,
                          Frame& frame) {
  if (node == nullptr) {
    return;
  }
  require(check(node, frame), types_.simple(Kind::kText), what, node->at, frame);
  const Value* value =
      node->kind == NodeKind::kConstant ? &static_cast<const ConstantNode*>(node)->value : nullptr;
  if (value == nullptr || !value->is(Tag::kText)) {
    return;
  }
  const bool filter = what == "a filter";
  const Status asked = sets_.check(set, filter ? value->text() : std::string_view(),
                                   filter ? std::string_view() : value->text());
  if (!asked) {
    const std::string& message = asked.error().message;
    complain(asked.error().reason == "GRAPH_UNKNOWN_FIELD" ? "UNKNOWN_FIELD" : "QUERY",
             message.substr(0, message.find('\n')), node->at, frame);
  }
}

// All declared fields are there, those that were not selected too.
const Type* Checker::navigation(const Navigation& nav, std::string_view of, const SetType& set,
                                Frame& frame) {
  std::vector<std::string_view> names;
  std::vector<const Type*> parts;
  for (const auto& [name, type] : set.fields) {
    names.push_back(name);
    parts.push_back(types_.of_field(type, true));
  }
  for (const Selected& field : nav.fields) {
    if (std::find(names.begin(), names.end(), field.name) == names.end()) {
      complain("UNKNOWN_FIELD",
               "'" + std::string(nav.edge) + "' has no field '" + std::string(field.name) + "'" +
                   meant(field.name, names),
               field.at, frame);
    }
  }
  check_asked(nav.filter, "a filter", of, frame);
  check_asked(nav.order_by, "an order", of, frame);
  for (const Navigation& inner : nav.navigate) {
    const auto edge = std::find_if(set.navigations.begin(), set.navigations.end(),
                                   [&](const auto& entry) { return entry.first == inner.edge; });
    const SetType* target = edge != set.navigations.end() ? sets_.find(edge->second.set) : nullptr;
    if (target == nullptr) {
      std::vector<std::string_view> edges;
      for (const auto& [name, reached] : set.navigations) {
        edges.push_back(name);
      }
      complain("UNKNOWN_SET",
               "'" + std::string(nav.edge) + "' does not lead to '" + std::string(inner.edge) +
                   "'" + meant(inner.edge, edges),
               inner.at, frame);
      continue;
    }
    const Type* reached = navigation(inner, edge->second.set, *target, frame);
    names.push_back(inner.edge);
    parts.push_back(edge->second.many ? types_.list(reached) : types_.optional(reached));
  }
  return types_.record(std::move(names), std::move(parts));
}

}  // namespace daybook::reactor
