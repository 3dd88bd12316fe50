// Filters of lists and maps.
#include <algorithm>
#include <unordered_map>

#include "components/reactor/compare.h"
#include "components/reactor/format.h"
#include "components/reactor/gathered.h"
#include "components/reactor/grown_list.h"
#include "components/reactor/text.h"

namespace daybook::reactor {

namespace {

using B = Builtin;

}  // namespace

Value Evaluator::builtin(const BuiltinNode& node, Frame& frame) {
  Value arguments[4];
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    arguments[i] = eval(node.arguments[i], frame);
  }
  if (node.apart) {
    const BuiltinEntry& entry = entry_of(node.function);
    const auto parts = tuple_parts(arguments[0]);
    if (!parts || parts->size() != entry.arguments_min + 1U) {
      stop("RUN_ARGUMENTS", wrong_arguments(entry, 0), frame.program, node.at);
    }
    std::copy(parts->begin(), parts->end(), arguments);
  }
  // Going through a list takes more of the stack than a call.
  constexpr std::size_t kLevels = 2;
  enter(kLevels, frame.program, node.at);
  const Value out = apply(node, arguments, frame);
  leave(kLevels);
  return out;
}

Value Evaluator::apply(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  if (node.function <= B::kContains) {
    return list_filter(node, arguments, frame);
  }
  if (node.function <= B::kAsMap) {
    return map_filter(node, arguments[0], frame);
  }
  if (node.function <= B::kAbs) {
    return number_filter(node, arguments, frame);
  }
  if (node.function <= B::kHmacSha256) {
    return text_filter(node, arguments, frame);
  }
  if (node.function <= B::kDayOfWeek) {
    return time_filter(node, arguments, frame);
  }
  return action(node, arguments, frame);
}

Value Evaluator::sequence(const BuiltinNode& node, const Value* arguments, Sequence::Kind kind,
                          Frame& frame) {
  auto* s = arena_.make<Sequence>();
  s->kind = kind;
  s->at = node.at;
  s->program = frame.program;
  s->source = arguments[0];
  s->argument = arguments[1];
  s->pattern = node.pattern;
  s->negated = node.negated;
  s->depth = 1 + std::max(depth_of(s->source), depth_of(s->argument));
  // What is no list is said here, not where the elements are wanted.
  if (s->source.is(Tag::kRecord) || s->source.is(Tag::kNothing)) {
    cursor(s->source, frame.program, node.at);
  }
  Value out;
  out.tag = Tag::kSequence;
  out.sequence = s;
  return out;
}

namespace {

// Repeated as it is, for it is no list.
bool is_whole(const Value& value) {
  switch (value.tag) {
    case Tag::kNothing:
    case Tag::kList:
    case Tag::kTuple:
    case Tag::kSequence:
    case Tag::kMap:
    case Tag::kBytes:
      return false;
    case Tag::kRecord:
      return value.record->shape->nominal != "QueryError";
    default:
      return true;
  }
}

}  // namespace

Value Evaluator::list_filter(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const Value& list = arguments[0];
  const Program* program = frame.program;
  const auto counted = [&](Sequence::Kind kind, const Value* of) {
    const std::int64_t count = whole(of[1], "how many", frame, node.at);
    const Value with_count[2] = {of[0], Value::of_number(count)};
    return sequence(node, with_count, kind, frame);
  };
  switch (node.function) {
    case B::kSelect:
      return sequence(node, arguments, Sequence::Kind::kSelect, frame);
    case B::kWhere:
      return sequence(node, arguments, Sequence::Kind::kWhere, frame);
    case B::kFlatten:
      return sequence(node, arguments, Sequence::Kind::kFlatten, frame);
    case B::kConcat: {
      const auto grown = appended(*this, list, arguments[1], program, node.at);
      return grown ? *grown : sequence(node, arguments, Sequence::Kind::kConcat, frame);
    }
    case B::kTake:
      return counted(Sequence::Kind::kTake, arguments);
    case B::kSkip:
      return counted(Sequence::Kind::kSkip, arguments);
    case B::kRepeat: {
      const Value repeated[2] = {is_whole(list) ? list_of({list}) : list, arguments[1]};
      return counted(Sequence::Kind::kRepeat, repeated);
    }
    case B::kHasMore:
      return Value::of_bool(list.is(Tag::kList) ? list.cut()
                                                : as_list(list, program, node.at).cut());
    case B::kFirst:
    case B::kLast:
    case B::kCount:
      return ends(node, list, frame);
    case B::kSum:
    case B::kAverage:
      return sum(node, list, frame);
    case B::kMin:
    case B::kMax:
      return extreme(node, list, frame);
    case B::kBuffer:
      return as_list(list, program, node.at);
    case B::kDistinct:
      return distinct(node, list, frame);
    case B::kReverse: {
      const Value there = as_list(list, program, node.at);
      work(there.size * sizeof(Value), program, node.at);
      auto* items = arena_.array<Value>(there.size);
      std::reverse_copy(there.items, there.items + there.size, items);
      return Value::of_items(Tag::kList, items, there.size);
    }
    case B::kAny:
    case B::kAll:
      return quantified(node, arguments, frame);
    case B::kFold:
      return fold(node, arguments, frame);
    case B::kGroupBy:
      return group_by(node, arguments, frame);
    default:
      return contains(node, arguments, frame);
  }
}

