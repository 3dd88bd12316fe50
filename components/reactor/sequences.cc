// Going through lists: those that are there, and those that are computed on the way.
#include <algorithm>

#include "components/reactor/format.h"
#include "components/reactor/gathered.h"

namespace daybook::reactor {
namespace {

class ItemsCursor final : public Cursor {
 public:
  ItemsCursor(const Value* items, std::size_t size) : items_(items), end_(items + size) {}
  bool next(Evaluator&, Value& out) override {
    if (items_ == end_) {
      return false;
    }
    out = *items_++;
    return true;
  }

 private:
  const Value* items_;
  const Value* end_;
};

class BytesCursor final : public Cursor {
 public:
  explicit BytesCursor(std::string_view bytes) : bytes_(bytes) {}
  bool next(Evaluator&, Value& out) override {
    if (at_ == bytes_.size()) {
      return false;
    }
    out = Value::of_number(static_cast<unsigned char>(bytes_[at_++]));
    return true;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

class SelectCursor final : public Cursor {
 public:
  SelectCursor(const Sequence& s, Cursor* from) : s_(s), from_(from) {}
  bool next(Evaluator& e, Value& out) override {
    Value item;
    if (!from_->next(e, item)) {
      return false;
    }
    out = e.call(s_.argument, &item, 1, s_.at, s_.program);
    return true;
  }

 private:
  const Sequence& s_;
  Cursor* from_;
};

class WhereCursor final : public Cursor {
 public:
  WhereCursor(const Sequence& s, Cursor* from) : s_(s), from_(from) {}
  bool next(Evaluator& e, Value& out) override {
    while (from_->next(e, out)) {
      e.step(s_.program, s_.at);
      if (holds(e, out)) {
        return true;
      }
    }
    return false;
  }

 private:
  bool holds(Evaluator& e, const Value& item) {
    if (s_.pattern == nullptr) {
      return e.truth(e.call(s_.argument, &item, 1, s_.at, s_.program), s_.program, s_.at);
    }
    // Binders of such a pattern are seen by nobody.
    Evaluator::Frame frame{nullptr, nullptr, s_.program, nullptr};
    return e.matches(*s_.pattern, item, frame) != s_.negated;
  }

  const Sequence& s_;
  Cursor* from_;
};

// Lists inside are gone through; anything else stays as it is.
class FlattenCursor final : public Cursor {
 public:
  FlattenCursor(const Sequence& s, Cursor* from) : s_(s), from_(from) {}
  bool next(Evaluator& e, Value& out) override {
    for (;;) {
      if (inner_ != nullptr) {
        e.enter(inner_depth_, s_.program, s_.at);
        const bool there = inner_->next(e, out);
        e.leave(inner_depth_);
        if (there) {
          return true;
        }
        inner_ = nullptr;
      }
      if (!from_->next(e, out)) {
        return false;
      }
      e.step(s_.program, s_.at);
      const bool list =
          out.is(Tag::kList) || out.is(Tag::kTuple) || out.is(Tag::kSequence) || out.is(Tag::kMap);
      if (!list) {
        return true;
      }
      inner_depth_ = depth_of(out);
      inner_ = e.cursor(out, s_.program, s_.at);
    }
  }

 private:
  const Sequence& s_;
  Cursor* from_;
  Cursor* inner_ = nullptr;
  std::size_t inner_depth_ = 0;
};

class TakeCursor final : public Cursor {
 public:
  TakeCursor(Cursor* from, std::int64_t count) : from_(from), left_(count) {}
  bool next(Evaluator& e, Value& out) override { return left_-- > 0 && from_->next(e, out); }

 private:
  Cursor* from_;
  std::int64_t left_;
};

class SkipCursor final : public Cursor {
 public:
  SkipCursor(const Sequence& s, Cursor* from, std::int64_t count)
      : s_(s), from_(from), left_(count) {}
  bool next(Evaluator& e, Value& out) override {
    for (; left_ > 0; --left_) {
      e.step(s_.program, s_.at);
      if (!from_->next(e, out)) {
        return false;
      }
    }
    return from_->next(e, out);
  }

 private:
  const Sequence& s_;
  Cursor* from_;
  std::int64_t left_;
};

// Each element so many times.
class RepeatCursor final : public Cursor {
 public:
  RepeatCursor(Cursor* from, std::int64_t count) : from_(from), count_(count) {}
  bool next(Evaluator& e, Value& out) override {
    if (left_ <= 0) {
      if (count_ <= 0 || !from_->next(e, item_)) {
        return false;
      }
      left_ = count_;
    }
    --left_;
    out = item_;
    return true;
  }

 private:
  Cursor* from_;
  std::int64_t count_;
  std::int64_t left_ = 0;
  Value item_;
};

class ConcatCursor final : public Cursor {
 public:
  ConcatCursor(Cursor* first, Cursor* second) : first_(first), second_(second) {}
  bool next(Evaluator& e, Value& out) override {
    if (first_ != nullptr && first_->next(e, out)) {
      return true;
    }
    first_ = nullptr;
    return second_->next(e, out);
  }

 private:
  Cursor* first_;
  Cursor* second_;
};

}  // namespace

Cursor* Evaluator::cursor(const Value& list, const Program* program, std::uint32_t at) {
  switch (list.tag) {
    case Tag::kList:
    case Tag::kTuple:
      return arena_.make<ItemsCursor>(list.items, list.size);
    case Tag::kMap:
      return arena_.make<ItemsCursor>(list.map->values, list.map->size);
    case Tag::kBytes:
      return arena_.make<BytesCursor>(list.text());
    case Tag::kSequence:
      break;
    case Tag::kRecord:
      if (list.record->shape->nominal == "QueryError") {
        stop("QUERY_FAILED", list.record->values[0].text(), program, at);
      }
      if (!list.record->shape->nominal.empty()) {
        stop_type("a list", list, program, at);
      }
      return arena_.make<ItemsCursor>(list.record->values, list.record->shape->size);
    default:
      stop_type("a list", list, program, at);
  }
  const Sequence& s = *list.sequence;
  // Sequences over sequences are gone through inside each other.
  enter(1, program, at);
  Cursor* from = cursor(s.source, s.program, s.at);
  Cursor* second =
      s.kind == Sequence::Kind::kConcat ? cursor(s.argument, s.program, s.at) : nullptr;
  leave(1);
  switch (s.kind) {
    case Sequence::Kind::kSelect:
      return arena_.make<SelectCursor>(s, from);
    case Sequence::Kind::kWhere:
      return arena_.make<WhereCursor>(s, from);
    case Sequence::Kind::kFlatten:
      return arena_.make<FlattenCursor>(s, from);
    case Sequence::Kind::kTake:
      return arena_.make<TakeCursor>(from, s.argument.number);
    case Sequence::Kind::kSkip:
      return arena_.make<SkipCursor>(s, from, s.argument.number);
    case Sequence::Kind::kRepeat:
      return arena_.make<RepeatCursor>(from, s.argument.number);
    case Sequence::Kind::kConcat:
      return arena_.make<ConcatCursor>(from, second);
  }
  return from;
}

Value Evaluator::forced(const Value& value, const Program* program, std::uint32_t at) {
  if (!value.is(Tag::kSequence) && !value.is(Tag::kBytes)) {
    return value;
  }
  Gathered items(*this);
  each(value, program, at, [&](const Value& item) {
    items.add(item);
    return true;
  });
  return items.list();
}

// Of anything that can be gone through.
Value Evaluator::as_list(const Value& value, const Program* program, std::uint32_t at) {
  if (value.is(Tag::kList) || value.is(Tag::kTuple)) {
    return value;
  }
  if (value.is(Tag::kMap)) {
    return Value::of_items(Tag::kList, value.map->values, value.map->size);
  }
  if (value.is(Tag::kRecord) && value.record->shape->nominal.empty()) {
    return Value::of_items(Tag::kList, value.record->values, value.record->shape->size);
  }
  if (!value.is(Tag::kSequence) && !value.is(Tag::kBytes)) {
    cursor(value, program, at);  // says what it is instead
  }
  return forced(value, program, at);
}

Value Evaluator::forced_deep(const Value& value, const Program* program, std::uint32_t at) {
  if (value.is(Tag::kBytes)) {
    return value;
  }
  const Value list = forced(value, program, at);
  enter(1, program, at);
  const auto deeper = [&](const Value* items, std::size_t size) {
    work(size * kBytesPerStep, program, at);
    auto* out = arena_.array<Value>(size);
    for (std::size_t i = 0; i < size; ++i) {
      out[i] = forced_deep(items[i], program, at);
    }
    return out;
  };
  const auto needs = [](const Value& v) {
    return v.is(Tag::kSequence) || v.is(Tag::kList) || v.is(Tag::kTuple) || v.is(Tag::kRecord) ||
           v.is(Tag::kMap);
  };
  Value out = list;
  if ((list.is(Tag::kList) || list.is(Tag::kTuple)) &&
      std::any_of(list.items, list.items + list.size, needs)) {
    out = Value::of_items(list.tag, deeper(list.items, list.size), list.size);
    out.aux = list.aux & Value::kCut;
  } else if (list.is(Tag::kRecord) &&
             std::any_of(list.record->values, list.record->values + list.record->shape->size,
                         needs)) {
    const Shape* shape = list.record->shape;
    out = Value::of_record(arena_.make<RecordData>(shape, deeper(list.record->values, shape->size)),
                           list.written());
  } else if (list.is(Tag::kMap) &&
             std::any_of(list.map->values, list.map->values + list.map->size, needs)) {
    MapData copy = *list.map;
    copy.values = deeper(copy.values, copy.size);
    out = Value::of_map(arena_.make<MapData>(copy));
  }
  leave(1);
  return out;
}

Value Evaluator::list_of(const std::vector<Value>& items, Tag tag) {
  auto* to = arena_.array<Value>(items.size());
  std::copy(items.begin(), items.end(), to);
  return Value::of_items(tag, to, items.size());
}

Value Evaluator::record_of(const Shape* shape, const std::vector<Value>& values) {
  auto* to = arena_.array<Value>(values.size());
  std::copy(values.begin(), values.end(), to);
  return Value::of_record(arena_.make<RecordData>(shape, to));
}

// A key that comes again takes the later value, in the place of the first.
Value Evaluator::map_of(const std::vector<Value>& keys, const std::vector<Value>& values,
                        const Program* program, std::uint32_t at) {
  constexpr std::size_t kIndexFrom = 8;
  auto* map = arena_.make<MapData>();
  auto* to_keys = arena_.array<Value>(keys.size());
  auto* to_values = arena_.array<Value>(keys.size());
  map->keys = to_keys;
  map->values = to_values;
  std::uint32_t* index = nullptr;
  if (keys.size() > kIndexFrom) {
    std::uint32_t places = 16;
    while (places < keys.size() * 2) {
      places *= 2;
    }
    index = arena_.array<std::uint32_t>(places);
    std::fill(index, index + places, 0U);
    map->index = index;
    map->index_mask = places - 1;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (const Value* there = value_at(*map, keys[i].text(), program, at)) {
      to_values[there - to_values] = values[i];
      continue;
    }
    to_keys[map->size] = keys[i];
    to_values[map->size] = values[i];
    ++map->size;
    if (index != nullptr) {
      std::uint64_t place = hash_of(keys[i].text());
      while (index[place & map->index_mask] != 0) {
        ++place;
      }
      index[place & map->index_mask] = map->size;
    }
  }
  return Value::of_map(map);
}

const Shape* Evaluator::shape_of(const std::vector<std::string_view>& names,
                                 std::string_view nominal) {
  std::vector<std::string_view> key = names;
  key.push_back(nominal);
  if (const auto known = shapes_.find(key); known != shapes_.end()) {
    return known->second;
  }
  auto* to = arena_.array<std::string_view>(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    to[i] = arena_.text(names[i]);
  }
  const std::string_view own = arena_.text(nominal);
  auto* shape = arena_.make<Shape>(static_cast<std::uint32_t>(names.size()), to, own);
  std::vector<std::string_view> kept(to, to + names.size());
  kept.push_back(own);
  shapes_.emplace(std::move(kept), shape);
  return shape;
}

}  // namespace daybook::reactor
