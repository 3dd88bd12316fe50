#include "components/reactor/grown_list.h"

#include <algorithm>

namespace daybook::reactor {
namespace {

// Lists that are as short are copied rather than gone through one behind the other.
constexpr std::size_t kShort = 64;

// Stands before the items.
struct Room {
  std::uint32_t used = 0;
  std::uint32_t capacity = 0;
};
static_assert(sizeof(Room) <= sizeof(Value));

Room* room_of(const Value& list) {
  // The arena gave it as memory that may be written; lists only lend it as constant.
  auto* items = const_cast<Value*>(list.items);
  return list.grown() ? reinterpret_cast<Room*>(items - 1) : nullptr;
}

bool has_items(const Value& value) {
  return value.is(Tag::kList) || value.is(Tag::kTuple);
}

Value append(Evaluator& evaluator, const Value& left, const Value& right, const Program* program,
             std::uint32_t at) {
  const std::uint32_t size = left.size + right.size;
  Room* room = room_of(left);
  if (room == nullptr || room->used != left.size || room->capacity < size) {
    const std::uint32_t capacity = std::max<std::uint32_t>(2 * size, 8);
    evaluator.work(left.size * sizeof(Value), program, at);
    auto* slots = evaluator.arena().array<Value>(capacity + 1U);
    room = new (slots) Room{left.size, capacity};
    std::uninitialized_copy(left.items, left.items + left.size, slots + 1);
  }
  auto* items = reinterpret_cast<Value*>(room) + 1;
  evaluator.work(right.size * sizeof(Value), program, at);
  std::uninitialized_copy(right.items, right.items + right.size, items + left.size);
  room->used = size;
  return Value::of_grown(items, size);
}

}  // namespace

std::optional<Value> appended(Evaluator& evaluator, const Value& left, const Value& right,
                              const Program* program, std::uint32_t at) {
  const bool deep = left.is(Tag::kSequence) && left.sequence->kind == Sequence::Kind::kConcat &&
                    depth_of(left) >= kShort;
  const bool long_one = left.is(Tag::kList) && left.grown() && left.size >= kShort;
  if (!deep && !long_one && !(left.is(Tag::kList) && has_items(right))) {
    return std::nullopt;
  }
  const Value first = deep ? evaluator.forced(left, program, at) : left;
  const Value second = right.is(Tag::kSequence) ? evaluator.forced(right, program, at) : right;
  if (!has_items(second)) {
    return std::nullopt;
  }
  const bool small = first.size <= kShort && second.size <= kShort;
  if (!deep && !long_one && !small) {
    return std::nullopt;
  }
  return append(evaluator, first, second, program, at);
}

}  // namespace daybook::reactor
