#include "components/reactor/checker.h"

#include <algorithm>

#include "components/reactor/format.h"
#include "components/reactor/limits.h"
#include "components/reactor/near.h"

namespace daybook::reactor {

namespace {

using Kind = Type::Kind;

}  // namespace

std::vector<const Type*> Checker::check(
    const Program& program, const std::vector<const std::vector<const Type*>*>& imported) {
  Frame frame{&program, std::vector<const Type*>(program.frame, types_.any()), {}};
  for (const ImportedName& name : program.imported) {
    frame.slots[name.to_slot] = (*imported[name.module])[name.from_slot];
  }
  for (const Parameter& parameter : program.parameters) {
    frame.slots[parameter.slot] =
        parameter.type != nullptr ? types_.of_node(*parameter.type) : types_.any();
  }
  for (const Statement& s : program.body->statements) {
    const Type* type = statement(s, frame);
    if (s.kind == Statement::Kind::kFrom) {
      check_output(type, s.at, frame);
    }
  }
  return std::move(frame.slots);
}

// What it gives, which is the type of its name too.
const Type* Checker::statement(const Statement& s, Frame& frame) {
  const Type* type = check(s.value, frame);
  if (s.kind == Statement::Kind::kFrom) {
    return type;
  }
  type = s.kind == Statement::Kind::kParameter ? types_.widened(type) : type;
  if (s.type != nullptr) {
    const Type* declared = types_.of_node(*s.type);
    require(type, declared, "'" + std::string(s.name) + "'", s.at, frame);
    if (declared->is(Kind::kAny)) {
      check_lost(type, s.at, frame);
    }
    type = declared;
  }
  frame.slots[s.slot] = type;
  return type;
}

const Type* Checker::complain(std::string_view code, std::string_view message, std::uint32_t at,
                              const Frame& frame) {
  constexpr std::size_t kStepsOfAMessage = 20;
  steps_ += kStepsOfAMessage;
  const bool fresh = complained_.insert({frame.program, {at, std::string(message)}}).second;
  if (fresh && diagnostics_.size() < kDiagnosticsMax) {
    diagnostics_.push_back(frame.program->source.diagnose(code, message, at));
  }
  return types_.any();
}

// The name that was likely meant; looking for it is work, too.
std::string Checker::meant(std::string_view name, const std::vector<std::string_view>& names) {
  constexpr std::size_t kStepsOfAName = 4;
  steps_ += names.size() * kStepsOfAName;
  return Near(name).offer_all(names).hint();
}

bool Checker::require(const Type* type, const Type* wanted, std::string_view what, std::uint32_t at,
                      const Frame& frame) {
  if (types_.fits(type, wanted)) {
    return gives(type, wanted, what, at, frame);
  }
  std::string message =
      std::string(what) + " is " + Types::text(type) + ", not " + Types::text(wanted);
  if (types_.fits(types_.subtract(type, types_.nothing()), wanted)) {
    message += "; match nothing first";
  }
  complain("TYPE", message, at, frame);
  return false;
}

// Functions as written, where a type `T => U` is wanted: what they give for a T is a U.
bool Checker::gives(const Type* type, const Type* wanted, std::string_view what, std::uint32_t at,
                    const Frame& frame) {
  if (!wanted->is(Kind::kFunction)) {
    return true;
  }
  for (const Type* const member : members(type)) {
    if (!member->is(Kind::kFunction) || member->lambda == nullptr) {
      continue;
    }
    const std::vector<const Type*> arguments(wanted->parts.begin(), wanted->parts.end() - 1);
    const Type* result = apply_lambda(member, arguments, at, frame);
    if (!require(result, wanted->parts.back(), "what " + std::string(what) + " gives", at, frame)) {
      return false;
    }
  }
  return true;
}

const Type* Checker::check(const Node* node, Frame& frame) {
  switch (node->kind) {
    case NodeKind::kConstant: {
      const Value& value = static_cast<const ConstantNode*>(node)->value;
      switch (value.tag) {
        case Tag::kNumber:
        case Tag::kDecimal:
        case Tag::kText:
        case Tag::kBool:
        case Tag::kSpan:
        case Tag::kInstant:
        case Tag::kNothing:
          return types_.literal(value);
        default:
          return types_.regex(value);
      }
    }
    case NodeKind::kInterpolation:
      for (const Node* part : static_cast<const InterpolationNode*>(node)->parts) {
        expect_text(part, "what stands in a text", frame);
      }
      return types_.simple(Kind::kText);
    case NodeKind::kLocal:
    case NodeKind::kCapture:
      return variable(*static_cast<const VariableNode*>(node), frame);
    case NodeKind::kNow:
    case NodeKind::kRunAt:
    case NodeKind::kDueAt:
      return types_.simple(Kind::kInstant);
    case NodeKind::kUnknown:
      return types_.any();
    default:
      break;
  }
  budget_.step();
  if (depth_ >= kCheckDepthMax || ++steps_ + types_.work() > kCheckStepsMax ||
      diagnostics_.size() >= kDiagnosticsMax) {
    return types_.any();
  }
  ++depth_;
  const Type* out = check_kind(node, frame);
  --depth_;
  return out;
}

const Type* Checker::check_kind(const Node* node, Frame& frame) {
  switch (node->kind) {
    case NodeKind::kField:
      return field(*static_cast<const FieldNode*>(node), frame);
    case NodeKind::kLookup:
      return lookup(*static_cast<const PairNode*>(node), frame);
    case NodeKind::kCall:
      return call(*static_cast<const CallNode*>(node), frame);
    case NodeKind::kCallBuiltin:
      return builtin(*static_cast<const BuiltinNode*>(node), frame);
    case NodeKind::kNegate: {
      const Node* operand = static_cast<const UnaryNode*>(node)->operand;
      const Type* type = types_.widened(check(operand, frame));
      const Type* wanted = types_.either(types_.simple(Kind::kNumber), types_.simple(Kind::kSpan));
      return require(type, wanted, "what '-' stands before", node->at, frame) ? type : types_.any();
    }
    case NodeKind::kNot:
      expect_bool(static_cast<const UnaryNode*>(node)->operand, "what 'not' stands before", frame);
      return types_.simple(Kind::kBool);
    case NodeKind::kArithmetic:
      return arithmetic(*static_cast<const PairNode*>(node), frame);
    case NodeKind::kCompare:
      return comparison(*static_cast<const PairNode*>(node), frame);
    case NodeKind::kAnd:
    case NodeKind::kOr:
      return logic(*static_cast<const PairNode*>(node), frame);
    case NodeKind::kIs:
      return test(*static_cast<const IsNode*>(node), frame);
    case NodeKind::kConvert:
      return convert(*static_cast<const ConvertNode*>(node), frame);
    case NodeKind::kLambda:
      return make_function(*static_cast<const Lambda*>(node), frame);
    case NodeKind::kRecord:
      return record(*static_cast<const RecordNode*>(node), frame);
    case NodeKind::kMap:
      return map(*static_cast<const MapNode*>(node), frame);
    case NodeKind::kList: {
      std::vector<const Type*> parts;
      for (const Node* item : static_cast<const ItemsNode*>(node)->items) {
        parts.push_back(check(item, frame));
      }
      return types_.list(types_.either(std::move(parts)));
    }
    case NodeKind::kTuple: {
      std::vector<const Type*> parts;
      for (const Node* item : static_cast<const ItemsNode*>(node)->items) {
        parts.push_back(check(item, frame));
      }
      return types_.tuple(std::move(parts));
    }
    case NodeKind::kWith:
      return with(*static_cast<const WithNode*>(node), frame);
    case NodeKind::kMatch:
      return match(*static_cast<const MatchNode*>(node), frame);
    case NodeKind::kOrderBy:
      return order_by(*static_cast<const OrderByNode*>(node), frame);
    case NodeKind::kJoin:
      return join(*static_cast<const JoinNode*>(node), frame);
    case NodeKind::kQuery:
      return query(*static_cast<const QueryNode*>(node), frame);
    case NodeKind::kBlock:
      return block(*static_cast<const BlockNode*>(node), frame);
    default:
      return types_.any();
  }
}

const Type* Checker::test(const IsNode& node, Frame& frame) {
  const Type* pattern = types_.of_node(*node.pattern);
  expect_overlap(check(node.operand, frame), pattern,
                 node.negated ? "this is always so" : "this is never so", node.at, frame);
  return types_.simple(Kind::kBool);
}

const Type* Checker::variable(const VariableNode& node, Frame& frame) {
  return place_of(node, frame);
}

const Type* Checker::field(const FieldNode& node, Frame& frame) {
  return field_of(check(node.target, frame), node.name, node.at, frame);
}

const Type* Checker::field_of(const Type* target, std::string_view name, std::uint32_t at,
                              const Frame& frame) {
  std::vector<const Type*> out;
  for (const Type* const member : members(target)) {
    if (is_open(member)) {
      return types_.any();
    }
    const Type* there = member->field(name);
    if (there == nullptr && member->partial) {
      return types_.any();
    }
    if (there == nullptr) {
      std::string message = "'" + std::string(name) + "' is no field of " + Types::text(target);
      if (member->is(Kind::kNothing)) {
        message += "; match nothing first";
      } else if (member->is(Kind::kMap)) {
        message += "; a map is read with ->";
      } else if (const auto* entry = find_builtin(name); entry != nullptr && entry->filter) {
        message += "; a filter stands behind a space, without a dot";
      } else {
        message += meant(name, member->names);
      }
      return complain("UNKNOWN_FIELD", message, at, frame);
    }
    out.push_back(there);
  }
  return types_.either(std::move(out));
}

// m->key: of a map or record by text, of a list by a number from 1. Nothing when it is not there.
const Type* Checker::lookup(const PairNode& node, Frame& frame) {
  const Type* target = check(node.left, frame);
  const Type* key = types_.widened(check(node.right, frame));
  std::vector<const Type*> out{types_.nothing()};
  for (const Type* const member : members(target)) {
    switch (member->kind) {
      case Kind::kAny:
      case Kind::kNever:
      case Kind::kNegated:
        return types_.any();
      case Kind::kNothing:
        break;
      case Kind::kMap:
        require(key, types_.simple(Kind::kText), "the key of a map", node.at, frame);
        out.push_back(member->parts.front());
        break;
      case Kind::kRecord:
        require(key, types_.simple(Kind::kText), "the key of a record", node.at, frame);
        if (member->partial) {
          return types_.any();
        }
        out.insert(out.end(), member->parts.begin(), member->parts.end());
        break;
      case Kind::kList:
      case Kind::kTuple:
        require(key, types_.simple(Kind::kNumber), "the place in a list", node.at, frame);
        out.insert(out.end(), member->parts.begin(), member->parts.end());
        break;
      default:
        return complain("TYPE", Types::text(target) + " has no keys", node.at, frame);
    }
  }
  return types_.either(std::move(out));
}

const Type* Checker::call(const CallNode& node, Frame& frame) {
  const Type* callee = check(node.callee, frame);
  std::vector<const Type*> arguments;
  for (const Node* argument : node.arguments) {
    arguments.push_back(check(argument, frame));
  }
  return apply(callee, std::move(arguments), node.at, frame);
}

const Type* Checker::apply(const Type* callee, std::vector<const Type*> arguments, std::uint32_t at,
                           const Frame& frame) {
  std::vector<const Type*> out;
  for (const Type* const member : members(callee)) {
    if (is_open(member)) {
      return types_.any();
    }
    if (!member->is(Kind::kFunction)) {
      return complain("TYPE", Types::text(callee) + " is not a function", at, frame);
    }
    out.push_back(member->lambda != nullptr ? apply_lambda(member, arguments, at, frame)
                                            : apply_declared(member, arguments, at, frame));
  }
  return types_.either(std::move(out));
}

// The types of so many parts of a tuple or list; the type alone when it is neither. How long a list
// is shows in the run.
std::vector<const Type*> Checker::taken_apart(const Type* type, std::size_t count) {
  std::vector<const Type*> out(count, types_.simple(Kind::kNever));
  for (const Type* const member : members(type)) {
    const bool tuple = member->is_tuple_of(count);
    if (!tuple && !member->is(Kind::kList) && !is_open(member)) {
      return {type};
    }
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = types_.either(out[i], is_open(member) ? types_.any() : member->parts[tuple ? i : 0]);
    }
  }
  return out;
}

