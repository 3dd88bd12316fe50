// Whether bytes come or go fast enough: some in every stretch of time, and no silence as long as a
// stretch. What went well before is no credit: a client that was quick and then stops is late as
// soon as any other. No clock of its own.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/ids.h"
#include "base/limits/http.h"

namespace daybook::api {

class Progress {
 public:
  // `stretch`: how long a silence may be; in each stretch at least kHttpBytesPerSecondMin bytes a
  // second must pass.
  void begin(Micros now, Duration stretch) {
    stretch_ = stretch;
    began_ = last_ = now;
    passed_ = 0;
  }

  void add(Micros now, std::size_t bytes) {
    if (bytes > 0) {
      last_ = now;
      passed_ += bytes;
    }
  }

  // When it may be late for the first time; true from then on.
  Micros due() const { return std::min(began_, last_) + stretch_; }
  bool is_late(Micros now) {
    if (now - last_ >= stretch_) {
      return true;
    }
    if (now - began_ < stretch_) {
      return false;
    }
    const auto least =
        static_cast<std::size_t>(stretch_.value / 1'000'000 * kHttpBytesPerSecondMin);
    if (passed_ < least) {
      return true;
    }
    began_ = now;
    passed_ = 0;
    return false;
  }

 private:
  Duration stretch_{};
  Micros began_;  // of this stretch
  Micros last_;   // when a byte passed
  std::size_t passed_ = 0;
};

}  // namespace daybook::api
