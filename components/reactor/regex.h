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
#include <vector>

#include "base/limits/components.h"
#include "base/result.h"

namespace daybook::reactor {

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
  // Number of RE2's instructions: matching costs up to this times the size of the text.
  std::size_t program_size() const;

  // Anywhere in the text, or all of it.
  bool matches(std::string_view text) const;
  bool matches_whole(std::string_view text) const;

  // The first match: the whole, then each group; a group that took no part has a null view.
  std::optional<std::vector<std::string_view>> find(std::string_view text) const;

  // Every match becomes `replacement`, in which $0 or $& is the match, $1 or ${1} a group, ${name}
  // a named group, $$ a dollar sign; any other dollar sign stands for itself. Empty matches count,
  // as in .NET: x* in "abc" matches four times. Nothing beyond `bytes_max`.
  std::optional<std::string> replace(std::string_view text, std::string_view replacement,
                                     std::size_t bytes_max) const;

  // What stands before, between and behind the matches (groups are not part of it, other than in
  // .NET). Nothing beyond `pieces_max`.
  std::optional<std::vector<std::string_view>> split(std::string_view text,
                                                     std::size_t pieces_max) const;

 private:
  struct Compiled;
  explicit Regex(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace daybook::reactor
