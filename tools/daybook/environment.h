// What the program sees of the outside: its streams, its environment variables, and whether a
// person is looking.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

namespace daybook::cli {

struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  // An environment variable; nothing when it is unset or empty.
  std::function<std::optional<std::string>(const std::string&)> variable;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool in_is_terminal = false;
  std::size_t out_columns = 0;  // of the terminal; zero: unknown, do not cut

  static Environment of_process();
};

}  // namespace daybook::cli
