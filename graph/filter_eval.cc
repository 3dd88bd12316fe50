#include "graph/filter_eval.h"

#include <algorithm>

namespace daybook::graph {
namespace {

using Is = Node::Kind;

// A value whose type only the row knows is compared as what stands against it: its texts are read
// as instants and uuids. One that cannot be is unequal.
bool compare(Compare how, const Value& left, const Value& right) {
  const auto order = order_of(left, right);
  switch (how) {
    case Compare::kEqual:
      return same(left, right);
    case Compare::kNotEqual:
      return !same(left, right);
    case Compare::kLess:
      return order && std::is_lt(*order);
    case Compare::kLessOrEqual:
      return order && std::is_lteq(*order);
    case Compare::kGreater:
      return order && std::is_gt(*order);
    case Compare::kGreaterOrEqual:
      return order && std::is_gteq(*order);
  }
  return false;
}

// `found` as what `like` is, where the row has a text for it; that stands in `scratch` then.
const Value& adapted(const Value& found, const Value& like, Value& scratch) {
  const Kind kind = like.get<Micros>() != nullptr ? Kind::kInstant
                    : like.get<Uuid>() != nullptr ? Kind::kUuid
                                                  : Kind::kValue;
  if (kind == Kind::kValue || found.get<std::string>() == nullptr) {
    return found;
  }
  auto value = converted(found, kind);
  if (!value) {
    return found;
  }
  scratch = std::move(*value);
  return scratch;
}

bool compare_field(const Condition& condition, const Value& row) {
  static const Value kNothing;
  Value left_scratch;
  Value right_scratch;
  const Value* left = find_path(row, condition.left.path, left_scratch);
  const Term& item = condition.items.front();
  const Value* right = item.is_field() ? find_path(row, item.path, right_scratch) : &item.value;
  left = left == nullptr ? &kNothing : left;
  right = right == nullptr ? &kNothing : right;
  Value left_read;
  Value right_read;
  return compare(condition.compare, adapted(*left, *right, left_read),
                 adapted(*right, *left, right_read));
}

bool is_item(const Value& value, const Term& item) {
  Value scratch;
  return same(adapted(value, item.value, scratch), item.value);
}

bool has(const std::vector<Term>& items, const Value& value) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Term& item) { return is_item(value, item); });
}

bool any_of(const Condition& condition, const Value& row) {
  Value scratch;
  const Value* found = find_path(row, condition.left.path, scratch);
  if (found == nullptr) {
    return has(condition.items, Value());
  }
  const auto* list = found->get<Value::List>();
  return list == nullptr ? has(condition.items, *found)
                         : std::any_of(list->begin(), list->end(), [&](const Value& element) {
                             return has(condition.items, element);
                           });
}

bool all_of(const Condition& condition, const Value& row) {
  Value scratch;
  const Value* found = find_path(row, condition.left.path, scratch);
  const auto* list = found == nullptr ? nullptr : found->get<Value::List>();
  return std::all_of(condition.items.begin(), condition.items.end(), [&](const Term& item) {
    return list != nullptr && std::any_of(list->begin(), list->end(), [&](const Value& element) {
             return is_item(element, item);
           });
  });
}

bool is_true(const Condition& condition, const Value& row) {
  Value scratch;
  const Value* found = find_path(row, condition.left.path, scratch);
  const bool* flag = found == nullptr ? nullptr : found->get<bool>();
  return flag != nullptr && *flag;
}

}  // namespace

bool matches(const Condition& condition, const Value& row) {
  const auto part = [&](const Condition& c) { return matches(c, row); };
  switch (condition.kind) {
    case Is::kOr:
      return std::any_of(condition.parts.begin(), condition.parts.end(), part);
    case Is::kAnd:
      return std::all_of(condition.parts.begin(), condition.parts.end(), part);
    case Is::kNot:
      return !matches(condition.parts.front(), row);
    case Is::kCompare:
      return compare_field(condition, row);
    case Is::kAnyOf:
      return any_of(condition, row);
    case Is::kAllOf:
      return all_of(condition, row);
    case Is::kTruth:
      return is_true(condition, row);
  }
  return false;
}

}  // namespace daybook::graph
