// The only door to randomness: request ids, token secrets, jitter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "base/ids.h"

namespace daybook {

class Entropy {
 public:
  virtual ~Entropy() = default;
  // 64 random bits; any thread.
  virtual std::uint64_t next() = 0;

  // A version 4 UUID for a request.
  CommandId command_id();
};

// From OpenSSL's generator, in blocks.
class SystemEntropy final : public Entropy {
 public:
  std::uint64_t next() override;

 private:
  // A call of the generator costs more than what it fills: one for so many numbers.
  static constexpr std::size_t kBlock = 512;

  std::mutex mutex_;
  std::array<std::uint64_t, kBlock> block_{};
  std::size_t left_ = 0;
};

// Repeatable: splitmix64 from a seed (Steele, Lea, Flood 2014).
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace daybook
