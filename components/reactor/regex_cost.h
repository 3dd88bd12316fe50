// What a regular expression costs, read from its text alone: so that one that is too large is never
// compiled, and a match is paid for before it is made.
//
// RE2 goes over a text in one pass, but a byte of it takes up to so many steps as there are places
// of the pattern that the match may be at, at once: `a.{900}b` has 902. A character that is meant
// alone is an eighth of a place: it rules out what is around it. Measured: with ten places RE2
// keeps every set of them that comes up and a byte costs nanoseconds; beyond, each place up to 25
// ns a byte.
#pragma once

#include <cstddef>
#include <string_view>

namespace daybook::reactor {

struct RegexCost {
  static constexpr std::size_t kUnit = 8;  // eighths of a place

  std::size_t units = 0;         // places, in eighths, repetitions counted each time
  std::size_t instructions = 0;  // about as many as RE2 compiles it to; of what it refuses, any
  // A match may be found long before it is sure that there is none that goes before it: `a(.*b)?`
  // looks at all that is left of the text, match by match.
  bool looks_ahead = false;
};

// Of any text, a pattern or not, in time that grows with it.
RegexCost cost_of_regex(std::string_view pattern);

}  // namespace daybook::reactor
