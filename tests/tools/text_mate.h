// Just enough of an editor to read a TextMate grammar: rules with `match` and captures, rules with
// `begin`, `end` and patterns inside, `include` of the repository. Line by line, as editors do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace daybook::cli {

class TextMate {
 public:
  // The grammar as JSON; it outlives what reads it.
  explicit TextMate(const boost::json::value& grammar) : grammar_(grammar) {}

  // The innermost name of each byte; empty where nothing names it.
  std::vector<std::string> names_of(std::string_view text) const;

 private:
  const boost::json::value& grammar_;
};

}  // namespace daybook::cli
