#include "projections/folder.h"

#include <algorithm>
#include <utility>

#include "base/limits/views.h"
#include "base/thread.h"

namespace daybook::projections {
namespace {

constexpr std::string_view kStorePart = "views' store";
// What rings the bell.
constexpr Bell::Sounds kGrown = 1;
constexpr Bell::Sounds kUrged = 2;
constexpr Bell::Sounds kStop = 4;
// With so few events that are not written there is no load: what else comes is folded with them.
constexpr std::size_t kQuietEvents = 256;
// So far behind the log nobody waits for a single event, and what a job goes through is best
// gathered: a status that outlives its batch costs a place in each list, and leaving it.
constexpr std::uint64_t kFarBehindEvents = 2 * kFoldBatchEventsMax;

}  // namespace

Status Folder::add(Store::ProjectionId id, Slot::Make make, const Checkpoint& checkpoint) {
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
  return {};
}

void Folder::begin() {
  position_ = slots_.front()->checkpoint.applied;
  for (const auto& slot : slots_) {
    position_ = std::min(position_, slot->checkpoint.applied);
  }
  follower_.emplace(log_, next(position_), log::ReadAhead::kYes);
  ahead_ = {};
  publish();
}

void Folder::all_added() {
  publish();
}

Status Folder::start() {
  begin();
  stopped_ = false;
  DAYBOOK_ASSIGN(thread_, start_thread("views", [this] { run(); }));
  grown_.emplace(log_.tail(), events::TypeSet::all(), [this] { bell_.ring(kGrown); });
  bell_.ring(kGrown);  // what became durable in between was not told
  return {};
}

void Folder::halt() {
  if (!thread_.joinable()) {
    return;
  }
  grown_.reset();
  stopped_ = true;
  bell_.ring(kStop);
  thread_.join();
  follower_.reset();
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
  const std::lock_guard lock(errors_mutex_);
  return slot.error.empty() ? stall_ : slot.error;
}

bool Folder::wait_for(Seq seq, std::chrono::milliseconds timeout) const {
  if (applied_.value() >= seq) {
    return true;
  }
  std::uint64_t wanted = wanted_.load();
  while (wanted < seq.value && !wanted_.compare_exchange_weak(wanted, seq.value)) {
  }
  bell_.ring(kUrged);
  return applied_.wait(seq, timeout);
}

void Folder::run() {
  while (!stopped_) {
    const auto rest = round(std::chrono::steady_clock::now());
    if (!rest) {
      give_up(rest.error());
      return;
    }
    if (rest->sounds != 0) {
      static_cast<void>(bell_.wait(rest->sounds, rest->until));
    }
  }
}

std::optional<std::chrono::microseconds> Folder::round_by_hand(TimePoint now) {
  using std::chrono::microseconds;
  if (!follower_) {
    begin();
  }
  const auto rest = round(now);
  if (!rest) {
    give_up(rest.error());
    return std::nullopt;
  }
  if (rest->sounds == 0) {
    return microseconds(0);
  }
  return rest->until ? std::optional(std::chrono::duration_cast<microseconds>(*rest->until - now))
                     : std::nullopt;
}

void Folder::give_up(const Error& error) {
  const std::lock_guard lock(mutex_);
  write();
  for (const auto& slot : slots_) {
    fail_slot(*slot, error);
  }
  publish();
  report_fault(supervisor_, "views", error, Consequence::kStop);
}

// An error when the log cannot be read. Nothing is folded on top of a batch that is not written,
// whoever made it (a rebuild writes too): its end would be taken for the end of what came behind
// it.
Result<Folder::Rest> Folder::round(TimePoint now) {
  if (!stalled_) {
    retry_at_.reset();
  } else if (!retry(now)) {
    return Rest{kStop, retry_at_};
  }
  if (ahead_.empty()) {
    DAYBOOK_ASSIGN(ahead_, follower_->next());
  }
  const bool more = !ahead_.empty();
  const std::lock_guard lock(mutex_);
  if (more && !stalled_) {
    fold(std::exchange(ahead_, {}), follower_->chain(), now);
    if (batch_is_full()) {
      write();
    }
  }
  if (write_is_due(now)) {
    write();
  }
  return more || stalled_ ? Rest{} : rest();
}

// All that the log had is folded. What is not written yet waits for company until it is late or
// wanted; meanwhile a commit that brings little wakes nobody.
Folder::Rest Folder::rest() const {
  Rest out{kUrged | kStop};
  if (unwritten_ > 0) {
    out.until = write_by_;
  }
  if (unwritten_ == 0 || unwritten_ >= kQuietEvents) {
    out.sounds |= kGrown;
  }
  return out;
}

// Once its time has come; false while nothing can be written.
bool Folder::retry(TimePoint now) {
  if (!retry_at_) {
    retry_at_ = now + next_patience();
  }
  if (now < *retry_at_) {
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    write();
  }
  if (stalled_) {
    retry_at_ = now + next_patience();
  }
  return !stalled_;
}

std::chrono::microseconds Folder::next_patience() {
  const std::lock_guard lock(mutex_);
  const auto patience = patience_;
  patience_ = std::min(patience_ * 2, std::chrono::microseconds(kViewsRetryMaxUs));
  return patience;
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

bool Folder::write_is_due(TimePoint now) const {
  if (unwritten_ == 0) {
    return false;
  }
  const bool wanted = wanted_.load() > applied_.value().value && wanted_.load() <= position_.value;
  const bool late = now >= write_by_ && !far_behind();
  return wanted || late;
}

void Folder::fold(Events events, const Hash& chain, TimePoint now) {
  if (unwritten_ == 0) {
    write_by_ = now + std::chrono::microseconds(kFoldBatchUs);
  }
  const Seq last = events.back().meta.seq;
  for (const auto& slot : slots_) {
    if (slot->failed || slot->checkpoint.applied >= last) {
      continue;
    }
    for (const events::Recorded& recorded : events) {
      if (recorded.meta.seq <= slot->checkpoint.applied) {
        continue;
      }
      if (const Status status = slot->projection->apply(recorded); !status) {
        fail_slot(*slot, status.error());
        break;
      }
    }
    if (!slot->failed) {
      slot->checkpoint.applied = last;
      slot->checkpoint.chain = chain;
    }
  }
  position_ = std::max(position_, last);
  unwritten_ += events.size();
}

// If we stop before the store has the batch, the checkpoints still name the last one: the fold is
// repeated from there. A batch that the store did not take goes first, alone: a projection makes no
// second one before it is written.
void Folder::write() {
  if (stalled_ && !deliver()) {
    return;
  }
  unwritten_ = 0;
  batch_.clear();
  checkpoints_.clear();
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
    checkpoints_.emplace_back(slot->id, slot->checkpoint);
  }
  if (checkpoints_.empty()) {
    publish();
    return;
  }
  batch_.sort();
  static_cast<void>(deliver());
}

// Hands the batch to the store; false when it has to be kept.
bool Folder::deliver() {
  if (stalled_) {
    store_.resume();
  }
  const bool known = stalled_ && delivered_before();
  const Status status = known ? Status() : store_.write(batch_, checkpoints_);
  const bool lost = !status && status.error().code == Code::kCorrupt;
  if (!status && !lost) {
    hold(status.error());
    return false;
  }
  for (const auto& slot : slots_) {
    if (slot->failed) {
      continue;
    }
    if (lost) {
      fail_slot(*slot, status.error());
      continue;
    }
    slot->projection->written();
    const auto mine = std::find_if(checkpoints_.begin(), checkpoints_.end(),
                                   [&](const auto& c) { return c.first == slot->id; });
    slot->written = mine == checkpoints_.end() ? slot->written.load() : mine->second.applied.value;
  }
  if (stalled_) {
    stalled_ = false;
    {
      const std::lock_guard lock(errors_mutex_);
      stall_.clear();
    }
    report_healed(supervisor_, kStorePart);
  }
  publish();
  return true;
}

// A write that failed may have reached the store all the same, and some of its changes are appended
// to what stands there: they must not be made twice.
bool Folder::delivered_before() const {
  const auto& [id, wanted] = checkpoints_.front();
  const auto stored = store_.checkpoint(id);
  return stored && *stored && (*stored)->applied == wanted.applied &&
         (*stored)->generation == wanted.generation;
}

void Folder::hold(const Error& error) {
  if (!stalled_) {
    patience_ = std::chrono::microseconds(kViewsRetryMinUs);
    {
      const std::lock_guard lock(errors_mutex_);
      stall_ = error.text();
    }
    stalled_ = true;
  }
  report_fault(supervisor_, kStorePart, error, Consequence::kDegraded);
}

// What the projection holds in memory is dropped with its next load; its checkpoint stays at the
// last write.
void Folder::fail_slot(Slot& slot, const Error& error) {
  if (!slot.failed) {
    const std::string why = advice(slot, error);
    {
      const std::lock_guard lock(errors_mutex_);
      slot.error = why;
    }
    report_fault(supervisor_, "view " + slot.name, make_error(error.code, error.reason, why),
                 Consequence::kDegraded);
    slot.checkpoint.applied = Seq{slot.written};
    slot.failed = true;
  }
}

bool Folder::fail(Slot& slot, const std::optional<Prefix>& generation, const Error& error) {
  const std::lock_guard lock(mutex_);
  if (generation && *generation != slot.prefix()) {
    return false;
  }
  fail_slot(slot, error);
  publish();
  return true;
}

// What is stored can be made again, whatever became of it.
std::string Folder::advice(const Slot& slot, const Error& error) {
  if (error.reason != "VIEWS_STORE") {
    return error.text();
  }
  return error.text() + "; what is stored of it is damaged, the log is not: rebuild it (POST " +
         "/resources/projections/" + slot.name + "/rebuild) or start the server again";
}

void Folder::revive(Slot& slot) {
  {
    const std::lock_guard lock(errors_mutex_);
    slot.error.clear();
  }
  slot.failed = false;
  report_healed(supervisor_, "view " + slot.name);
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
  if (stalled_) {
    return daybook::fail(Code::kUnavailable, "VIEWS_STALLED",
                         "the views' store takes nothing for now");
  }
  const Status status = work(position_);
  publish();
  return status;
}

}  // namespace daybook::projections
