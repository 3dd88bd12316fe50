#include "projections/feed.h"

#include "base/limits/views.h"
#include "base/thread.h"

namespace daybook::projections {
namespace {

// The log cannot be asked to end a wait, so a wait is this long at most: the time that stop() may
// take.
constexpr std::chrono::milliseconds kWait{50};

}  // namespace

Status Feed::start(Seq from) {
  stopped_ = false;
  ended_ = false;
  error_.reset();
  DAYBOOK_ASSIGN(thread_, start_thread("views-feed", [this, from] { run(from); }));
  return {};
}

void Feed::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Feed::run(Seq from) {
  Seq at = from;
  const Status status = read(at);
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (!status) {
      error_ = status.error();
    }
  }
  changed_.notify_all();
}

Status Feed::read(Seq& at) {
  DAYBOOK_ASSIGN(const auto cursor, log_.read(at));
  for (;;) {
    if (!log_.durable().wait(at, kWait)) {
      const std::lock_guard lock(mutex_);
      if (stopped_) {
        return {};
      }
      continue;
    }
    std::unique_ptr<Chunk> chunk = free_chunk();
    const Status status = chunk->fill(*cursor, log_.durable().value());
    if (!chunk->empty()) {
      at = next(chunk->last());
      if (!push(std::move(chunk))) {
        return {};
      }
    }
    DAYBOOK_TRY(status);
  }
}

std::unique_ptr<Chunk> Feed::free_chunk() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    return std::make_unique<Chunk>();
  }
  std::unique_ptr<Chunk> out = std::move(free_.back());
  free_.pop_back();
  return out;
}

bool Feed::push(std::unique_ptr<Chunk> chunk) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || ready_.size() < kFoldChunksMax; });
    if (stopped_) {
      return false;
    }
    ready_.push_back(std::move(chunk));
  }
  changed_.notify_all();
  return true;
}

bool Feed::take(std::vector<std::unique_ptr<Chunk>>& out, std::optional<TimePoint> deadline) {
  {
    std::unique_lock lock(mutex_);
    const auto awake = [&] { return !ready_.empty() || urged_ || ended_ || stopped_; };
    if (deadline) {
      changed_.wait_until(lock, *deadline, awake);
    } else {
      changed_.wait(lock, awake);
    }
    urged_ = false;
    if (ready_.empty() && (ended_ || stopped_)) {
      return false;
    }
    for (auto& chunk : ready_) {
      out.push_back(std::move(chunk));
    }
    ready_.clear();
  }
  changed_.notify_all();
  return true;
}

bool Feed::rest(TimePoint until) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_until(lock, until, [&] { return stopped_; });
}

void Feed::give_back(std::vector<std::unique_ptr<Chunk>>& chunks) {
  const std::lock_guard lock(mutex_);
  for (auto& chunk : chunks) {
    if (free_.size() < kFoldChunksMax) {
      free_.push_back(std::move(chunk));
    }
  }
  chunks.clear();
}

void Feed::urge() {
  {
    const std::lock_guard lock(mutex_);
    urged_ = true;
  }
  changed_.notify_all();
}

std::optional<Error> Feed::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

}  // namespace daybook::projections
