// What one compilation, a component with its modules, may take beside its text. Private to
// components/reactor.
#pragma once

#include <algorithm>
#include <cstddef>

#include "components/reactor/program.h"

namespace daybook::reactor {

// Thrown through parser and checker; caught in compile().
struct CompileStopped {
  Error reason;
};

class CompileBudget {
 public:
  explicit CompileBudget(const CompileOptions& options)
      : options_(options), instructions_(options.regex_instructions) {}

  // Whether one of so many instructions still fits.
  bool fits(std::size_t instructions) const { return instructions <= instructions_; }
  void spend(std::size_t instructions) { instructions_ -= std::min(instructions, instructions_); }

  // A step of a microsecond or so.
  void step() {
    if (++steps_ % kCheckEvery == 0) {
      check();
    }
  }
  void check() const {
    if (auto reason = options_.interrupted ? options_.interrupted() : std::nullopt) {
      throw CompileStopped{std::move(*reason)};
    }
  }

 private:
  static constexpr std::size_t kCheckEvery = 1024;

  const CompileOptions& options_;
  std::size_t instructions_;
  std::size_t steps_ = 0;
};

}  // namespace daybook::reactor
