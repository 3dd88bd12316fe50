#include "api/memory_budget.h"

#include <utility>

namespace daybook::api {

MemoryBudget::Share& MemoryBudget::Share::operator=(Share&& other) noexcept {
  if (this != &other) {
    release();
    budget_ = std::exchange(other.budget_, nullptr);
    evict_ = std::move(other.evict_);
    place_ = std::exchange(other.place_, 0);
  }
  return *this;
}

bool MemoryBudget::Share::hold(std::size_t bytes) {
  return budget_ == nullptr || budget_->take(place_, bytes, evict_, false);
}

void MemoryBudget::Share::hold_anyway(std::size_t bytes) {
  if (budget_ != nullptr) {
    budget_->take(place_, bytes, evict_, true);
  }
}

void MemoryBudget::Share::keep() {
  if (place_ == 0) {
    return;
  }
  const std::lock_guard lock(budget_->mutex_);
  budget_->holders_[place_].stay = Stay::kKept;
}

void MemoryBudget::Share::release() {
  if (place_ == 0) {
    return;
  }
  const std::lock_guard lock(budget_->mutex_);
  const auto mine = budget_->holders_.find(std::exchange(place_, 0));
  budget_->used_ -= mine->second.bytes;
  budget_->holders_.erase(mine);
}

bool MemoryBudget::take(std::uint64_t& place, std::size_t bytes, const Evict& evict, bool anyway) {
  std::vector<Evict> leave;
  bool taken = true;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t counted = bytes > kHttpFreeBytes ? bytes : 0;
    const std::size_t held = place == 0 ? 0 : holders_[place].bytes;
    if (counted > held && used_ + counted - held > bytes_max_) {
      leave = choose(used_ + counted - held - bytes_max_, anyway);
      evicted_ += leave.size();
      refused_ += anyway ? 0 : 1;
      taken = anyway;
    }
    if (taken && counted > held) {
      if (place == 0) {
        place = ++last_place_;
        holders_[place] = {0, clock_.steady(), evict};
      }
      holders_[place].bytes = counted;
      used_ += counted - held;
    }
  }
  for (const Evict& end : leave) {
    end();
  }
  return taken;
}

// Whoever is asked to leave is asked once. What must be answered may ask those that have just come.
std::vector<MemoryBudget::Evict> MemoryBudget::choose(std::size_t wanted, bool anyway) {
  std::vector<Evict> out;
  const Micros old{clock_.steady().value - (anyway ? 0 : kHttpHoldGraceUs)};
  std::size_t found = 0;
  for (auto& [place, holder] : holders_) {
    if (found >= wanted || holder.since > old) {
      break;
    }
    if (holder.stay == Stay::kKept) {
      continue;  // its memory will not be there soon
    }
    found += holder.bytes;
    if (holder.stay == Stay::kMayLeave) {
      holder.stay = Stay::kLeaving;
      out.push_back(holder.evict);
    }
  }
  return out;
}

std::size_t MemoryBudget::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

std::uint64_t MemoryBudget::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::uint64_t MemoryBudget::evicted() const {
  const std::lock_guard lock(mutex_);
  return evicted_;
}

}  // namespace daybook::api
