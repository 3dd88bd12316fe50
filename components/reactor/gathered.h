// What a run needs outside of its arena while it computes something: it counts against the run's
// memory as long as it is there. Private to components/reactor.
#pragma once

#include <vector>

#include "components/reactor/evaluator.h"

namespace daybook::reactor {

// Bytes that someone else owns.
class Held {
 public:
  explicit Held(Evaluator& evaluator) : evaluator_(evaluator) {}
  ~Held() { evaluator_.held_ -= bytes_; }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  // So many now, and no fewer until it goes.
  void grow_to(std::size_t bytes) {
    if (bytes > bytes_) {
      evaluator_.hold(bytes - bytes_);
      bytes_ = bytes;
    }
  }
  void add(std::size_t bytes) { grow_to(bytes_ + bytes); }

 private:
  Evaluator& evaluator_;
  std::size_t bytes_ = 0;
};

// A list that grows.
class Gathered {
 public:
  explicit Gathered(Evaluator& evaluator) : evaluator_(evaluator), held_(evaluator) {}

  void add(const Value& value) {
    if (items_.size() == items_.capacity()) [[unlikely]] {
      const std::size_t more = items_.empty() ? 8 : items_.size() * 2;
      held_.grow_to(more * sizeof(Value));
      items_.reserve(more);
    }
    items_.push_back(value);
  }
  std::vector<Value>& items() { return items_; }
  Value list(Tag tag = Tag::kList) { return evaluator_.list_of(items_, tag); }

 private:
  Evaluator& evaluator_;
  Held held_;
  std::vector<Value> items_;
};

}  // namespace daybook::reactor
