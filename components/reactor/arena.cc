#include "components/reactor/arena.h"

#include <algorithm>

namespace daybook::reactor {
namespace {

constexpr std::size_t kBlockBytesMax = 256 * 1024;

}  // namespace

// Blocks grow, so that what is small costs little and what is large few blocks.
void* Arena::allocate_block(std::size_t bytes) {
  const std::size_t more = std::min(bytes_ / part_, kBlockBytesMax);
  const std::size_t wanted = std::max({bytes, first_block_, more});
  if (wanted > bytes_max_ - bytes_) {
    throw ArenaFull{};
  }
  blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(wanted));
  bytes_ += wanted;
  block_ = blocks_.back().get();
  size_ = wanted;
  used_ = bytes;
  return block_;
}

}  // namespace daybook::reactor
