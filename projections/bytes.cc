#include "projections/bytes.h"

namespace daybook::projections {

std::string key_after(std::string_view prefix) {
  std::string out(prefix);
  while (!out.empty() && static_cast<std::uint8_t>(out.back()) == 0xff) {
    out.pop_back();
  }
  DAYBOOK_CHECK(!out.empty(), "a key prefix is not all 0xff");
  out.back() = static_cast<char>(out.back() + 1);
  return out;
}

}  // namespace daybook::projections
