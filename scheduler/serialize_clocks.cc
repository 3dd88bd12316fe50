// What format 4 of the canonical form added, in this order: how the clocks stand, pending jobs
// without an attempt whose time counts in running time, attempts that do not count.
#include "scheduler/state_form.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler::form {
namespace {

// Those that were tried before are delayed anyway.
bool is_delayed_first(const JobSlot& slot) {
  return slot.delayed() && slot.attempts == 0;
}

bool read_delayed(Reader& r, State::Parts& p) {
  JobId last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const JobId job = r.job();
    JobSlot* slot = p.jobs.find(job);
    if (slot == nullptr || slot->attempts > 0 || slot->delayed() || job.key() <= last.key()) {
      return false;
    }
    slot->wait_until(slot->run_at(), true);
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
    if (slot == nullptr || lost.total == 0 || lost.total > slot->attempts ||
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

void write_clocks(Writer& w, const State::Parts& p, bool with_delays) {
  w.number(p.offsets.lead);
  w.number(p.offsets.ahead);
  if (with_delays) {
    w.number(std::uint64_t{0});  // a state with live jobs is of format 6
  }
  w.number(std::uint64_t{p.lost.size()});
  if (p.lost.empty()) {
    return;
  }
  p.jobs.each([&](const JobSlot& slot) {
    if (const auto found = p.lost.find(slot.id.key().value); found != p.lost.end()) {
      w.number(slot.id);
      w.number(std::uint64_t{found->second.total});
      w.number(std::uint64_t{found->second.in_a_row});
      w.step();
    }
  });
}

bool read_clocks(Reader& r, State::Parts& p, bool with_delays) {
  p.offsets.lead = r.duration();
  p.offsets.ahead = r.duration();
  return r.ok() && p.offsets.ahead.value >= 0 && (!with_delays || read_delayed(r, p)) &&
         read_lost(r, p);
}

}  // namespace daybook::scheduler::form
