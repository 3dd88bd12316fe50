// What format 4 of the canonical form added, in this order: how the clocks stand, pending jobs
// without an attempt whose time counts in running time, attempts that do not count.
#include <algorithm>

#include "scheduler/state_form.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler::form {
namespace {

// Those that were tried before are delayed anyway.
bool is_delayed_first(const JobSlot& slot) {
  return slot.delayed && !slot.running() && slot.attempt.value == 0;
}

bool read_delayed(Reader& r, State::Parts& p) {
  JobId last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const JobId job = r.job();
    JobSlot* slot = p.jobs.find(job);
    if (slot == nullptr || slot->running() || slot->attempt.value > 0 || slot->delayed ||
        job.key() <= last.key()) {
      return false;
    }
    slot->delayed = true;
    last = job;
  }
  return r.ok();
}

bool read_lost(Reader& r, State::Parts& p) {
  JobId last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const JobId job = r.job();
    LostAttempts lost;
    lost.total = r.small();
    lost.in_a_row = r.small();
    const JobSlot* slot = p.jobs.find(job);
    if (slot == nullptr || lost.total == 0 || lost.total > slot->attempt.value ||
        lost.in_a_row > lost.total || job.key() <= last.key()) {
      return false;
    }
    p.lost.emplace(job.key().value, lost);
    last = job;
  }
  return r.ok();
}

}  // namespace

bool has_clocks(const State::Parts& p) {
  bool delayed = false;
  p.jobs.each([&](const JobSlot& slot) { delayed = delayed || is_delayed_first(slot); });
  return delayed || !p.lost.empty() || p.offsets != events::ClockOffsets{};
}

void write_clocks(Writer& w, const State::Parts& p) {
  w.number(p.offsets.lead);
  w.number(p.offsets.ahead);
  const auto jobs = p.jobs.sorted();
  w.number(static_cast<std::uint64_t>(std::count_if(
      jobs.begin(), jobs.end(), [](const JobSlot* slot) { return is_delayed_first(*slot); })));
  for (const JobSlot* slot : jobs) {
    if (is_delayed_first(*slot)) {
      w.number(slot->id);
      w.step();
    }
  }
  w.number(std::uint64_t{p.lost.size()});
  for (const JobSlot* slot : jobs) {
    if (const auto found = p.lost.find(slot->id.key().value); found != p.lost.end()) {
      w.number(slot->id);
      w.number(std::uint64_t{found->second.total});
      w.number(std::uint64_t{found->second.in_a_row});
      w.step();
    }
  }
}

bool read_clocks(Reader& r, State::Parts& p) {
  p.offsets.lead = r.duration();
  p.offsets.ahead = r.duration();
  return r.ok() && p.offsets.ahead.value >= 0 && read_delayed(r, p) && read_lost(r, p);
}

}  // namespace daybook::scheduler::form
