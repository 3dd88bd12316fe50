// Regular expressions of the language, over RE2: time grows with the text, never exponentially.
//
// The syntax is RE2's, a subset of .NET's: no look-around and no back references, names of groups
// are written (?P<name>…), `$` without the flag m is the very end. A pattern that RE2 refuses is an
// error with RE2's words. Texts and patterns are UTF-8.
//
// One Regex may be used by many threads at once; copies share what was compiled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits/components.h"
#include "base/result.h"
#include "components/reactor/regex_cost.h"

namespace daybook::reactor {

// Pays for what a match goes over. RE2 cannot be interrupted: what one call of it may take is
// bounded by the size of its text, and between two calls `went_over` may throw.
class MatchMeter {
 public:
  virtual ~MatchMeter() = default;
  // A text was, or is about to be, gone over: its bytes, times the places of the pattern when these
  // are many.
  virtual void went_over(std::size_t bytes) = 0;
  // There are too many bytes for the pattern. Must throw.
  virtual void too_long(std::size_t bytes_max) = 0;
};

class Regex {
 public:
  // `flags`, each at most once, in any order:
  //   i  case does not matter
  //   m  ^ and $ stand also at the ends of lines
  //   s  the dot stands also for a line end
  // r, from right to left, is .NET's and refused. `memory_max` bounds the compiled pattern; what
  // RE2 caches while it matches stays in it too. Errors: BAD_REGEX, with `field`.
  static Result<Regex> compile(std::string_view pattern, std::string_view flags = {},
                               std::int64_t memory_max = kRegexMemoryBytesMax,
                               std::string_view field = {});

  const std::string& pattern() const;
  const std::string& flags() const;
  // Of RE2's instructions.
  std::size_t program_size() const;
  // Of a text that it is matched against, so that one call of RE2 takes 50 ms or so.
  std::size_t text_bytes_max() const;

  // Anywhere in the text.
  bool matches(std::string_view text, MatchMeter& meter) const;

  // Every match becomes `replacement`, in which $0 or $& is the match, $1 or ${1} a group, ${name}
  // a named group, $$ a dollar sign; any other dollar sign stands for itself. Empty matches count,
  // as in .NET: x* in "abc" matches four times. Nothing beyond `bytes_max`.
  std::optional<std::string> replace(std::string_view text, std::string_view replacement,
                                     std::size_t bytes_max, MatchMeter& meter) const;

 private:
  struct Compiled;
  class Matches;
  explicit Regex(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace daybook::reactor
