// The word that was likely meant by one that is not there. Private to components/reactor.
#pragma once

#include <string>
#include <string_view>

namespace daybook::reactor {

// Takes the words that there are, in any order, and keeps the one that is nearest to the other:
// fewest letters changed, added, left out or swapped, and first in the alphabet among those.
class Near {
 public:
  explicit Near(std::string_view word);

  void offer(std::string_view known);
  template <typename Words>
  Near& offer_all(const Words& words) {
    for (const auto& word : words) {
      offer(word);
    }
    return *this;
  }
  // Empty when none is near.
  std::string_view found() const { return found_; }
  // "; there is 'count'", or nothing.
  std::string hint() const;

 private:
  std::string_view word_;
  std::size_t far_;  // as far as words that are not near
  std::string_view found_;
};

}  // namespace daybook::reactor
