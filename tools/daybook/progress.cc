#include "tools/daybook/progress.h"

#include <algorithm>
#include <ostream>
#include <utility>

namespace daybook::cli {

namespace {

constexpr std::size_t kBarColumns = 30;
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

void Progress::finish() {
  if (std::exchange(shown_, false)) {
    env_.err << "\r\x1b[K" << std::flush;
  }
}

void Progress::update(std::uint64_t done, std::uint64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (!env_.err_is_terminal || total == 0 || (shown_ && now - shown_at_ < kInterval)) {
    return;
  }
  shown_at_ = now;
  shown_ = true;
  const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kBarColumns));
  env_.err << "\r\x1b[K" << what_ << " [" << std::string(filled, '#')
           << std::string(kBarColumns - filled, '.') << "] " << static_cast<int>(part * 100)
           << "% (" << done << " of " << total << ')' << std::flush;
}

}  // namespace daybook::cli
