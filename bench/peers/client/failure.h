// Why a run of the load client ended without a result; main() says so and exits with 1.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace daybook::peers {

class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& what) : std::runtime_error(what) {}
};

// With what the system says of errno.
Failure system_failure(const std::string& what);

// `text` fit for one line of a message: cut, and without line ends.
std::string shown(std::string_view text);

}  // namespace daybook::peers