// Of a function of which its type alone is known.
const Type* Checker::apply_declared(const Type* function, const std::vector<const Type*>& arguments,
                                    std::uint32_t at, const Frame& frame) {
  if (arguments.size() != function->parameters()) {
    return complain("ARGUMENTS",
                    "the function takes " + std::to_string(function->parameters()) +
                        " arguments, not " + std::to_string(arguments.size()),
                    at, frame);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    require(arguments[i], function->parts[i], "what the function takes", at, frame);
  }
  return function->parts.back();
}

const Type* Checker::apply_lambda(const Type* function, const std::vector<const Type*>& given,
                                  std::uint32_t at, const Frame& frame) {
  const Lambda& lambda = *function->lambda;
  std::vector<const Type*> arguments = given;
  // One tuple for several parameters is taken apart.
  if (arguments.size() == 1 && lambda.parameters.size() > 1) {
    arguments = taken_apart(given.front(), lambda.parameters.size());
  }
  if (arguments.size() != lambda.parameters.size()) {
    return complain("ARGUMENTS",
                    "the function takes " + std::to_string(lambda.parameters.size()) +
                        " arguments, not " + std::to_string(arguments.size()),
                    at, frame);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Parameter& parameter = lambda.parameters[i];
    if (parameter.type != nullptr) {
      const Type* declared = types_.of_node(*parameter.type);
      require(arguments[i], declared,
              parameter.name.empty() ? "argument " + std::to_string(i + 1)
                                     : "'" + std::string(parameter.name) + "'",
              at, frame);
      if (declared->is(Kind::kAny)) {
        check_lost(arguments[i], at, frame);
      }
      arguments[i] = declared;
    }
  }
  const auto key = std::pair{function, arguments};
  if (const auto known = calls_.find(key); known != calls_.end()) {
    return known->second;
  }
  if (call_depth_ >= kCallDepthMax || ++call_checks_ > kCallChecksMax) {
    return types_.any();
  }
  ++call_depth_;
  const std::size_t generic = lambda.name.empty() ? 0 : 1;
  generic_ += generic;
  Frame inner{function->program, std::vector<const Type*>(lambda.frame, types_.any()),
              function->parts};
  std::copy(arguments.begin(), arguments.end(), inner.slots.begin());
  if (lambda.guard != nullptr) {
    expect_bool(lambda.guard, "the condition", inner);
  }
  const Type* out = check(lambda.body, inner);
  out = lambda.guard != nullptr ? types_.optional(out) : out;
  --call_depth_;
  generic_ -= generic;
  calls_.emplace(key, out);
  return out;
}

