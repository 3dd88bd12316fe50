#include "log/follower.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits/write_path.h"
#include "log/prefetch.h"

namespace daybook::log {
namespace {

// So far behind, a thread that reads ahead is worth its start.
constexpr std::uint64_t kReadAheadFrom = 16 * kChunkEventsMax;

}  // namespace

// What was durable before the subscription, or told before it was read, may be of any type.
Follower::Follower(Log& log, Seq from, const Subscription& subscription) : Follower(log, from) {
  subscription_ = &subscription;
  wanted_ = log.last();
}

void Follower::pass_over() {
  Seq durable;
  const auto came = subscription_->take(durable);
  if (!came) {
    next_ = std::max(next_, daybook::next(durable));
    return;
  }
  next_ = std::max(next_, came->first);
  wanted_ = came->last;
}

Result<std::span<const events::Recorded>> Follower::next() {
  if (subscription_ != nullptr && next_ > wanted_) {
    pass_over();
  }
  if (auto chunk = log_.tail().find(next_)) {
    cursor_.reset();
    read_.reset();
    held_ = std::move(chunk);
  } else {
    const Seq durable = log_.last();
    if (next_ > durable) {
      held_.reset();
      return std::span<const events::Recorded>();
    }
    DAYBOOK_TRY(read_store(durable));
  }
  const auto out = held_->from(next_);
  next_ = daybook::next(held_->last());
  return out;
}

// At least one record, for `durable` is not before next_.
Status Follower::read_store(Seq durable) {
  held_.reset();
  if (!read_) {
    read_ = std::make_shared<Chunk>(kChunkEventsMax, kChunkBytesMax);
  }
  for (;;) {
    const bool opened = !cursor_;
    if (opened) {
      DAYBOOK_ASSIGN(cursor_, log_.read(next_));
      if (read_ahead_ == ReadAhead::kYes && durable.value - next_.value >= kReadAheadFrom) {
        cursor_ = prefetch(std::move(cursor_), next_, durable);
      }
    }
    const Status filled = read_->fill(*cursor_, durable);
    if (!read_->empty()) {
      break;  // an error behind it is met again by the next call
    }
    if (!filled) {
      cursor_.reset();
      return filled;
    }
    // Reading ahead ended where the log did when it began.
    DAYBOOK_CHECK(!opened, "what is durable can be read");
    cursor_.reset();
  }
  held_ = read_;
  return {};
}

}  // namespace daybook::log
