// Memory that is given back all at once: of a program (its tree), and of a run (its values). Counts
// what it gave, and throws ArenaFull beyond its limit; objects in it are never destroyed, so they
// must not need it. One thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

namespace daybook::reactor {

struct ArenaFull {};

class Arena {
 public:
  // Every further block is a part of what there is: one whole, so that a run takes few blocks; a
  // quarter, so that a program that stays wastes little.
  explicit Arena(std::size_t bytes_max, std::size_t first_block = 1024, std::size_t part = 1)
      : bytes_max_(bytes_max), first_block_(first_block), part_(part) {}

  void* allocate(std::size_t bytes, std::size_t align = alignof(std::max_align_t)) {
    const std::size_t at = (used_ + align - 1) & ~(align - 1);
    if (at + bytes > size_) {
      return allocate_block(bytes);
    }
    used_ = at + bytes;
    return block_ + at;
  }

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // Uninitialised room for n of T.
  template <typename T>
  T* array(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate(sizeof(T) * n, alignof(T)));
  }

  std::string_view text(std::string_view from) {
    if (from.empty()) {
      return {};
    }
    auto* to = static_cast<char*>(allocate(from.size(), 1));
    std::memcpy(to, from.data(), from.size());
    return {to, from.size()};
  }

  // Bytes in blocks, used or not.
  std::size_t bytes() const { return bytes_; }

 private:
  void* allocate_block(std::size_t bytes);

  const std::size_t bytes_max_;
  const std::size_t first_block_;
  const std::size_t part_;
  std::size_t bytes_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* block_ = nullptr;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
};

}  // namespace daybook::reactor
