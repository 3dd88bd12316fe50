#include "projections/folder.h"

#include <algorithm>

#include "base/limits/views.h"

namespace daybook::projections {
namespace {

// So few events at once mean that there is no load: they are written without waiting for more.
constexpr std::size_t kQuietEvents = 256;
// So far behind the log nobody waits for a single event, and what a job goes through is best
// gathered: a status that outlives its batch costs a full set of index keys.
constexpr std::uint64_t kFarBehindEvents = 2 * kFoldBatchEventsMax;

}  // namespace

Status Folder::add(RocksStore::ProjectionId id, Slot::Make make, const Checkpoint& checkpoint) {
  auto slot = std::make_unique<Slot>();
  slot->id = id;
  slot->make = std::move(make);
  slot->projection = slot->make();
  slot->name = slot->projection->name();
  slot->version = slot->projection->version();
  slot->live_from = log_.last().value;
  slot->checkpoint = checkpoint;
  slot->written = checkpoint.applied.value;
  slot->reader = store_.reader(slot->prefix());
  DAYBOOK_TRY(slot->projection->load(*slot->reader));
  slots_.push_back(std::move(slot));
  publish();
  return {};
}

void Folder::start() {
  position_ = slots_.front()->checkpoint.applied;
  for (const auto& slot : slots_) {
    position_ = std::min(position_, slot->checkpoint.applied);
  }
  feed_.start(next(position_));
  thread_ = std::thread([this] { run(); });
}

void Folder::halt() {
  feed_.stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Folder::stop() {
  halt();
  const std::lock_guard lock(mutex_);
  write();
}

Slot* Folder::find(std::string_view name) {
  for (const auto& slot : slots_) {
    if (slot->name == name) {
      return slot.get();
    }
  }
  return nullptr;
}

std::string Folder::error_of(const Slot& slot) const {
  const std::lock_guard lock(mutex_);
  return slot.error;
}

bool Folder::wait_for(Seq seq, std::chrono::milliseconds timeout) const {
  if (applied_.value() >= seq) {
    return true;
  }
  std::uint64_t wanted = wanted_.load();
  while (wanted < seq.value && !wanted_.compare_exchange_weak(wanted, seq.value)) {
  }
  feed_.urge();
  return applied_.wait(seq, timeout);
}

void Folder::run() {
  std::vector<std::unique_ptr<Chunk>> chunks;
  std::optional<Feed::TimePoint> deadline;
  for (bool open = true; open;) {
    open = feed_.take(chunks, deadline);
    const std::lock_guard lock(mutex_);
    for (const auto& chunk : chunks) {
      fold(*chunk);
      if (batch_is_full()) {
        write();
      }
    }
    if (write_is_due(chunks.size() < kFoldChunksMax)) {
      write();
    }
    deadline = unwritten_ > 0 ? std::optional(write_by_) : std::nullopt;
    feed_.give_back(chunks);
  }
  if (const auto error = feed_.error()) {
    const std::lock_guard lock(mutex_);
    write();
    for (const auto& slot : slots_) {
      fail_slot(*slot, *error);
    }
    publish();
  }
}

bool Folder::far_behind() const {
  return log_.last().value - position_.value > kFarBehindEvents;
}

bool Folder::batch_is_full() const {
  std::size_t bytes = 0;
  for (const auto& slot : slots_) {
    bytes += slot->failed ? 0 : slot->projection->unwritten_bytes();
  }
  return bytes >= kFoldBatchBytesMax || (unwritten_ >= kFoldBatchEventsMax && !far_behind());
}

bool Folder::write_is_due(bool caught_up) const {
  if (unwritten_ == 0) {
    return false;
  }
  const bool quiet = caught_up && unwritten_ < kQuietEvents;
  const bool wanted = wanted_.load() > applied_.value().value && wanted_.load() <= position_.value;
  const bool late = std::chrono::steady_clock::now() >= write_by_ && !far_behind();
  return quiet || wanted || late;
}

void Folder::fold(const Chunk& chunk) {
  if (unwritten_ == 0) {
    write_by_ = std::chrono::steady_clock::now() + std::chrono::microseconds(kFoldBatchUs);
  }
  for (const auto& slot : slots_) {
    if (slot->failed || slot->checkpoint.applied >= chunk.last()) {
      continue;
    }
    for (const events::Recorded& recorded : chunk.events()) {
      if (recorded.meta.seq <= slot->checkpoint.applied) {
        continue;
      }
      if (const Status status = slot->projection->apply(recorded); !status) {
        fail_slot(*slot, status.error());
        break;
      }
    }
    if (!slot->failed) {
      slot->checkpoint.applied = chunk.last();
      slot->checkpoint.chain = chunk.chain();
    }
  }
  position_ = std::max(position_, chunk.last());
  unwritten_ += chunk.events().size();
}

// If we stop before the store has the batch, the checkpoints still name the last one: the fold is
// repeated from there.
void Folder::write() {
  unwritten_ = 0;
  batch_.clear();
  std::vector<std::pair<RocksStore::ProjectionId, Checkpoint>> checkpoints;
  for (const auto& slot : slots_) {
    if (slot->failed || slot->written == slot->checkpoint.applied.value) {
      continue;
    }
    if (const Status status = slot->projection->prepare(); !status) {
      fail_slot(*slot, status.error());
      continue;
    }
    batch_.begin(slot->prefix());
    slot->projection->write(batch_);
    checkpoints.emplace_back(slot->id, slot->checkpoint);
  }
  if (checkpoints.empty()) {
    publish();
    return;
  }
  batch_.sort();
  const Status status = store_.write(batch_, checkpoints);
  for (const auto& slot : slots_) {
    if (slot->failed) {
      continue;
    }
    if (!status) {
      fail_slot(*slot, status.error());
    } else {
      slot->projection->written();
      slot->written = slot->checkpoint.applied.value;
    }
  }
  publish();
}

// What the projection holds in memory is dropped with its next load; its checkpoint stays at the
// last write.
void Folder::fail_slot(Slot& slot, const Error& error) {
  if (!slot.failed) {
    slot.error = advice(slot, error);
    slot.checkpoint.applied = Seq{slot.written};
    slot.failed = true;
    if (tell_) {
      tell_(slot.name, slot.error);
    }
  }
}

void Folder::fail(Slot& slot, const Error& error) {
  const std::lock_guard lock(mutex_);
  fail_slot(slot, error);
  publish();
}

// What is stored can be made again, whatever became of it.
std::string Folder::advice(const Slot& slot, const Error& error) {
  if (error.reason != "VIEWS_STORE") {
    return error.text();
  }
  return error.text() + "; what is stored of it is damaged, the log is not: rebuild it (POST " +
         "/resources/projections/" + slot.name + "/rebuild) or start the server again";
}

void Folder::publish() {
  std::uint64_t lowest = ~std::uint64_t{0};
  for (const auto& slot : slots_) {
    lowest = slot->failed ? lowest : std::min(lowest, slot->written.load());
  }
  if (lowest != ~std::uint64_t{0}) {
    applied_.raise(Seq{lowest});
  }
}

Status Folder::quietly(const std::function<Status(Seq)>& work) {
  const std::lock_guard lock(mutex_);
  write();
  const Status status = work(position_);
  publish();
  return status;
}

}  // namespace daybook::projections
