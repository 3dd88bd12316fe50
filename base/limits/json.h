// JSON of any source: every bound with the reason for its number (I14). A test hits each of them.
#pragma once

namespace daybook {

inline constexpr int kJsonDepthMax = 32;

}  // namespace daybook
