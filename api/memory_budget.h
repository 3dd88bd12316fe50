// How much memory bodies that come and answers that wait to be read may hold, of all connections
// together (I14). What is small is not counted: every connection may have that much.
//
// When there is no room, those that held their share for longest, and for longer than a grace, are
// asked to leave, and who asked is refused: it comes back a little later to a place that is free.
// So a client that sends or reads slowly on many connections holds up nobody but itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/limits/http.h"

namespace daybook::api {

class MemoryBudget {
 public:
  // Ends what holds a share; any thread, must not block or use the budget.
  using Evict = std::function<void()>;

  class Share {
   public:
    Share() = default;  // of nothing; grows without a count
    Share(MemoryBudget& budget, Evict evict) : budget_(&budget), evict_(std::move(evict)) {}
    ~Share() { release(); }
    Share(Share&& other) noexcept { *this = std::move(other); }
    Share& operator=(Share&& other) noexcept;

    // Holds `bytes` in all; false when there is no room, and then what it held before.
    [[nodiscard]] bool hold(std::size_t bytes);
    // The same for what must be answered: there is room even when others must leave first.
    void hold_anyway(std::size_t bytes);
    // It is in nobody's power any more to end it soon: it stays, whoever asks.
    void keep();
    void release();

   private:
    MemoryBudget* budget_ = nullptr;
    Evict evict_;
    std::uint64_t place_ = 0;  // in the line of holders; zero: holds nothing
  };

  MemoryBudget(std::size_t bytes_max, const Clock& clock) : bytes_max_(bytes_max), clock_(clock) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  std::size_t used() const;
  std::uint64_t refused() const;  // shares that found no room
  std::uint64_t evicted() const;  // shares that were asked to leave

 private:
  enum class Stay : std::uint8_t { kMayLeave, kLeaving, kKept };
  struct Holder {
    std::size_t bytes = 0;
    Micros since;  // steady
    Evict evict;
    Stay stay = Stay::kMayLeave;
  };

  bool take(std::uint64_t& place, std::size_t bytes, const Evict& evict, bool anyway);
  std::vector<Evict> choose(std::size_t wanted, bool anyway);

  const std::size_t bytes_max_;
  const Clock& clock_;

  mutable std::mutex mutex_;                 // guards what follows
  std::map<std::uint64_t, Holder> holders_;  // by age
  std::uint64_t last_place_ = 0;
  std::size_t used_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace daybook::api
