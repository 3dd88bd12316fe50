#include "api/places.h"

#include <utility>

namespace daybook::api {

struct Places::Place::Entry {
  std::string peer;
  Evict evict;
  std::atomic<std::int64_t> idle_since{0};  // steady, in microseconds, and one; zero: busy
};

Places::Place& Places::Place::operator=(Place&& other) noexcept {
  if (this != &other) {
    release();
    places_ = std::exchange(other.places_, nullptr);
    entry_ = std::move(other.entry_);
  }
  return *this;
}

void Places::Place::idle(Micros since) {
  if (entry_) {
    entry_->idle_since = since.value + 1;
  }
}

void Places::Place::busy() {
  if (entry_) {
    entry_->idle_since = 0;
  }
}

void Places::Place::release() {
  if (entry_) {
    const std::lock_guard lock(places_->mutex_);
    places_->erase(entry_);
  }
  entry_.reset();
}

Places::Place Places::take(const std::string& peer, Evict evict) {
  return take(peer, std::move(evict), true);
}

Places::Place Places::take_free(const std::string& peer, Evict evict) {
  return take(peer, std::move(evict), false);
}

Places::Place Places::take(const std::string& peer, Evict evict, bool may_evict) {
  Place out;
  EntryPtr leaves;
  {
    const std::lock_guard lock(mutex_);
    const auto mine = peers_.find(peer);
    const bool peer_full = mine != peers_.end() && mine->second >= limits_.peer_max;
    if (peer_full || entries_.size() >= limits_.max) {
      leaves = may_evict ? longest_idle(peer_full ? &peer : nullptr) : nullptr;
      if (!leaves) {
        return out;
      }
      erase(leaves);
    }
    out.places_ = this;
    out.entry_ = std::make_shared<Entry>();
    out.entry_->peer = peer;
    out.entry_->evict = std::move(evict);
    entries_.insert(out.entry_);
    ++peers_[peer];
  }
  if (leaves) {
    leaves->evict();
  }
  return out;
}

Places::EntryPtr Places::longest_idle(const std::string* peer) const {
  EntryPtr out;
  std::int64_t oldest = clock_.steady().value - limits_.grace.value + 2;
  for (const EntryPtr& entry : entries_) {
    const std::int64_t since = entry->idle_since;
    if (since != 0 && since < oldest && (peer == nullptr || entry->peer == *peer)) {
      oldest = since;
      out = entry;
    }
  }
  return out;
}

// Nothing for a place that was another's already.
void Places::erase(const EntryPtr& entry) {
  if (entries_.erase(entry) == 0) {
    return;
  }
  const auto mine = peers_.find(entry->peer);
  if (--mine->second == 0) {
    peers_.erase(mine);
  }
}

std::size_t Places::taken() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace daybook::api
