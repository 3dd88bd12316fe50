// Names, calls, records, blocks, match.
#include <algorithm>

#include "components/reactor/compare.h"
#include "components/reactor/eval_statements.h"
#include "components/reactor/format.h"
#include "components/reactor/gathered.h"

namespace daybook::reactor {

Value Evaluator::eval(const Node* node, Frame& frame) {
  step(frame.program, node->at);
  switch (node->kind) {
    case NodeKind::kConstant:
      return static_cast<const ConstantNode*>(node)->value;
    case NodeKind::kLocal:
      return frame.slots[static_cast<const VariableNode*>(node)->index];
    case NodeKind::kCapture:
      return frame.captured[static_cast<const VariableNode*>(node)->index];
    case NodeKind::kNow:
      return Value::of_instant(inputs_.now, true);
    case NodeKind::kRunAt:
      return Value::of_instant(inputs_.planned.value_or(inputs_.now));
    case NodeKind::kDueAt:
      return Value::of_instant(inputs_.due.value_or(inputs_.now));
    default:
      break;
  }
  if (depth_ >= inputs_.limits.depth) {
    stop("DEPTH_LIMIT", "calls and expressions are too deep inside each other", frame.program,
         node->at);
  }
  ++depth_;
  const Value out = eval_rest(node, frame);
  --depth_;
  return out;
}

Value Evaluator::eval_rest(const Node* node, Frame& frame) {
  switch (node->kind) {
    case NodeKind::kField:
      return field(*static_cast<const FieldNode*>(node), frame);
    case NodeKind::kArithmetic:
      return arithmetic(*static_cast<const PairNode*>(node), frame);
    case NodeKind::kCompare:
      return Value::of_bool(compare(*static_cast<const PairNode*>(node), frame));
    case NodeKind::kCall:
      return call_node(*static_cast<const CallNode*>(node), frame);
    case NodeKind::kCallBuiltin:
      return builtin(*static_cast<const BuiltinNode*>(node), frame);
    case NodeKind::kRecord:
      return record(*static_cast<const RecordNode*>(node), frame);
    case NodeKind::kLambda:
      return closure(*static_cast<const Lambda*>(node), frame);
    case NodeKind::kMatch:
      return match(*static_cast<const MatchNode*>(node), frame);
    case NodeKind::kBlock:
      return block(*static_cast<const BlockNode*>(node), frame);
    case NodeKind::kInterpolation:
      return interpolation(*static_cast<const InterpolationNode*>(node), frame);
    case NodeKind::kLookup:
      return lookup(*static_cast<const PairNode*>(node), frame);
    case NodeKind::kNegate:
      return negate(*static_cast<const UnaryNode*>(node), frame);
    case NodeKind::kNot: {
      const Node* operand = static_cast<const UnaryNode*>(node)->operand;
      return Value::of_bool(!truth(eval(operand, frame), frame.program, node->at));
    }
    case NodeKind::kAnd:
    case NodeKind::kOr: {
      const auto& pair = *static_cast<const PairNode*>(node);
      const bool left = truth(eval(pair.left, frame), frame.program, node->at);
      const bool decided = left == (node->kind == NodeKind::kOr);
      return Value::of_bool(decided ? left
                                    : truth(eval(pair.right, frame), frame.program, node->at));
    }
    case NodeKind::kIs: {
      const auto& is = *static_cast<const IsNode*>(node);
      return Value::of_bool(matches(*is.pattern, eval(is.operand, frame), frame) != is.negated);
    }
    case NodeKind::kConvert:
      return convert(*static_cast<const ConvertNode*>(node), frame);
    case NodeKind::kMap:
      return map(*static_cast<const MapNode*>(node), frame);
    case NodeKind::kList:
    case NodeKind::kTuple:
      return items(*static_cast<const ItemsNode*>(node), frame);
    case NodeKind::kWith:
      return with(*static_cast<const WithNode*>(node), frame);
    case NodeKind::kOrderBy:
      return order_by(*static_cast<const OrderByNode*>(node), frame);
    case NodeKind::kJoin:
      return join(*static_cast<const JoinNode*>(node), frame);
    case NodeKind::kQuery:
      return query(*static_cast<const QueryNode*>(node), frame);
    default:
      return {};
  }
}

Value Evaluator::interpolation(const InterpolationNode& node, Frame& frame) {
  std::string out;
  Held held(*this);
  for (const Node* part : node.parts) {
    const Value value = eval(part, frame);
    if (!plain_text(value, out)) {
      stop_type("a text", value, frame.program, part->at);
    }
    held.grow_to(out.capacity());
    if (out.size() > text_bytes_max()) {
      stop("MEMORY_LIMIT", "the text is too long", frame.program, node.at);
    }
  }
  work(out.size(), frame.program, node.at);
  return text(out);
}

Value Evaluator::field(const FieldNode& node, Frame& frame) {
  const Value target = eval(node.target, frame);
  if (!target.is(Tag::kRecord)) {
    stop_type("a record with the field '" + std::string(node.name) + "'", target, frame.program,
              node.at);
  }
  const RecordData& record = *target.record;
  FieldCache& cache = frame.caches[node.cache];
  if (cache.shape != record.shape) [[unlikely]] {
    work(record.shape->size * kBytesPerName, frame.program, node.at);
    cache = {record.shape, record.shape->find(node.name)};
  }
  return cache.place == record.shape->size ? Value{} : record.values[cache.place];
}

Value Evaluator::field_of(const Value& record, std::string_view name, const Program* program,
                          std::uint32_t at) {
  if (!record.is(Tag::kRecord)) {
    return {};
  }
  const Shape& shape = *record.record->shape;
  work(shape.size * kBytesPerName, program, at);
  const std::uint32_t place = shape.find(name);
  return place == shape.size ? Value{} : record.record->values[place];
}

const Value* Evaluator::value_at(const MapData& map, std::string_view key, const Program* program,
                                 std::uint32_t at) {
  std::size_t looked_at = 0;
  const Value* out = map.find(key, looked_at);
  work(2 * key.size() + looked_at * kBytesPerName, program, at);
  return out;
}

Value Evaluator::lookup(const PairNode& node, Frame& frame) {
  const Value target = eval(node.left, frame);
  const Value key = eval(node.right, frame);
  switch (target.tag) {
    case Tag::kNothing:
      return {};
    case Tag::kMap: {
      const Value* there =
          value_at(*target.map, text_of(key, frame, node.at), frame.program, node.at);
      return there == nullptr ? Value{} : *there;
    }
    case Tag::kRecord:
      return field_of(target, text_of(key, frame, node.at), frame.program, node.at);
    case Tag::kList:
    case Tag::kTuple:
    case Tag::kSequence: {
      const Value list = forced(target, frame.program, node.at);
      const std::int64_t place = whole(key, "the place in a list", frame, node.at);
      return place < 1 || place > list.size ? Value{} : list.items[place - 1];
    }
    default:
      stop_type("something with keys", target, frame.program, node.at);
  }
}

Value Evaluator::call_node(const CallNode& node, Frame& frame) {
  const Value callee = eval(node.callee, frame);
  const std::size_t count = node.arguments.size();
  if (!callee.is(Tag::kFunction) || callee.function->lambda->parameters.size() != count) {
    const Value one = count == 1 ? eval(node.arguments.front(), frame) : Value{};
    return call(callee, &one, count, node.at, frame.program);
  }
  // Arguments are computed in their places.
  const StackMark mark = top_;
  Value* slots = push_frame(callee.function->lambda->frame, frame.program, node.at);
  for (std::size_t i = 0; i < count; ++i) {
    slots[i] = eval(node.arguments[i], frame);
  }
  const Value out = call_lambda(*callee.function, slots, node.at, frame.program);
  top_ = mark;
  return out;
}

Value Evaluator::call(const Value& function, const Value* arguments, std::size_t count,
                      std::uint32_t at, const Program* program) {
  if (!function.is(Tag::kFunction)) {
    stop_type("a function", function, program, at);
  }
  const Closure& closure = *function.function;
  const std::size_t wanted = closure.lambda->parameters.size();
  // One tuple for several parameters is taken apart, and so is a pair of a join.
  if (count == 1 && wanted > 1) {
    const auto parts = tuple_parts(*arguments);
    if (parts && parts->size() == wanted) {
      count = wanted;
      arguments = parts->data();
    }
  }
  if (count != wanted) {
    stop(
        "RUN_ARGUMENTS",
        "the function takes " + std::to_string(wanted) + " arguments, not " + std::to_string(count),
        program, at);
  }
  const StackMark mark = top_;
  Value* slots = push_frame(closure.lambda->frame, program, at);
  std::copy(arguments, arguments + count, slots);
  const Value out = call_lambda(closure, slots, at, program);
  top_ = mark;
  return out;
}

// Its arguments are in its frame.
Value Evaluator::call_lambda(const Closure& closure, Value* slots, std::uint32_t at,
                             const Program* program) {
  const Lambda& lambda = *closure.lambda;
  Frame inner{slots, closure.captured, closure.program, closure.caches};
  for (std::size_t i = 0; i < lambda.parameters.size(); ++i) {
    const TypeNode* type = lambda.parameters[i].type;
    if (type != nullptr && !matches(*type, slots[i], inner)) {
      stop_type("another type for '" + std::string(lambda.parameters[i].name) + "'", slots[i],
                program, at);
    }
  }
  enter(1, program, at);
  Value out;
  if (lambda.guard == nullptr || truth(eval(lambda.guard, inner), inner.program, lambda.at)) {
    out = eval(lambda.body, inner);
  }
  leave(1);
  return out;
}

Value* Evaluator::push_frame(std::size_t size, const Program* program, std::uint32_t at) {
  constexpr std::size_t kFirstPiece = 256;
  if (stack_.empty() || top_.used + size > stack_[top_.piece].size) {
    const bool first = stack_.empty();
    top_ = {first ? 0 : top_.piece + 1, 0};
    if (top_.piece == stack_.size() || stack_[top_.piece].size < size) {
      stack_.resize(top_.piece);
      const std::size_t slots = std::max(size, first ? kFirstPiece : kSlotsMax);
      if (top_.piece * kSlotsMax >= inputs_.limits.frames) {
        stop("DEPTH_LIMIT", "too many variables are alive in calls inside each other", program, at);
      }
      stack_.push_back({arena_.array<Value>(slots), slots});
    }
  }
  Value* out = stack_[top_.piece].slots + top_.used;
  top_.used += size;
  std::uninitialized_default_construct_n(out, size);
  return out;
}

Value Evaluator::closure(const Lambda& node, Frame& frame) {
  auto* captured = arena_.array<Value>(node.captures.size());
  for (std::size_t i = 0; i < node.captures.size(); ++i) {
    const CaptureSource& source = node.captures[i];
    captured[i] = source.from_capture ? frame.captured[source.index] : frame.slots[source.index];
  }
  Value out;
  out.tag = Tag::kFunction;
  out.function = arena_.make<Closure>(&node, captured, frame.program, frame.caches);
  return out;
}

Value Evaluator::record(const RecordNode& node, Frame& frame) {
  auto* values = arena_.array<Value>(node.fields.size());
  for (std::size_t i = 0; i < node.fields.size(); ++i) {
    values[i] = eval(node.fields[i].value, frame);
  }
  return Value::of_record(arena_.make<RecordData>(node.shape, values), true);
}

Value Evaluator::map(const MapNode& node, Frame& frame) {
  std::vector<Value> keys;
  std::vector<Value> values;
  for (const MapEntry& entry : node.entries) {
    const Value key = eval(entry.key, frame);
    std::string plain;
    if (!plain_text(key, plain)) {
      stop_type("a text as key", key, frame.program, entry.key->at);
    }
    keys.push_back(key.is(Tag::kText) ? key : text(plain));
    values.push_back(eval(entry.value, frame));
  }
  return map_of(keys, values, frame.program, node.at);
}

Value Evaluator::items(const ItemsNode& node, Frame& frame) {
  auto* values = arena_.array<Value>(node.items.size());
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    values[i] = eval(node.items[i], frame);
  }
  return Value::of_items(node.kind == NodeKind::kTuple ? Tag::kTuple : Tag::kList, values,
                         node.items.size());
}

