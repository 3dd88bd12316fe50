// Tells the service manager how the server is, by the protocol of sd_notify(3): a datagram to the
// socket that NOTIFY_SOCKET names. Without one nothing is told. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace daybook::cli {

class ServiceNotify {
 public:
  // What the manager gave to this process; see sd_notify(3), sd_watchdog_enabled(3).
  ServiceNotify();

  void ready() const { tell("READY=1"); }
  void reloading() const;
  void stopping() const { tell("STOPPING=1"); }
  void alive() const { tell("WATCHDOG=1"); }
  // How often alive() must be told at least, halved; nothing when nobody waits for it.
  std::optional<Duration> alive_every() const { return alive_every_; }

 private:
  void tell(std::string_view state) const;

  std::string socket_;
  std::optional<Duration> alive_every_;
};

}  // namespace daybook::cli
