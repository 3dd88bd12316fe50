// SHA-256 (FIPS 180-4) over OpenSSL. One object per thread: it reuses its context, which is what
// makes it fast.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/ids.h"

namespace daybook {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::span<const std::uint8_t> bytes);
  // The digest of all since construction or the last finish(); ready for the next message
  // afterwards.
  Hash finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Digest of one piece of text.
Hash sha256(std::string_view text);

}  // namespace daybook
