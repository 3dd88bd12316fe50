// Counts tokens that were not valid, by the address that they came from. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/ids.h"

namespace daybook::api {

class LoginGuard {
 public:
  // One more from there: how long to wait before the next, zero while they are few. Of
  // kLoginPeersMax addresses at most; beyond that, those whose window is over are forgotten, and
  // then all.
  Duration failed(const std::string& peer, Micros now);

 private:
  struct Window {
    Micros began;
    std::uint32_t failures = 0;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace daybook::api