Value Evaluator::with(const WithNode& node, Frame& frame) {
  const Value target = eval(node.target, frame);
  if (!target.is(Tag::kRecord)) {
    stop_type("a record", target, frame.program, node.at);
  }
  const Shape& shape = *target.record->shape;
  work(shape.size * kBytesPerName * (1 + node.changes->fields.size()), frame.program, node.at);
  std::vector<std::string_view> names(shape.names, shape.names + shape.size);
  std::vector<Value> values(target.record->values, target.record->values + shape.size);
  bool written = target.written();
  for (const FieldInit& change : node.changes->fields) {
    written = written || change.name == "effect";
    const Value value = eval(change.value, frame);
    const auto at = std::find(names.begin(), names.end(), change.name);
    if (at == names.end()) {
      names.push_back(change.name);
      values.push_back(value);
    } else {
      values[static_cast<std::size_t>(at - names.begin())] = value;
    }
  }
  return Value::of_record(record_of(shape_of(names), values).record, written);
}

Value Evaluator::match(const MatchNode& node, Frame& frame) {
  const Value subject = node.subject != nullptr ? eval(node.subject, frame) : Value{};
  for (const Arm& arm : node.arms) {
    if (arm.pattern != nullptr && !matches(*arm.pattern, subject, frame)) {
      continue;
    }
    if (arm.guard != nullptr && !truth(eval(arm.guard, frame), frame.program, arm.at)) {
      continue;
    }
    return eval(arm.body, frame);
  }
  return {};
}

Value Evaluator::statement(const Statement& s, Frame& frame) {
  try {
    const Value value = eval(s.value, frame);
    if (s.type != nullptr && !matches(*s.type, value, frame)) {
      stop_type("another type for '" + std::string(s.name) + "'", value, frame.program, s.at);
    }
    return s.forced ? forced_deep(value, frame.program, s.at) : value;
  } catch (const ArenaFull&) {
    stop("MEMORY_LIMIT", "the run needs more memory than it may have", frame.program, s.at);
  }
}

Value Evaluator::block(const BlockNode& node, Frame& frame) {
  std::vector<Value> outputs;
  run_statements(node, frame, [&](const Value& value, std::uint32_t) { outputs.push_back(value); });
  return outputs.size() == 1 ? outputs.front() : list_of(outputs, Tag::kTuple);
}

}  // namespace daybook::reactor
