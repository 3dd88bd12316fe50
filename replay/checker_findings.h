// Where the checker's parts write what they found. Private to the checker.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "replay/checker.h"

namespace daybook::replay {

class Findings {
 public:
  explicit Findings(std::size_t max) : max_(max) {}

  void add(Rule rule, Seq seq, std::string text) {
    ++count_;
    last_ = {rule, seq, std::move(text)};
    if (first_.size() < max_) {
      first_.push_back(last_);
    }
  }

  std::uint64_t count() const { return count_; }
  const Violation& last() const { return last_; }
  const std::vector<Violation>& first() const { return first_; }

 private:
  const std::size_t max_;
  std::uint64_t count_ = 0;
  Violation last_{};
  std::vector<Violation> first_;
};

}  // namespace daybook::replay
