#include "bench/peers/client/failure.h"

#include <cerrno>
#include <string_view>
#include <system_error>

namespace daybook::peers {

Failure system_failure(const std::string& what) {
  return Failure(what + ": " + std::system_category().message(errno));
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 200;
  std::string out(text.substr(0, kShown));
  for (char& c : out) {
    c = c == '\r' || c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace daybook::peers
