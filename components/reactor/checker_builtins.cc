// What each function and filter takes and gives.
#include <algorithm>
#include <array>

#include "components/reactor/checker.h"
#include "components/reactor/encoding.h"

namespace daybook::reactor {

namespace {

using Kind = Type::Kind;
using B = Builtin;

}  // namespace

// A QueryError in the place of a list is let through: it ends the run with its message, unless it
// was matched before.
const Type* Checker::element_of(const Type* type, std::string_view filter, std::uint32_t at,
                                const Frame& frame) {
  std::vector<const Type*> out;
  for (const Type* const member : members(type)) {
    switch (member->kind) {
      case Kind::kAny:
      case Kind::kNegated:
        return types_.any();
      case Kind::kNever:
        break;
      case Kind::kRecord:
        // One that came from outside is gone through by its values.
        if (member->partial) {
          return types_.any();
        }
        no_list(type, member, filter, at, frame);
        return nullptr;
      case Kind::kList:
      case Kind::kMap:
      case Kind::kTuple:
        out.insert(out.end(), member->parts.begin(), member->parts.end());
        break;
      case Kind::kNominal:
        if (member->nominal->name == "QueryError" && type->is(Kind::kUnion)) {
          break;
        }
        [[fallthrough]];
      default:
        no_list(type, member, filter, at, frame);
        return nullptr;
    }
  }
  return types_.either(std::move(out));
}

void Checker::no_list(const Type* type, const Type* member, std::string_view filter,
                      std::uint32_t at, const Frame& frame) {
  std::string hint;
  if (member->is(Kind::kNothing)) {
    hint = "; match nothing first";
  } else if (filter == "min" && member->is(Kind::kLiteral) && base_kind(member) == Kind::kNumber) {
    hint = "; a duration is written " + Types::text(member) + " minutes";
  } else if (is_taken(at, frame)) {
    hint =
        "; on one line it belongs to the body behind '=>': parentheses end that, or a line of its "
        "own";
  }
  complain("TYPE",
           "'" + std::string(filter) + "' works on a list, not on " + Types::text(type) + hint, at,
           frame);
}

// What `repeat` gives: the elements of a list, and anything that is no list as it is.
const Type* Checker::repeated(const Type* type, std::uint32_t at, const Frame& frame) {
  const auto is_whole = [](const Type* t) {
    const bool error = t->is(Kind::kNominal) && t->nominal->name == "QueryError";
    return !is_open(t) && !t->is(Kind::kList) && !t->is(Kind::kTuple) && !t->is(Kind::kMap) &&
           !t->is(Kind::kNothing) && !error;
  };
  std::vector<const Type*> out;
  std::vector<const Type*> lists;
  for (const Type* const member : members(type)) {
    (is_whole(member) ? out : lists).push_back(member);
  }
  if (!lists.empty()) {
    out.push_back(element_of(types_.either(std::move(lists)), "repeat", at, frame));
  }
  return !out.empty() && out.back() == nullptr ? nullptr : types_.either(std::move(out));
}

// Elements of which a condition `x => …` is true: what it says of x is known of them.
const Type* Checker::passed(const Type* function, const Type* element) {
  const Lambda* lambda = function->is(Kind::kFunction) ? function->lambda : nullptr;
  if (lambda == nullptr || lambda->parameters.size() != 1 ||
      lambda->parameters.front().type != nullptr) {
    return element;
  }
  Frame inner{function->program, std::vector<const Type*>(lambda->frame, types_.any()),
              function->parts};
  inner.slots.front() = element;
  Known known;
  assume(lambda->body, true, inner, known);
  return inner.slots.front();
}

void Checker::check_condition(const Type* function, const Type* element, std::uint32_t at,
                              const Frame& frame) {
  const Type* result = apply(function, {element}, at, frame);
  require(result, types_.simple(Kind::kBool), "the condition", at, frame);
}

const Type* Checker::builtin(const BuiltinNode& node, Frame& frame) {
  std::vector<const Type*> types;
  for (const Node* argument : node.arguments) {
    types.push_back(check(argument, frame));
  }
  if (node.apart) {
    const BuiltinEntry& entry = entry_of(node.function);
    const std::size_t count = entry.arguments_min + 1U;
    const auto fits = [&](const Type* t) { return is_open(t) || t->is_tuple_of(count); };
    const auto all = members(types.front());
    if (!std::all_of(all.begin(), all.end(), fits)) {
      const bool function = node.function == B::kSelect || node.function == B::kWhere ||
                            node.function == B::kAll || node.function == B::kGroupBy;
      return complain("ARGUMENTS",
                      wrong_arguments(entry, 0) +
                          (function ? "; a filter behind it is no function: x => x count" : ""),
                      node.at, frame);
    }
    types = taken_apart(types.front(), count);
  }
  if (node.function <= B::kContains) {
    return list_filter(node, types, frame);
  }
  if (node.function <= B::kAsMap) {
    return map_filter(node, types.front(), frame);
  }
  if (node.function <= B::kAbs) {
    return number_filter(node, types.front(), frame);
  }
  if (node.function <= B::kHmacSha256) {
    return text_filter(node, types, frame);
  }
  if (node.function <= B::kDayOfWeek) {
    return time_filter(node, types, frame);
  }
  return action(node, types, frame);
}

const Type* Checker::flattened(const Type* element, std::uint32_t at, const Frame& frame) {
  std::vector<const Type*> parts;
  for (const Type* const member : members(element)) {
    const bool nested =
        member->is(Kind::kList) || member->is(Kind::kTuple) || member->is(Kind::kMap);
    parts.push_back(nested ? element_of(member, "flatten", at, frame) : member);
  }
  return types_.list(types_.either(std::move(parts)));
}

// Of elements that are compared with each other.
const Type* Checker::ordered(const Type* type, std::uint32_t at, const Frame& frame) {
  const auto all = members(type);
  for (const Type* const member : all) {
    if (!have_order(all.front(), member)) {
      return complain("TYPE",
                      Types::text(type) + " have no order" +
                          (types_.fits(types_.nothing(), type) ? "; match nothing first" : ""),
                      at, frame);
    }
  }
  return type;
}

const Type* Checker::summed(const BuiltinNode& node, const Type* element, const Frame& frame) {
  const Type* number = types_.simple(Kind::kNumber);
  const Type* known = types_.hardened(types_.widened(element));
  require(known, types_.either(number, types_.simple(Kind::kSpan)), "what is summed", node.at,
          frame);
  const auto is_span = [](const Type* t) { return base_kind(t) == Kind::kSpan; };
  const auto all = members(known);
  if (std::any_of(all.begin(), all.end(), is_span) &&
      !std::all_of(all.begin(), all.end(), is_span) && !is_open(known)) {
    return complain("TYPE", "numbers and durations have no sum", node.at, frame);
  }
  const Type* sum = known->is(Kind::kNever) || known->is(Kind::kAny) ? number : known;
  return node.function == B::kSum ? sum : types_.optional(sum);
}

// What a fold carries may grow beyond the type that it starts with: twice round finds out.
const Type* Checker::carried(const BuiltinNode& node, const std::vector<const Type*>& types,
                             const Type* element, const Frame& frame) {
  const Type* out = types_.widened(types[1]);
  for (int round = 0; round < 2; ++round) {
    out = types_.either(out, types_.widened(apply(types[2], {out, element}, node.at, frame)));
  }
  return out;
}

const Type* Checker::list_filter(const BuiltinNode& node, const std::vector<const Type*>& types,
                                 Frame& frame) {
  const std::string_view name = entry_of(node.function).name;
  const Type* number = types_.simple(Kind::kNumber);
  if (node.function == B::kContains && base_kind(types[0]) == Kind::kText) {
    require(types[1], types_.simple(Kind::kText), "what a text contains", node.at, frame);
    return types_.simple(Kind::kBool);
  }
  const Type* element = node.function == B::kRepeat ? repeated(types[0], node.at, frame)
                                                    : element_of(types[0], name, node.at, frame);
  if (element == nullptr) {
    return types_.any();
  }
  switch (node.function) {
    case B::kSelect:
      return types_.list(apply(types[1], {element}, node.at, frame));
    case B::kWhere:
      if (node.pattern != nullptr) {
        const Type* pattern = types_.of_node(*node.pattern);
        return types_.list(node.negated ? types_.subtract(element, pattern)
                                        : types_.narrow(element, pattern));
      }
      check_condition(types[1], element, node.at, frame);
      return types_.list(passed(types[1], element));
    case B::kAny:
    case B::kAll:
      if (types.size() > 1) {
        check_condition(types[1], element, node.at, frame);
      }
      return types_.simple(Kind::kBool);
    case B::kFlatten:
      return flattened(element, node.at, frame);
    case B::kFirst:
    case B::kLast:
      return types_.optional(element);
    case B::kCount:
      return number;
    case B::kMin:
    case B::kMax:
      return types_.optional(ordered(types_.widened(element), node.at, frame));
    case B::kSum:
    case B::kAverage:
      return summed(node, element, frame);
    case B::kTake:
    case B::kSkip:
    case B::kRepeat:
      require(types[1], number, "how many", node.at, frame);
      return types_.list(element);
    case B::kConcat: {
      const Type* more = element_of(types[1], name, node.at, frame);
      return more == nullptr ? types_.any() : types_.list(types_.either(element, more));
    }
    case B::kHasMore:
    case B::kContains:
      return types_.simple(Kind::kBool);
    case B::kFold:
      return carried(node, types, element, frame);
    case B::kGroupBy:
      return types_.list(types_.record(
          {"key", "items"}, {apply(types[1], {element}, node.at, frame), types_.list(element)}));
    default:  // buffer, distinct, reverse
      return types_.list(element);
  }
}

const Type* Checker::map_filter(const BuiltinNode& node, const Type* piped, const Frame& frame) {
  const Type* text = types_.simple(Kind::kText);
  const std::string_view name = entry_of(node.function).name;
  if (node.function == B::kAsMap) {
    const Type* element = element_of(piped, name, node.at, frame);
    if (element == nullptr) {
      return types_.any();
    }
    std::vector<const Type*> values;
    for (const Type* const member : members(element)) {
      const bool pair = (member->is(Kind::kTuple) && member->parts.size() == 2) ||
                        member->is(Kind::kList) || is_open(member) || member->partial;
      const Type* value = is_open(member) || member->partial ? types_.any()
                          : pair                             ? member->parts.back()
                                                             : member->field("value");
      if (value == nullptr || (!pair && member->field("key") == nullptr)) {
        return complain("TYPE",
                        "'asMap' works on pairs or on records with key and value, not on " +
                            Types::text(element),
                        node.at, frame);
      }
      values.push_back(value);
    }
    return types_.map(types_.either(std::move(values)));
  }
  std::vector<const Type*> values;
  for (const Type* const member : members(piped)) {
    if (is_open(member) || member->partial) {
      values.push_back(types_.any());
    } else if (member->is(Kind::kMap) || member->is(Kind::kRecord)) {
      values.insert(values.end(), member->parts.begin(), member->parts.end());
    } else {
      return complain("TYPE",
                      "'" + std::string(name) + "' works on a map, not on " + Types::text(piped),
                      node.at, frame);
    }
  }
  const Type* value = types_.either(std::move(values));
  return types_.list(node.function == B::kKeys ? text
                     : node.function == B::kValues
                         ? value
                         : types_.record({"key", "value"}, {text, value}));
}

const Type* Checker::number_filter(const BuiltinNode& node, const Type* piped, const Frame& frame) {
  const Type* wanted = types_.simple(Kind::kNumber);
  if (node.function == B::kAbs) {
    wanted = types_.either(wanted, types_.simple(Kind::kSpan));
  }
  const std::string what = "what '" + std::string(entry_of(node.function).name) + "' works on";
  require(types_.widened(piped), wanted, what, node.at, frame);
  return node.function == B::kAbs ? types_.widened(piped) : wanted;
}

// The word behind `encode` or `decode`.
std::string_view Checker::encoding(const BuiltinNode& node, const Frame& frame) {
  const std::string_view word = static_cast<const ConstantNode*>(node.arguments[1])->value.text();
  if (!is_encoding(word)) {
    complain("ARGUMENTS",
             "there are base64, base64Url, hex and text, not '" + std::string(word) + "'",
             node.arguments[1]->at, frame);
  }
  return word;
}

const Type* Checker::text_filter(const BuiltinNode& node, const std::vector<const Type*>& types,
                                 const Frame& frame) {
  const Type* text = types_.simple(Kind::kText);
  const Type* number = types_.simple(Kind::kNumber);
  const Type* bytes = types_.list(types_.simple(Kind::kByte));
  const std::string what = "what '" + std::string(entry_of(node.function).name) + "' works on";
  switch (node.function) {
    case B::kDefaultValue:
      return types_.either(types_.subtract(types[0], types_.nothing()), types[1]);
    case B::kAsJsonText:
      return text;
    case B::kParseJson:
      require(types[0], types_.either(text, bytes), what, node.at, frame);
      return types_.any();
    case B::kEncode:
      require(types[0], types_.either(text, bytes), what, node.at, frame);
      encoding(node, frame);
      return text;
    case B::kSha256:
      require(types[0], types_.either(text, bytes), what, node.at, frame);
      return bytes;
    case B::kHmacSha256:
      require(types[0], types_.either(text, bytes), what, node.at, frame);
      require(types[1], types_.either(text, bytes), "the key", node.at, frame);
      return bytes;
    case B::kDecode: {
      require(types[0], types_.either(text, bytes), what, node.at, frame);
      return encoding(node, frame) == "text" ? text : bytes;
    }
    case B::kImplode: {
      const Type* element = element_of(types[0], "implode", node.at, frame);
      if (element != nullptr) {
        require(types_.widened(element), types_.either(text, number), "what is joined", node.at,
                frame);
      }
      require(types[1], text, "what stands between", node.at, frame);
      return text;
    }
    case B::kReplace:
      require(types[0], text, what, node.at, frame);
      require(types[1], text, "what is replaced", node.at, frame);
      require(types[2], text, "what replaces it", node.at, frame);
      return text;
    default:
      break;
  }
  require(types[0], text, what, node.at, frame);
  const bool numeric =
      node.function == B::kSlice || node.function == B::kPadLeft || node.function == B::kPadRight;
  for (std::size_t i = 1; i < types.size(); ++i) {
    const bool is_number = numeric && (i == 1 || node.function == B::kSlice);
    require(types[i], is_number ? number : text, "the argument", node.at, frame);
  }
  switch (node.function) {
    case B::kExplode:
      return types_.list(text);
    case B::kLength:
      return number;
    case B::kIndexOf:
      return types_.optional(number);
    case B::kStartsWith:
    case B::kEndsWith:
      return types_.simple(Kind::kBool);
    default:
      return text;
  }
}

const Type* Checker::time_filter(const BuiltinNode& node, const std::vector<const Type*>& types,
                                 const Frame& frame) {
  const Type* wanted = types_.either(types_.simple(Kind::kInstant), types_.simple(Kind::kDate));
  const std::string what = "what '" + std::string(entry_of(node.function).name) + "' works on";
  if (node.arguments[0]->kind == NodeKind::kConstant && base_kind(types[0]) == Kind::kNumber &&
      node.function >= B::kYear && node.function <= B::kSecond) {
    const std::string name(entry_of(node.function).name);
    return complain("TYPE",
                    what + " is number, not instant | date; a duration is written '" + name + "s'",
                    node.at, frame);
  }
  require(types_.widened(types[0]), wanted, what, node.at, frame);
  if (node.function <= B::kAddSeconds) {
    require(types[1], types_.simple(Kind::kNumber), "how many", node.at, frame);
    return types_.widened(types[0]);
  }
  return node.function == B::kStartOfDay ? types_.widened(types[0]) : types_.simple(Kind::kNumber);
}

// scheduleJob('definition', parameters, at, uniqueKey)
void Checker::schedule(const BuiltinNode& node, const std::vector<const Type*>& types,
                       const Frame& frame) {
  const Type* text = types_.simple(Kind::kText);
  const Type* record = types_.either(types_.map(types_.any()), types_.record({}, {}));
  const std::pair<const Type*, std::string_view> wanted[] = {
      {text, "the job definition"},
      {types_.optional(record), "the job's parameters"},
      {types_.optional(types_.simple(Kind::kInstant)), "when the job runs"},
      {types_.optional(text), "the job's key"}};
  for (std::size_t i = 0; i < types.size(); ++i) {
    require(types[i], wanted[i].first, wanted[i].second, i == 0 ? node.at : node.arguments[i]->at,
            frame);
  }
}

void Checker::options(const BuiltinNode& node, const std::vector<const Type*>& types,
                      const Frame& frame) {
  if (types.size() > 1) {
    check_options(entry_of(node.function).name, types[1], node.arguments[1]->at, frame);
  }
}

const Type* Checker::action(const BuiltinNode& node, const std::vector<const Type*>& types,
                            const Frame& frame) {
  const Type* text = types_.simple(Kind::kText);
  switch (node.function) {
    case B::kNewId:
      return types_.simple(Kind::kUuid);
    case B::kSendEmail:
      check_effect("sendEmail", types[0], node.at, frame);
      return types_.simple(Kind::kUuid);
    case B::kScheduleJob:
      if (types.size() == 1 && base_kind(types_.widened(types[0])) != Kind::kText) {
        check_effect("scheduleJob", types[0], node.at, frame);
      } else {
        schedule(node, types, frame);
      }
      return types_.nothing();
    case B::kHttpPost:
      if (types.size() > 1 || base_kind(types_.widened(types[0])) == Kind::kText) {
        require(types[0], text, "the url", node.at, frame);
        options(node, types, frame);
      } else {
        check_effect("httpPost", types[0], node.at, frame);
      }
      return types_.simple(Kind::kUuid);
    case B::kMessageActor:
      require(types[0], text, "the actor's type", node.at, frame);
      require(types[2], types_.list(types_.any()), "what the actor is sent", node.arguments[2]->at,
              frame);
      if (types.size() > 3) {
        require(types[3], types_.simple(Kind::kBool), "whether it is a preview",
                node.arguments[3]->at, frame);
      }
      return types_.record({"data", "errors"}, {types_.any(), types_.list(types_.any())});
    default:
      require(types[0], text, "the url", node.at, frame);
      options(node, types, frame);
      return types_.nominal(*find_nominal("HttpResponse"));
  }
}

}  // namespace daybook::reactor
