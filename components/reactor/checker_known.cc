// What conditions and matches say of variables and of their fields. Values never change, so what is
// known once stays true.
#include <algorithm>

#include "components/reactor/checker.h"

namespace daybook::reactor {

namespace {

using Kind = Type::Kind;

}  // namespace

// A filter or a match that was likely not meant for the body that took it.
bool Checker::is_taken(std::uint32_t at, const Frame& frame) {
  const auto& inside = frame.program->inside_bodies;
  return std::binary_search(inside.begin(), inside.end(), at);
}

bool Checker::expect_overlap(const Type* type, const Type* pattern, std::string_view what,
                             std::uint32_t at, const Frame& frame) {
  if (generic_ > 0 || type->is(Kind::kNever) ||
      types_.overlap(types_.loosened(type), types_.loosened(pattern))) {
    return true;
  }
  complain("TYPE", std::string(what) + ": " + Types::text(type) + " is not " + Types::text(pattern),
           at, frame);
  return false;
}

const Type*& Checker::place_of(const VariableNode& node, Frame& frame) {
  return node.kind == NodeKind::kLocal ? frame.slots[node.index] : frame.captured[node.index];
}

// Null when the node is no path.
const Type* Checker::type_of_path(const Node* node, const Frame& frame) {
  if (node->kind == NodeKind::kLocal) {
    return frame.slots[static_cast<const VariableNode*>(node)->index];
  }
  if (node->kind == NodeKind::kCapture) {
    return frame.captured[static_cast<const VariableNode*>(node)->index];
  }
  if (node->kind != NodeKind::kField) {
    return nullptr;
  }
  const auto& field = *static_cast<const FieldNode*>(node);
  const Type* target = type_of_path(field.target, frame);
  if (target == nullptr) {
    return nullptr;
  }
  std::vector<const Type*> parts;
  for (const Type* const member : members(target)) {
    parts.push_back(member->partial ? types_.any() : nullptr);
    if (const Type* there = member->field(field.name)) {
      parts.back() = there;
    }
    if (parts.back() == nullptr) {
      return nullptr;
    }
  }
  return types_.either(std::move(parts));
}

void Checker::narrow(const Node* node, const Type* type, Frame& frame, Known& known) {
  if (node->kind == NodeKind::kLocal || node->kind == NodeKind::kCapture) {
    const Type*& place = place_of(*static_cast<const VariableNode*>(node), frame);
    known.push_back({&place, place});
    place = type;
    return;
  }
  if (node->kind != NodeKind::kField) {
    return;
  }
  // A field of a record is narrowed as the record with that field.
  const auto& field = *static_cast<const FieldNode*>(node);
  const Type* target = type_of_path(field.target, frame);
  if (target == nullptr) {
    return;
  }
  const auto all = members(target);
  std::vector<const Type*> out;
  for (const Type* record : all) {
    record = record->is(Kind::kNominal) ? record->parts.front() : record;
    if (record->is(Kind::kRecord) && record->partial && record->field(field.name) == nullptr) {
      record = types_.narrow(record, types_.record({field.name}, {types_.any()}));
    }
    if (!record->is(Kind::kRecord) || record->field(field.name) == nullptr) {
      return;
    }
    std::vector<const Type*> parts = record->parts;
    const auto at = std::find(record->names.begin(), record->names.end(), field.name);
    const Type*& part = parts[static_cast<std::size_t>(at - record->names.begin())];
    // Of several records, those are left whose field may be of that type.
    part = all.size() == 1 ? type : types_.narrow(part, type);
    if (all.size() == 1 || !part->is(Kind::kNever)) {
      out.push_back(types_.with_parts(record, std::move(parts)));
    }
  }
  if (!out.empty()) {
    narrow(field.target, types_.either(std::move(out)), frame, known);
  }
}

void Checker::assume_matched(const Node* node, const Type* wanted, bool matched, Frame& frame,
                             Known& known) {
  const Type* type = type_of_path(node, frame);
  if (type == nullptr) {
    return;
  }
  const Type* rest = matched ? types_.narrow(type, wanted) : types_.subtract(type, wanted);
  narrow(node, rest->is(Kind::kNever) && matched ? types_.partial(wanted) : rest, frame, known);
}

void Checker::assume(const Node* condition, bool holds, Frame& frame, Known& known) {
  switch (condition->kind) {
    case NodeKind::kNot:
      assume(static_cast<const UnaryNode*>(condition)->operand, !holds, frame, known);
      return;
    case NodeKind::kAnd:
    case NodeKind::kOr:
      // Both hold, or neither does.
      if (holds == (condition->kind == NodeKind::kAnd)) {
        const auto& pair = *static_cast<const PairNode*>(condition);
        assume(pair.left, holds, frame, known);
        assume(pair.right, holds, frame, known);
      }
      return;
    case NodeKind::kIs: {
      const auto& is = *static_cast<const IsNode*>(condition);
      assume_matched(is.operand, types_.of_node(*is.pattern), holds != is.negated, frame, known);
      return;
    }
    case NodeKind::kCompare: {
      // x == nothing, x != nothing
      const auto& pair = *static_cast<const PairNode*>(condition);
      const auto op = static_cast<Compare>(pair.op);
      const bool nothing = pair.right->kind == NodeKind::kConstant &&
                           static_cast<const ConstantNode*>(pair.right)->value.is(Tag::kNothing);
      if (nothing && (op == Compare::kEqual || op == Compare::kNotEqual)) {
        assume_matched(pair.left, types_.nothing(), holds == (op == Compare::kEqual), frame, known);
      }
      return;
    }
    default:
      return;
  }
}

void Checker::restore(Known& known, std::size_t size) {
  for (; known.size() > size; known.pop_back()) {
    *known.back().place = known.back().before;
  }
}

}  // namespace daybook::reactor
