// Which jobs have ended and are still in the lists: one bit per sequence number, in pages that go
// when they are empty.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/ids.h"

namespace daybook::scheduler {

class EndedSet {
 public:
  void insert(Seq key);
  void erase(Seq key);
  bool contains(Seq key) const;
  std::uint64_t size() const { return size_; }
  // In rising order, as (first 64-aligned key, bits) words that are not zero.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> words() const;
  void insert_word(std::uint64_t first_key, std::uint64_t bits);
  std::size_t memory_bytes() const { return pages_.size() * (sizeof(Page) + 64); }

 private:
  static constexpr std::uint64_t kPageBits = 1 << 16;
  struct Page {
    std::array<std::uint64_t, kPageBits / 64> words{};
    std::uint32_t count = 0;
  };
  Page& page(std::uint64_t key);

  std::map<std::uint64_t, std::unique_ptr<Page>> pages_;
  Page* recent_ = nullptr;  // most keys end near the one before
  std::uint64_t recent_number_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace daybook::scheduler
