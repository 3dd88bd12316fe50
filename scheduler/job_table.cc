#include "scheduler/job_table.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits/access.h"

namespace daybook::scheduler {
namespace {

static_assert(sizeof(JobSlot) == 32, "ten million jobs are ordinary: memory per job is a bar");
static_assert(kJobAttemptsMax < 1U << 21);
// Definitions that were deleted and have live jobs have an index too; there is room for many.
static_assert(kDefinitionsMax * 8 < JobSlot::kDefinitionMost);
static_assert(kOwnersMax <= JobSlot::kOwnerMost);

// The slot with that key in a sorted run, or null. Keys of jobs that were created together are
// nearly dense, so the place is guessed from the key; every other step halves the run, for when it
// is not so.
JobSlot* search(JobSlot* begin, JobSlot* end, std::uint64_t key) {
  for (bool guess = true; begin != end; guess = !guess) {
    const std::uint64_t low = begin->id.key().value;
    const std::uint64_t high = (end - 1)->id.key().value;
    if (key < low || key > high) {
      return nullptr;
    }
    const auto size = static_cast<std::uint64_t>(end - begin);
    std::uint64_t step = size / 2;
    if (guess && high > low) {
      __extension__ using Wide = unsigned __int128;
      step = static_cast<std::uint64_t>(Wide{key - low} * (size - 1) / (high - low));
    }
    JobSlot* const at = begin + step;
    const std::uint64_t found = at->id.key().value;
    if (found == key) {
      return at;
    }
    if (found < key) {
      begin = at + 1;
    } else {
      end = at;
    }
  }
  return nullptr;
}

}  // namespace

void JobSlot::wait_until(Micros run_at, bool delayed) {
  at = run_at.value;
  is_running = 0;
  is_delayed = delayed ? 1 : 0;
}

void JobSlot::start(Seq started, Attempt attempt) {
  DAYBOOK_CHECK(attempt.value <= kJobAttemptsMax, "a job is tried so often at most");
  at = static_cast<std::int64_t>(started.value);
  is_running = 1;
  is_delayed = 0;
  attempts = attempt.value & kJobAttemptsMax;
}

std::vector<JobTable::Chunk>::const_iterator JobTable::chunk_of(Seq key) const {
  const auto above = std::upper_bound(chunks_.begin(), chunks_.end(), key,
                                      [](Seq k, const Chunk& chunk) { return k < chunk.first; });
  return above == chunks_.begin() ? above : std::prev(above);
}

JobSlot& JobTable::insert(JobId id) {
  DAYBOOK_CHECK(is_new(id), "a job is created once, behind those before it");
  if (chunks_.empty() || chunks_.back().used == kChunk) {
    chunks_.push_back({id.key(), 0, 0, std::make_unique<JobSlot[]>(kChunk)});
  }
  Chunk& chunk = chunks_.back();
  if (chunk.used == 0) {
    chunk.first = id.key();
  }
  newest_ = id.key();
  ++size_;
  ++chunk.live;
  JobSlot& slot = chunk.slots[chunk.used++];
  slot = JobSlot{};
  slot.id = id;
  return slot;
}

const JobSlot* JobTable::find_key(Seq key) const {
  if (chunks_.empty()) {
    return nullptr;
  }
  const Chunk& chunk = *chunk_of(key);
  const JobSlot* slot = search(chunk.begin(), chunk.end(), key.value);
  return slot == nullptr || is_hole(*slot) ? nullptr : slot;
}

const JobSlot* JobTable::find(JobId id) const {
  const JobSlot* slot = find_key(id.key());
  return slot == nullptr || slot->id != id ? nullptr : slot;
}

JobSlot* JobTable::find(JobId id) {
  return const_cast<JobSlot*>(std::as_const(*this).find(id));
}

void JobTable::erase(JobId id) {
  JobSlot* const slot = find(id);
  DAYBOOK_CHECK(slot != nullptr, "an erased job is there");
  slot->definition = kHole;
  --size_;
  const auto chunk = chunks_.begin() + (chunk_of(id.key()) - chunks_.cbegin());
  --chunk->live;
  close_gaps(chunk);
}

void JobTable::close_gaps(Place at) {
  if (at->live == 0 && at + 1 != chunks_.end()) {
    chunks_.erase(at);
  } else if (at->live == 0) {
    at->used = 0;  // the next job goes there
  } else if (at + 1 == chunks_.end() || !join(at)) {
    static_cast<void>(at != chunks_.begin() && join(at - 1));
  }
}

// Each joining ends a chunk, and moves no more than one holds, so erasing stays cheap: as long as
// no chunk is made for every job that comes, which is why the last one keeps a quarter free.
bool JobTable::join(Place left) {
  const Place right = left + 1;
  const std::uint32_t most = right + 1 == chunks_.end() ? kChunk / 4 * 3 : kChunk;
  if (left->live + right->live > most) {
    return false;
  }
  JobSlot* const end = std::remove_if(left->begin(), left->end(), is_hole);
  JobSlot* const joined = std::copy_if(right->begin(), right->end(), end,
                                       [](const JobSlot& slot) { return !is_hole(slot); });
  left->used = left->live = left->live + right->live;
  DAYBOOK_CHECK(joined == left->end(), "a chunk counts its live slots");
  left->first = left->slots[0].id.key();
  chunks_.erase(right);
  return true;
}

std::size_t JobTable::memory_bytes() const {
  return chunks_.size() * kChunk * sizeof(JobSlot) + chunks_.capacity() * sizeof(Chunk);
}

}  // namespace daybook::scheduler
