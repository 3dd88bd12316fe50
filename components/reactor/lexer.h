// Source text to tokens. Private to components/reactor.
#pragma once

#include <string_view>
#include <vector>

#include "components/reactor/source.h"
#include "components/reactor/token.h"

namespace daybook::reactor {

// What is said of those that go on to the end of the source.
inline constexpr std::string_view kTextDoesNotEnd = "this text does not end";
inline constexpr std::string_view kCommentDoesNotEnd = "this comment does not end";

// The tokens of source.text()[begin, end), ending with kEnd; they borrow the source. What cannot be
// read is a diagnostic and a kBad token, and reading goes on behind it.
std::vector<Token> lex(const Source& source, std::uint32_t begin, std::uint32_t end,
                       std::vector<Diagnostic>& diagnostics);

// The first byte behind the expression that starts at `at` inside an interpolation: where its
// closing braces stand, or `end` when they are missing. Texts and braces inside it are skipped.
std::size_t end_of_interpolated(std::string_view text, std::size_t at, std::size_t end,
                                std::size_t braces);

}  // namespace daybook::reactor
