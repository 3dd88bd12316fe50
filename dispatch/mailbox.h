// What comes to the dispatcher's thread from others, and the one thing it waits on. Private to
// dispatch.
//
// Bounded by what is out: starts in flight, runs in slots, polls under kLongPollsMax (I14).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace daybook::dispatch {

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
      if (std::exchange(poked_, true)) {
        return true;
      }
    }
    wake_.notify_one();
    return true;
  }

  // No more messages; returns those that were left.
  std::vector<Message> close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return std::exchange(messages_, {});
  }

  // Wakes the owner without a message: the log has grown.
  void poke() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(poked_, true)) {
        return;
      }
    }
    wake_.notify_one();
  }

  // Waits for a message or a poke, at most so long (for ever without it), and takes the messages.
  void wait(std::optional<std::chrono::microseconds> at_most, std::vector<Message>& out) {
    std::unique_lock lock(mutex_);
    const auto ready = [&] { return poked_; };
    if (at_most) {
      wake_.wait_for(lock, *at_most, ready);
    } else {
      wake_.wait(lock, ready);
    }
    poked_ = false;
    out.swap(messages_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Message> messages_;
  bool poked_ = false;
  bool closed_ = false;
};

}  // namespace daybook::dispatch
