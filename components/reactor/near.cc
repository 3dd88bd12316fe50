#include "components/reactor/near.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace daybook::reactor {
namespace {

// Shorter words are near to too many; longer ones nobody mistypes.
constexpr std::size_t kWordMin = 3;
constexpr std::size_t kWordMax = 30;

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::vector<std::size_t> next(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        next[j] = std::min(next[j], before[j - 2] + 1);
      }
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

}  // namespace

Near::Near(std::string_view word) : word_(word), far_(word.size() > 4 ? 3 : 2) {}

void Near::offer(std::string_view known) {
  const bool of_size = word_.size() >= kWordMin && word_.size() <= kWordMax &&
                       known.size() >= kWordMin && known.size() <= kWordMax;
  const std::size_t longer = std::max(word_.size(), known.size());
  if (!of_size || longer - std::min(word_.size(), known.size()) > far_) {
    return;
  }
  const std::size_t far = distance(word_, known);
  if (far < far_ || (far == far_ && !found_.empty() && known < found_)) {
    far_ = far;
    found_ = known;
  }
}

std::string Near::hint() const {
  return found_.empty() ? "" : "; there is '" + std::string(found_) + "'";
}

}  // namespace daybook::reactor
