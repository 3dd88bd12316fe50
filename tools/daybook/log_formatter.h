// How the server's log reads: one line an entry, whatever others wrote that is quoted in it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <spdlog/formatter.h>

namespace daybook::cli {

// Control characters, marks that turn the direction of writing, and bytes that are no UTF-8, as
// "\x1b" or "\u202e": nothing in a log moves the cursor of the terminal that shows it.
std::string escaped(std::string_view text);

// "<time in UTC>Z <level> <escaped text>".
std::unique_ptr<spdlog::formatter> make_log_formatter();

}  // namespace daybook::cli