// A function that is never called is looked at too: with what is declared, and nothing known of the
// rest.
const Type* Checker::make_function(const Lambda& lambda, Frame& frame) {
  std::vector<const Type*> captured;
  for (const CaptureSource& source : lambda.captures) {
    captured.push_back(source.from_capture ? frame.captured[source.index]
                                           : frame.slots[source.index]);
  }
  const Type* out = types_.function(&lambda, frame.program, std::move(captured));
  if (!lambda.name.empty()) {
    std::vector<const Type*> arguments(lambda.parameters.size(), types_.any());
    apply_lambda(out, arguments, lambda.at, frame);
  }
  return out;
}

const Type* Checker::record(const RecordNode& node, Frame& frame) {
  std::vector<std::string_view> names;
  std::vector<const Type*> parts;
  for (const FieldInit& field : node.fields) {
    names.push_back(field.name);
    parts.push_back(check(field.value, frame));
  }
  const Type* out = types_.record(std::move(names), std::move(parts));
  written_[out] = {frame.program, &node};
  return out;
}

const Type* Checker::map(const MapNode& node, Frame& frame) {
  std::vector<const Type*> values;
  for (const MapEntry& entry : node.entries) {
    expect_text(entry.key, "the key of a map", frame);
    values.push_back(check(entry.value, frame));
  }
  return types_.map(types_.either(std::move(values)));
}

