#include "api/login_guard.h"

#include "base/limits/access.h"

namespace daybook::api {

Duration LoginGuard::failed(const std::string& peer, Micros now) {
  const Duration whole{kLoginWindowUs};
  const std::lock_guard lock(mutex_);
  if (windows_.size() >= kLoginPeersMax && !windows_.contains(peer)) {
    std::erase_if(windows_, [&](const auto& entry) { return now - entry.second.began >= whole; });
    if (windows_.size() >= kLoginPeersMax) {
      windows_.clear();
    }
  }
  Window& window = windows_.try_emplace(peer, Window{now, 0}).first->second;
  if (now - window.began >= whole) {
    window = {now, 0};
  }
  ++window.failures;
  return window.failures <= kLoginFailuresMax ? Duration{} : window.began + whole - now;
}

}  // namespace daybook::api
