#include "tools/daybook/service_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace daybook::cli {
namespace {

std::string_view variable_text(const char* name) {
  const char* const value = std::getenv(name);  // before any thread
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<std::int64_t> variable_number(const char* name) {
  const std::string_view text = variable_text(name);
  std::int64_t out = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
  return bad == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

std::int64_t monotonic_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

ServiceNotify::ServiceNotify() : socket_(variable_text("NOTIFY_SOCKET")) {
  const auto pid = variable_number("WATCHDOG_PID");
  const auto every = variable_number("WATCHDOG_USEC");
  if (every && *every > 0 && (!pid || *pid == ::getpid())) {
    alive_every_ = Duration{*every / 2};
  }
}

void ServiceNotify::reloading() const {
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us()));
}

// What cannot be told is the manager's to notice.
void ServiceNotify::tell(std::string_view state) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path ||
      (socket_.front() != '/' && socket_.front() != '@')) {
    return;
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') {
    address.sun_path[0] = '\0';  // an abstract name
  }
  const int out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (out < 0) {
    return;
  }
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  static_cast<void>(::sendto(out, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&address), size));
  ::close(out);
}

}  // namespace daybook::cli
