// What comes to the dispatcher's thread from others, and the one thing it waits on. Private to
// dispatch.
//
// Bounded by what is out: starts in flight, runs in slots, polls under kLongPollsMax (I14).
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/bell.h"
#include "base/ids.h"

namespace daybook::dispatch {

// Messages of both owners, the dispatcher and the outbox: stop() was called; go at once.
struct Closing {};
struct Quit {};

// The wall clock may be set while the thread waits for a time of day.
inline constexpr Duration kLookAtClock = millis(500);
// Between two tries to hand a request to a full inbox.
inline constexpr Duration kInboxRetry = millis(2);
// The last replies after stop() come as soon as a group is synced.
inline constexpr Duration kLastReplies = seconds(10);

template <typename Message>
class Mailbox {
 public:
  // False after close(); the message is then untouched.
  bool post(Message&& message) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) {
        return false;
      }
      messages_.push_back(std::move(message));
    }
    poke();
    return true;
  }

  // No more messages; returns those that were left.
  std::vector<Message> close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return std::exchange(messages_, {});
  }

  // Wakes the owner without a message: the log has grown.
  void poke() { bell_.ring(kPoked); }

  // Waits for a message or a poke, at most so long (for ever without it), and takes the messages.
  void wait(std::optional<std::chrono::microseconds> at_most, std::vector<Message>& out) {
    std::optional<Bell::TimePoint> until;
    if (at_most) {
      until = std::chrono::steady_clock::now() + *at_most;
    }
    static_cast<void>(bell_.wait(kPoked, until));
    const std::lock_guard lock(mutex_);
    out.swap(messages_);
  }

  // The same without waiting; false when there was neither.
  bool take(std::vector<Message>& out) {
    const bool poked = bell_.take(kPoked) != 0;
    const std::lock_guard lock(mutex_);
    out.swap(messages_);
    return poked || !out.empty();
  }

 private:
  static constexpr Bell::Sounds kPoked = 1;

  Bell bell_;
  std::mutex mutex_;
  std::vector<Message> messages_;
  bool closed_ = false;
};

}  // namespace daybook::dispatch