// first, last, count
Value Evaluator::ends(const BuiltinNode& node, const Value& list, Frame& frame) {
  Value out;
  std::int64_t count = 0;
  each(list, frame.program, node.at, [&](const Value& item) {
    out = item;
    ++count;
    return node.function != B::kFirst;
  });
  return node.function == B::kCount ? Value::of_number(count) : out;
}

Value Evaluator::quantified(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  const bool any = node.function == B::kAny;
  bool out = !any;
  each(arguments[0], frame.program, node.at, [&](const Value& item) {
    const bool holds =
        node.arguments.size() == 1 ||
        truth(call(arguments[1], &item, 1, node.at, frame.program), frame.program, node.at);
    out = holds == any ? any : out;
    return holds != any;
  });
  return Value::of_bool(out);
}

Value Evaluator::contains(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  if (arguments[0].is(Tag::kText)) {
    work(arguments[0].size, frame.program, node.at);
    return Value::of_bool(
        reactor::contains(arguments[0].text(), text_of(arguments[1], frame, node.at)));
  }
  bool found = false;
  each(arguments[0], frame.program, node.at, [&](const Value& item) {
    found = same(item, arguments[1], frame.program, node.at);
    return !found;
  });
  return Value::of_bool(found);
}

// Of numbers, or of lengths of time; 0 of nothing at all.
Value Evaluator::sum(const BuiltinNode& node, const Value& list, Frame& frame) {
  Value total = Value::of_number(0);
  std::int64_t count = 0;
  each(list, frame.program, node.at, [&](const Value& item) {
    std::int64_t quick = 0;
    if (total.is(Tag::kNumber) && item.is(Tag::kNumber) && total.aux == item.aux &&
        !__builtin_add_overflow(total.number, item.number, &quick)) {
      total = Value::of_number(quick, total.aux);
    } else if (count == 0 && item.is(Tag::kSpan)) {
      total = item;
    } else {
      if (item.is(Tag::kText)) {
        stop_type("a number to add", item, frame.program, node.at);
      }
      total = arithmetic_slow(Arithmetic::kAdd, total, item, frame, node.at);
    }
    return ++count > 0;
  });
  if (node.function == B::kSum) {
    return total;
  }
  return count == 0
             ? Value{}
             : arithmetic_slow(Arithmetic::kDivide, total, Value::of_number(count), frame, node.at);
}

Value Evaluator::extreme(const BuiltinNode& node, const Value& list, Frame& frame) {
  Value out;
  bool first = true;
  each(list, frame.program, node.at, [&](const Value& item) {
    const bool texts = item.is(Tag::kText) && out.is(Tag::kText);
    work(texts ? std::min(item.size, out.size) : 0, frame.program, node.at);
    const auto order = first ? std::strong_ordering::equal : order_values(item, out);
    if (!order) {
      stop("RUN_TYPE", described(item) + " and " + described(out) + " have no order", frame.program,
           node.at);
    }
    if (first || (node.function == B::kMin ? *order < 0 : *order > 0)) {
      out = item;
    }
    first = false;
    return true;
  });
  return out;
}

Value Evaluator::fold(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  Value pair[2] = {arguments[1], {}};
  each(arguments[0], frame.program, node.at, [&](const Value& item) {
    pair[1] = item;
    pair[0] = call(arguments[2], pair, 2, node.at, frame.program);
    return true;
  });
  return pair[0];
}

