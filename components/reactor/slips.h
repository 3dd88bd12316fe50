// Words that other languages have, and what is said here instead. Private to components/reactor.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "components/reactor/source.h"
#include "components/reactor/span.h"

namespace daybook::reactor {

// null → nothing, string → text; empty when there is no such word.
std::string_view word_here(std::string_view elsewhere);
// A sentence for if, return, for, function, …; else empty.
std::string_view said_here(std::string_view elsewhere);
// A sentence for a character that has no meaning; else empty.
std::string_view said_here(char elsewhere);
// h → hours, min → minutes
std::optional<Span::Unit> unit_short_for(std::string_view word);
// Of a text behind whose end something stands that does not fit: where it began, and why it may end
// where nobody meant it to. `inside` is what its quotes hold.
std::string text_slip(const Source& source, std::uint32_t opened_at, std::string_view inside);

}  // namespace daybook::reactor
