#include "base/entropy.h"

#include <openssl/rand.h>

#include "base/check.h"

namespace daybook {

CommandId Entropy::command_id() {
  const std::uint64_t high = (next() & ~0xf000ULL) | 0x4000ULL;
  const std::uint64_t low = (next() >> 2) | 0x8000'0000'0000'0000ULL;
  return CommandId{high, low};
}

std::uint64_t SystemEntropy::next() {
  const std::lock_guard lock(mutex_);
  if (left_ == 0) {
    const int ok = RAND_bytes(reinterpret_cast<unsigned char*>(block_.data()), sizeof(block_));
    DAYBOOK_CHECK(ok == 1, "the random generator of the system answers");
    left_ = block_.size();
  }
  return block_[--left_];
}

std::uint64_t SeededEntropy::next() {
  const std::lock_guard lock(mutex_);
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace daybook
