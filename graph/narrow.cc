#include "graph/narrow.h"

#include <algorithm>

namespace daybook::graph {
namespace {

using Is = Node::Kind;

// The one value that a condition compares with, or null.
const Value* single(const Condition& condition) {
  const bool one = condition.items.size() == 1 && !condition.items.front().is_field();
  return one ? &condition.items.front().value : nullptr;
}

}  // namespace

void Span::raise(Micros at) {
  from = from ? std::max(*from, at) : at;
}

void Span::lower(Micros at) {
  to = to ? std::min(*to, at) : at;
}

Narrowing::Narrowing(const Condition& filter) {
  add(filter);
}

void Narrowing::add(const Condition& condition) {
  if (condition.kind != Is::kAnd) {
    parts_.push_back(&condition);
    return;
  }
  for (const Condition& part : condition.parts) {
    add(part);
  }
}

template <typename Accepts>
const Condition* Narrowing::take(const std::vector<std::string>& path, const Accepts& accepts) {
  const auto at = std::find_if(parts_.begin(), parts_.end(), [&](const Condition* part) {
    return part->left.path == path && accepts(*part);
  });
  if (at == parts_.end()) {
    return nullptr;
  }
  const Condition* out = *at;
  parts_.erase(at);
  return out;
}

const Value* Narrowing::equal(const std::vector<std::string>& path) {
  const Condition* found = take(path, [](const Condition& c) {
    const bool is_equal =
        c.kind == Is::kAnyOf || (c.kind == Is::kCompare && c.compare == Compare::kEqual);
    return is_equal && single(c) != nullptr && !single(c)->nothing();
  });
  return found == nullptr ? nullptr : single(*found);
}

std::vector<const Value*> Narrowing::any(const std::vector<std::string>& path) {
  const Condition* found = take(path, [](const Condition& c) {
    const bool is_equal =
        c.kind == Is::kAnyOf || (c.kind == Is::kCompare && c.compare == Compare::kEqual);
    return is_equal && !c.items.empty() &&
           std::all_of(c.items.begin(), c.items.end(),
                       [](const auto& item) { return !item.is_field() && !item.value.nothing(); });
  });
  std::vector<const Value*> out;
  for (std::size_t i = 0; found != nullptr && i < found->items.size(); ++i) {
    out.push_back(&found->items[i].value);
  }
  return out;
}

const Value* Narrowing::among(const std::vector<std::string>& path) {
  const Condition* found = take(path, [](const Condition& c) {
    return (c.kind == Is::kAnyOf || c.kind == Is::kAllOf) && single(c) != nullptr &&
           !single(c)->nothing();
  });
  return found == nullptr ? nullptr : single(*found);
}

Span Narrowing::span(const std::vector<std::string>& path) {
  Span out;
  const auto is_bound = [](const Condition& c) {
    return c.kind == Is::kCompare && c.compare != Compare::kNotEqual && single(c) != nullptr &&
           single(c)->get<Micros>() != nullptr;
  };
  while (const Condition* found = take(path, is_bound)) {
    const Micros at = *single(*found)->get<Micros>();
    const Micros behind{at.value + 1};
    switch (found->compare) {
      case Compare::kLess:
        out.lower(at);
        break;
      case Compare::kLessOrEqual:
        out.lower(behind);
        break;
      case Compare::kGreater:
        out.raise(behind);
        break;
      case Compare::kGreaterOrEqual:
        out.raise(at);
        break;
      default:
        out.raise(at);
        out.lower(behind);
    }
  }
  return out;
}

}  // namespace daybook::graph
