#include "components/reactor/near.h"

#include <algorithm>

#include "base/edit_distance.h"

namespace daybook::reactor {
namespace {

// Shorter words are near to too many; longer ones nobody mistypes.
constexpr std::size_t kWordMin = 3;
constexpr std::size_t kWordMax = 30;

}  // namespace

Near::Near(std::string_view word) : word_(word), far_(word.size() > 4 ? 3 : 2) {}

void Near::offer(std::string_view known) {
  const bool of_size = word_.size() >= kWordMin && word_.size() <= kWordMax &&
                       known.size() >= kWordMin && known.size() <= kWordMax;
  const std::size_t longer = std::max(word_.size(), known.size());
  if (!of_size || longer - std::min(word_.size(), known.size()) > far_) {
    return;
  }
  const std::size_t far = edit_distance(word_, known);
  if (far < far_ || (far == far_ && !found_.empty() && known < found_)) {
    far_ = far;
    found_ = known;
  }
}

std::string Near::hint() const {
  return found_.empty() ? "" : "; there is '" + std::string(found_) + "'";
}

}  // namespace daybook::reactor
