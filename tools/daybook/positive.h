#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace daybook::cli {

// Of an option: a number above 0.
inline CLI::Validator positive() {
  return CLI::Validator(
      [](const std::string& text) {
        double value = 0;
        const bool is_number = CLI::detail::lexical_cast(text, value);
        return is_number && value > 0 ? std::string() : "must be a number above 0, not " + text;
      },
      "POSITIVE");
}

}  // namespace daybook::cli
