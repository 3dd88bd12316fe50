#include "projections/rebuild.h"

#include <chrono>

#include "base/check.h"
#include "base/hex.h"
#include "base/limits/views.h"
#include "log/refusals.h"

namespace daybook::projections {
namespace {

// How far behind the live projection the last stretch may begin, which is folded while the live one
// stands still.
constexpr std::uint64_t kStretchEvents = 4'096;
constexpr std::size_t kShownBytes = 64;

std::string shown(std::string_view bytes) {
  const std::string_view front = bytes.substr(0, kShownBytes);
  return to_hex({reinterpret_cast<const std::uint8_t*>(front.data()), front.size()}) +
         (bytes.size() > kShownBytes ? "..." : "");
}

}  // namespace

Result<std::string> first_difference(const View& first, const View& second, std::uint64_t& keys) {
  const auto a = first.walk({}, {});
  const auto b = second.walk({}, {});
  a->seek({});
  b->seek({});
  std::string out;
  for (keys = 0; a->valid() || b->valid();) {
    const int order = !a->valid() ? 1 : !b->valid() ? -1 : a->key().compare(b->key());
    if (order != 0 && out.empty()) {
      out = order < 0 ? "key " + shown(a->key()) + ": " + shown(a->value()) + " became nothing"
                      : "key " + shown(b->key()) + ": nothing became " + shown(b->value());
    } else if (order == 0 && a->value() != b->value() && out.empty()) {
      out = "key " + shown(a->key()) + ": " + shown(a->value()) + " became " + shown(b->value());
    }
    if (order >= 0) {
      ++keys;
      b->next();
    }
    if (order <= 0) {
      a->next();
    }
  }
  DAYBOOK_TRY(a->status());
  DAYBOOK_TRY(b->status());
  return out;
}

Status Rebuild::prepare() {
  if (log_.first() > Seq{1}) {
    return log::refuse_without("a projection is rebuilt from the whole log: it needs", Seq{1},
                               log_.first());
  }
  // Generation numbers go round; 0 is not one.
  checkpoint_.generation = static_cast<std::uint8_t>(slot_.checkpoint.generation % 255 + 1);
  checkpoint_.version = slot_.checkpoint.version;
  prefix_ = {static_cast<char>(slot_.id), static_cast<char>(checkpoint_.generation)};
  DAYBOOK_TRY(store_.erase(prefix_));
  reader_ = store_.reader(prefix_);
  projection_ = slot_.make();
  DAYBOOK_TRY(projection_->load(*reader_));
  DAYBOOK_ASSIGN(cursor_, log_.read(Seq{1}));
  return {};
}

Status Rebuild::write() {
  DAYBOOK_TRY(projection_->prepare());
  batch_.clear();
  batch_.begin(prefix_);
  projection_->write(batch_);
  batch_.sort();
  DAYBOOK_TRY(store_.write(batch_, {}));
  projection_->written();
  return {};
}

Status Rebuild::advance(Seq through, const Progress& progress) {
  while (checkpoint_.applied < through) {
    DAYBOOK_TRY(chunk_.fill(*cursor_, through));
    DAYBOOK_CHECK(!chunk_.empty(), "what the live projection has folded can be read again");
    for (const events::Recorded& recorded : chunk_.events()) {
      DAYBOOK_TRY(projection_->apply(recorded));
    }
    checkpoint_.applied = chunk_.last();
    checkpoint_.chain = chunk_.chain();
    slot_.rebuilt = checkpoint_.applied.value;
    report_.events += chunk_.events().size();
    if (projection_->unwritten_bytes() >= kFoldBatchBytesMax) {
      DAYBOOK_TRY(write());
      if (progress && !progress(checkpoint_.applied, through)) {
        return fail(Code::kUnavailable, "REBUILD_CANCELLED", "the rebuild was cancelled");
      }
    }
  }
  return write();
}

// Nobody is told while the live projection stands still: who is told may ask the views.
Status Rebuild::compare() {
  std::pair<std::unique_ptr<View>, std::unique_ptr<View>> views;
  const Status reached = folder_.quietly([&](Seq) -> Status {
    DAYBOOK_TRY(advance(slot_.checkpoint.applied, nullptr));
    report_.as_of = slot_.checkpoint.applied;
    views = store_.views(slot_.prefix(), prefix_);
    return {};
  });
  DAYBOOK_TRY(reached);
  if (slot_.failed) {
    report_.first_difference = "not compared: the live one has failed";
    return {};
  }
  auto difference = first_difference(*views.first, *views.second, report_.keys);
  if (!difference && difference.error().reason == "VIEWS_STORE") {
    difference = "not compared: " + difference.error().message;
    store_.note_damage();
  }
  DAYBOOK_ASSIGN(report_.first_difference, difference);
  report_.identical = report_.first_difference.empty();
  return {};
}

// A write that failed may have reached the store all the same.
bool Rebuild::is_named() const {
  const auto stored = store_.checkpoint(slot_.id);
  return stored && *stored && (*stored)->generation == checkpoint_.generation;
}

// If we stop before the checkpoint is durable, the old generation is live and the next open erases
// the new one; if after it, the new one is live and the old one is erased. The files of the old one
// go at once and for good: not before that, and where it cannot be made so, with the next open.
Status Rebuild::swap(Seq group_position) {
  DAYBOOK_TRY(advance(std::max(slot_.checkpoint.applied, group_position), nullptr));
  batch_.clear();
  const Status written = store_.write(batch_, std::array{std::pair(slot_.id, checkpoint_)});
  if (!written && !is_named()) {
    return written;
  }
  const Prefix old = slot_.prefix();
  slot_.projection = std::move(projection_);
  slot_.reader = std::move(reader_);
  slot_.checkpoint = checkpoint_;
  slot_.written = checkpoint_.applied.value;
  folder_.revive(slot_);
  if (store_.flush()) {
    static_cast<void>(store_.erase(old));
  }
  return {};
}

Status Rebuild::give_up() {
  projection_.reset();
  return store_.erase(prefix_);
}

Result<RebuildReport> Rebuild::run(const Progress& progress) {
  const auto began = std::chrono::steady_clock::now();
  report_.name = slot_.name;
  slot_.rebuilt = 0;
  slot_.rebuilding = true;
  const auto build = [&]() -> Status {
    DAYBOOK_TRY(prepare());
    while (slot_.written - checkpoint_.applied.value > kStretchEvents) {
      DAYBOOK_TRY(advance(Seq{slot_.written}, progress));
    }
    DAYBOOK_TRY(compare());
    // Comparing took time: the live projection went on meanwhile.
    while (slot_.written - checkpoint_.applied.value > kStretchEvents) {
      DAYBOOK_TRY(advance(Seq{slot_.written}, progress));
    }
    return folder_.quietly([&](Seq position) { return swap(position); });
  };
  const Status status = build();
  slot_.rebuilding = false;
  slot_.rebuilt = 0;
  if (!status) {
    if (projection_) {
      DAYBOOK_TRY(give_up());
    }
    return fail(status.error());
  }
  report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return report_;
}

}  // namespace daybook::projections
