#include "scheduler/ended_set.h"

#include <bit>

#include "base/check.h"

namespace daybook::scheduler {

EndedSet::Page& EndedSet::page(std::uint64_t key) {
  const std::uint64_t number = key / kPageBits;
  if (recent_ == nullptr || recent_number_ != number) {
    auto& held = pages_[number];
    if (!held) {
      held = std::make_unique<Page>();
    }
    recent_ = held.get();
    recent_number_ = number;
  }
  return *recent_;
}

void EndedSet::insert(Seq key) {
  DAYBOOK_CHECK(!contains(key), "a job ends once");
  insert_word(key.value & ~63ULL, 1ULL << (key.value % 64));
}

void EndedSet::insert_word(std::uint64_t first_key, std::uint64_t bits) {
  Page& held = page(first_key);
  held.words[first_key % kPageBits / 64] |= bits;
  const auto added = static_cast<std::uint32_t>(std::popcount(bits));
  held.count += added;
  size_ += added;
}

void EndedSet::erase(Seq key) {
  DAYBOOK_CHECK(contains(key), "a removed job had ended");
  Page& held = page(key.value);
  held.words[key.value % kPageBits / 64] &= ~(1ULL << (key.value % 64));
  --size_;
  if (--held.count == 0) {
    pages_.erase(key.value / kPageBits);
    recent_ = nullptr;
  }
}

bool EndedSet::contains(Seq key) const {
  const auto found = pages_.find(key.value / kPageBits);
  if (found == pages_.end()) {
    return false;
  }
  return ((found->second->words[key.value % kPageBits / 64] >> (key.value % 64)) & 1) != 0;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> EndedSet::words() const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
  for (const auto& [number, held] : pages_) {
    for (std::size_t i = 0; i < held->words.size(); ++i) {
      if (held->words[i] != 0) {
        out.emplace_back(number * kPageBits + i * 64, held->words[i]);
      }
    }
  }
  return out;
}

}  // namespace daybook::scheduler