namespace {

// Places of values by hash; what it takes counts.
class Places {
 public:
  explicit Places(Evaluator& evaluator) : held_(evaluator) {}

  std::vector<std::size_t>& at(std::uint64_t hash) {
    held_.add(kBytesEach);
    return places_[hash];
  }

 private:
  static constexpr std::size_t kBytesEach = 80;
  Held held_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> places_;
};

}  // namespace

// In the order in which the keys first come.
Value Evaluator::group_by(const BuiltinNode& node, const Value* arguments, Frame& frame) {
  std::vector<Value> keys;
  std::vector<std::unique_ptr<Gathered>> groups;
  Places places(*this);
  each(arguments[0], frame.program, node.at, [&](const Value& item) {
    const Value key =
        forced_deep(call(arguments[1], &item, 1, node.at, frame.program), frame.program, node.at);
    auto& there = places.at(hash(key, frame.program, node.at));
    const auto found = std::find_if(there.begin(), there.end(), [&](std::size_t place) {
      return same(keys[place], key, frame.program, node.at);
    });
    const std::size_t place = found == there.end() ? groups.size() : *found;
    if (found == there.end()) {
      there.push_back(place);
      keys.push_back(key);
      groups.push_back(std::make_unique<Gathered>(*this));
    }
    groups[place]->add(item);
    return true;
  });
  const Shape* shape = shape_of({"key", "items"});
  Gathered out(*this);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    out.add(record_of(shape, {keys[i], groups[i]->list()}));
  }
  return out.list();
}

Value Evaluator::distinct(const BuiltinNode& node, const Value& list, Frame& frame) {
  Gathered out(*this);
  Places places(*this);
  each(list, frame.program, node.at, [&](const Value& item) {
    const Value value = forced_deep(item, frame.program, node.at);
    auto& there = places.at(hash(value, frame.program, node.at));
    const bool known = std::any_of(there.begin(), there.end(), [&](std::size_t place) {
      return same(out.items()[place], value, frame.program, node.at);
    });
    if (!known) {
      there.push_back(out.items().size());
      out.add(value);
    }
    return true;
  });
  return out.list();
}

Value Evaluator::map_filter(const BuiltinNode& node, const Value& piped, Frame& frame) {
  if (node.function == B::kAsMap) {
    return as_map(node, piped, frame);
  }
  std::vector<Value> keys;
  std::vector<Value> values;
  const auto takes = [&](std::size_t entries) {
    constexpr std::size_t kSteps = 4;
    work(entries * kSteps * kBytesPerStep, frame.program, node.at);
  };
  if (piped.is(Tag::kMap)) {
    takes(piped.map->size);
    keys.assign(piped.map->keys, piped.map->keys + piped.map->size);
    values.assign(piped.map->values, piped.map->values + piped.map->size);
  } else if (piped.is(Tag::kRecord)) {
    const Shape& shape = *piped.record->shape;
    takes(shape.size);
    for (std::uint32_t i = 0; i < shape.size; ++i) {
      keys.push_back(Value::of_text(shape.names[i]));
      values.push_back(piped.record->values[i]);
    }
  } else {
    stop_type("a map", piped, frame.program, node.at);
  }
  if (node.function == B::kKeys) {
    return list_of(keys);
  }
  if (node.function == B::kValues) {
    return list_of(values);
  }
  const Shape* shape = shape_of({"key", "value"});
  std::vector<Value> out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    out.push_back(record_of(shape, {keys[i], values[i]}));
  }
  return list_of(out);
}

// Of pairs, or of records with key and value.
Value Evaluator::as_map(const BuiltinNode& node, const Value& piped, Frame& frame) {
  Gathered keys(*this);
  Gathered values(*this);
  each(piped, frame.program, node.at, [&](const Value& item) {
    Value key;
    Value value;
    if ((item.is(Tag::kTuple) || item.is(Tag::kList)) && item.size == 2) {
      key = item.items[0];
      value = item.items[1];
    } else if (item.is(Tag::kRecord)) {
      key = field_of(item, "key", frame.program, node.at);
      value = field_of(item, "value", frame.program, node.at);
    }
    std::string plain;
    if (key.is(Tag::kNothing) || !plain_text(key, plain)) {
      stop_type("a pair, or a record with key and value,", item, frame.program, node.at);
    }
    keys.add(key.is(Tag::kText) ? key : text(plain));
    values.add(value);
    return true;
  });
  return map_of(keys.items(), values.items(), frame.program, node.at);
}

