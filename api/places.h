// Places that connections (or streams) take, of which there is a number in all and one for each
// address. A new one finds a place when all are taken if one of the others has been idle for
// longest, and for a while: that one is asked to leave.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "base/clock.h"

namespace daybook::api {

class Places {
 public:
  // Asks who holds the place to leave; its place is another's already. Any thread, must not block.
  using Evict = std::function<void()>;

  struct Limits {
    std::size_t max;
    std::size_t peer_max;  // of one address
    Duration grace;        // who has been idle for less is not asked to leave
  };

  // Given back when it is destroyed. idle(), busy() and release() from one thread.
  class Place {
   public:
    Place() = default;
    ~Place() { release(); }
    Place(Place&& other) noexcept { *this = std::move(other); }
    Place& operator=(Place&& other) noexcept;

    explicit operator bool() const { return entry_ != nullptr; }
    // Since when its holder does nothing; a place that was just taken is busy.
    void idle(Micros since);
    void busy();
    void release();

   private:
    friend class Places;
    struct Entry;
    Places* places_ = nullptr;
    std::shared_ptr<Entry> entry_;
  };

  Places(const Limits& limits, const Clock& clock) : limits_(limits), clock_(clock) {}
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  // Any thread; an empty one when there is none.
  Place take(const std::string& peer, Evict evict);
  // The same, but nobody is asked to leave.
  Place take_free(const std::string& peer, Evict evict);
  std::size_t taken() const;

 private:
  using Entry = Place::Entry;
  using EntryPtr = std::shared_ptr<Entry>;

  Place take(const std::string& peer, Evict evict, bool may_evict);
  EntryPtr longest_idle(const std::string* peer) const;
  void erase(const EntryPtr& entry);

  const Limits limits_;
  const Clock& clock_;

  mutable std::mutex mutex_;  // guards what follows
  std::unordered_set<EntryPtr> entries_;
  std::map<std::string, std::size_t> peers_;
};

}  // namespace daybook::api
