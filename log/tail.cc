#include "log/tail.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "log/aligned_record.h"

namespace daybook::log {

void Tail::publish(Seq last, std::shared_ptr<const Chunk> chunk) {
  const events::TypeSet types = chunk ? chunk->types() : events::TypeSet::all();
  std::vector<std::shared_ptr<const Chunk>> gone;  // freed outside the lock
  {
    const std::lock_guard lock(mutex_);
    const Seq first = next(durable_.value());
    for (const Subscription* subscription : subscriptions_) {
      if (subscription->types_.meets(types)) {
        auto& came = subscription->came_;
        came = {came ? came->first : first, last};
      }
    }
    if (chunk) {
      bytes_ += chunk->memory_bytes();
      chunks_.push_back(std::move(chunk));
    }
    while (bytes_ > bytes_max_ && chunks_.size() > 1) {
      bytes_ -= chunks_.front()->memory_bytes();
      gone.push_back(std::move(chunks_.front()));
      chunks_.pop_front();
    }
    durable_.raise(last);
  }
  const std::lock_guard telling(telling_mutex_);
  for (const Subscription* subscription : subscriptions_) {
    if (subscription->types_.meets(types)) {
      subscription->notify_();
    }
  }
}

std::shared_ptr<const Chunk> Tail::find(Seq seq) const {
  const std::lock_guard lock(mutex_);
  if (chunks_.empty() || seq > chunks_.back()->last() || seq < chunks_.front()->first()) {
    return nullptr;
  }
  return *std::partition_point(chunks_.begin(), chunks_.end(),
                               [&](const auto& chunk) { return chunk->last() < seq; });
}

std::size_t Tail::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

Subscription::Subscription(const Tail& tail, events::TypeSet types, std::function<void()> notify)
    : tail_(tail), types_(types), notify_(std::move(notify)) {
  const std::scoped_lock lock(tail_.telling_mutex_, tail_.mutex_);
  tail_.subscriptions_.push_back(this);
}

Subscription::~Subscription() {
  const std::scoped_lock lock(tail_.telling_mutex_, tail_.mutex_);
  std::erase(tail_.subscriptions_, this);
}

std::optional<Subscription::Stretch> Subscription::take(Seq& durable) const {
  const std::lock_guard lock(tail_.mutex_);
  durable = tail_.durable_.value();
  return std::exchange(came_, std::nullopt);
}

std::shared_ptr<Chunk> chunk_for(const events::Group& group, const Tail& tail) {
  if (!tail.keeps() || group.empty()) {
    return nullptr;
  }
  // Each payload may need room to be aligned; its header stays behind.
  const std::size_t headers = group.count * (events::kHeaderBytes - kRecordAlignment);
  return std::make_shared<Chunk>(group.count, group.bytes.size() - headers);
}

void add_to(const std::shared_ptr<Chunk>& chunk, const events::RecordView& record) {
  if (chunk) {
    const Status added = chunk->add(record);
    DAYBOOK_CHECK(added.has_value(), "what was encoded can be decoded");
  }
}

}  // namespace daybook::log