const Type* Checker::with(const WithNode& node, Frame& frame) {
  const Type* target = check(node.target, frame);
  const Type* changes = record(*node.changes, frame);
  std::vector<const Type*> out;
  for (const Type* const member : members(target)) {
    if (is_open(member)) {
      return types_.any();
    }
    if (!member->is(Kind::kRecord)) {
      const char* hint = member->is(Kind::kNothing) ? "; match nothing first" : "";
      return complain("TYPE",
                      "'with' changes fields of a record, not of " + Types::text(target) + hint,
                      node.at, frame);
    }
    out.push_back(changed(member, changes));
    written_[out.back()] = {frame.program, node.changes};
  }
  return types_.either(std::move(out));
}

const Type* Checker::changed(const Type* record, const Type* changes) {
  std::vector<std::string_view> names = record->names;
  std::vector<const Type*> parts = record->parts;
  for (std::size_t i = 0; i < changes->names.size(); ++i) {
    const auto at = std::find(names.begin(), names.end(), changes->names[i]);
    if (at == names.end()) {
      names.push_back(changes->names[i]);
      parts.push_back(changes->parts[i]);
    } else {
      parts[static_cast<std::size_t>(at - names.begin())] = changes->parts[i];
    }
  }
  return types_.record(std::move(names), std::move(parts), false, record->partial);
}

const Type* Checker::block(const BlockNode& node, Frame& frame) {
  std::vector<const Type*> outputs;
  for (const Statement& s : node.statements) {
    const Type* type = statement(s, frame);
    if (s.kind == Statement::Kind::kFrom) {
      outputs.push_back(type);
    }
  }
  return outputs.size() == 1 ? outputs.front() : types_.tuple(std::move(outputs));
}

void Checker::expect_text(const Node* node, std::string_view what, Frame& frame) {
  const Type* type = check(node, frame);
  for (const Type* const member : members(type)) {
    const Kind kind = base_kind(member);
    const bool fine = is_open(member) || kind == Kind::kNothing || kind == Kind::kBool ||
                      kind == Kind::kNumber || kind == Kind::kText || kind == Kind::kUuid ||
                      kind == Kind::kInstant || kind == Kind::kDate || kind == Kind::kSpan;
    if (!fine) {
      complain("TYPE", std::string(what) + " cannot be " + Types::text(type), node->at, frame);
      return;
    }
  }
}

void Checker::expect_bool(const Node* node, std::string_view what, Frame& frame) {
  require(check(node, frame), types_.simple(Kind::kBool), what, node->at, frame);
}

}  // namespace daybook::reactor