// Stable: what compares equal stays in order; nothing comes first.
Value Evaluator::order_by(const OrderByNode& node, Frame& frame) {
  const Value list = as_list(eval(node.source, frame), frame.program, node.at);
  std::vector<std::pair<Value, Value>> keyed;
  Held held(*this);
  held.grow_to(list.size * 3 * sizeof(Value));
  for (std::uint32_t i = 0; i < list.size; ++i) {
    Value key = list.items[i];
    for (const std::string_view name : node.path) {
      step(frame.program, node.at);
      key = field_of(key, name, frame.program, node.at);
    }
    keyed.emplace_back(key, list.items[i]);
  }
  const auto before = [&](const Value& a, const Value& b) {
    step(frame.program, node.at);
    if (a.is(Tag::kNothing) || b.is(Tag::kNothing)) {
      return a.is(Tag::kNothing) && !b.is(Tag::kNothing);
    }
    if (a.is(Tag::kText) && b.is(Tag::kText)) {
      work(std::min(a.size, b.size), frame.program, node.at);
    }
    const auto order = order_values(a, b);
    if (!order) {
      stop("RUN_TYPE", described(a) + " and " + described(b) + " have no order", frame.program,
           node.at);
    }
    return *order < 0;
  };
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
    return node.descending ? before(b.first, a.first) : before(a.first, b.first);
  });
  auto* out = arena_.array<Value>(keyed.size());
  std::transform(keyed.begin(), keyed.end(), out, [](const auto& pair) { return pair.second; });
  return Value::of_items(Tag::kList, out, keyed.size());
}

// Pairs of records whose key is equal; `right` keeps what the right side alone has, `outer` what
// either has.
Value Evaluator::join(const JoinNode& node, Frame& frame) {
  const Value left = as_list(eval(node.left, frame), frame.program, node.at);
  const Value right = as_list(eval(node.right, frame), frame.program, node.at);
  Held held(*this);
  const auto keys = [&](const Value& side) {
    std::unordered_map<std::string, std::vector<std::uint32_t>> out;
    for (std::uint32_t i = 0; i < side.size; ++i) {
      std::string key = key_of(side.items[i], node, frame);
      held.add(100 + key.size());
      out[std::move(key)].push_back(i);
    }
    return out;
  };
  const auto rights = keys(right);
  const auto lefts = keys(left);
  Gathered out(*this);
  const auto pair = [&](const Value& l, const Value& r) {
    step(frame.program, node.at);
    out.add(record_of(node.pair, {l, r}));
  };
  for (std::uint32_t i = 0; node.side != JoinNode::Side::kRight && i < left.size; ++i) {
    const auto found = rights.find(key_of(left.items[i], node, frame));
    if (found != rights.end()) {
      std::for_each(found->second.begin(), found->second.end(),
                    [&](std::uint32_t other) { pair(left.items[i], right.items[other]); });
    } else if (node.side == JoinNode::Side::kOuter) {
      pair(left.items[i], {});
    }
  }
  for (std::uint32_t i = 0; node.side != JoinNode::Side::kInner && i < right.size; ++i) {
    const auto found = lefts.find(key_of(right.items[i], node, frame));
    if (found == lefts.end()) {
      pair({}, right.items[i]);
    } else if (node.side == JoinNode::Side::kRight) {
      std::for_each(found->second.begin(), found->second.end(),
                    [&](std::uint32_t other) { pair(left.items[other], right.items[i]); });
    }
  }
  return out.list();
}

// As text, so that an id joins one that came as text; numbers without trailing zeros.
std::string Evaluator::key_of(const Value& item, const JoinNode& node, const Frame& frame) {
  std::string out;
  const Value key = field_of(item, node.key, frame.program, node.at);
  const bool there =
      !key.is(Tag::kNothing) ||
      (item.is(Tag::kRecord) && item.record->shape->find(node.key) < item.record->shape->size);
  if (key.is_number()) {
    out = normalise(key.to_decimal()).text();
  } else if (!there || !plain_text(key, out)) {
    stop("RUN_FIELD", "a record to join has no field '" + std::string(node.key) + "'",
         frame.program, node.at);
  }
  work(out.size(), frame.program, node.at);
  return out;
}

}  // namespace daybook::reactor
