// Live jobs in the canonical form: as formats 1 to 5 had them, and as format 6 has them. And,
// behind a form, the parameters that are kept.
#include <array>
#include <utility>

#include "scheduler/state_form.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler::form {
namespace {

// What an id holds beside milliseconds and key: version, partition and variant. Those that
// JobId::make gives in partition 0.
constexpr std::uint64_t kUsualKind = 2ULL << 16 | 7ULL << 12;
constexpr std::uint64_t kKindMost = (1ULL << 18) - 1;

// Flags of a job.
constexpr std::uint64_t kRunning = 1;
constexpr std::uint64_t kDelayed = 2;
constexpr std::uint64_t kTried = 4;
constexpr std::uint64_t kWithPriority = 8;
constexpr std::uint64_t kOtherKind = 16;  // than the job before it
constexpr std::uint64_t kAllFlags = 31;

// An id in parts, of which most are as in the one before it.
struct IdParts {
  std::uint64_t key = 0;
  std::int64_t millis = 0;
  std::uint64_t kind = kUsualKind;

  static IdParts of(JobId id) {
    return {id.key().value, static_cast<std::int64_t>(id.high >> 16),
            (id.low >> 62) << 16 | (id.high & 0xffff)};
  }
  JobId id() const {
    return {static_cast<std::uint64_t>(millis) << 16 | (kind & 0xffff), kind >> 16 << 62 | key};
  }
};

// Times are told from when the job was created; any two have a difference, modulo 2^64.
std::int64_t less(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

void write_open(Writer& w, const OpenAttempt& open) {
  w.number(open.secret.high);
  w.number(open.secret.low);
  w.number(open.started_at);
  w.number(open.lease_until);
  w.number(open.timeout_at);
  w.number(std::uint64_t{open.cancel_requested});
}

OpenAttempt read_open(Reader& r, JobId job) {
  OpenAttempt open{job, {}, {}, {}, {}, {}, false};
  open.secret.high = r.number();
  open.secret.low = r.number();
  open.started_at = r.micros();
  open.lease_until = r.micros();
  open.timeout_at = r.micros();
  open.cancel_requested = r.flag();
  return open;
}

// Puts the job, whose definition and attempts are set, among those that wait or run.
bool enter(State::Parts& p, JobSlot& slot, const OpenAttempt* open, Seq started) {
  Definition& counts = p.definition(slot.definition);
  if (open == nullptr) {
    ++counts.pending;
    ++p.pending;
    return true;
  }
  slot.start(started, slot.attempt());
  ++counts.running;
  return p.open.emplace(started.value, *open).second;
}

bool read_job1(Reader& r, State::Parts& p, Seq log_first) {
  const JobId job = r.job();
  const auto definition = p.definition_index.find(r.text());
  if (!r.ok() || job.is_null() || !p.jobs.is_new(job) || definition == p.definition_index.end()) {
    return false;
  }
  JobSlot& slot = p.jobs.insert(job);
  slot.set_definition(definition->second);
  const Micros run_at = r.micros();
  slot.priority = static_cast<std::int8_t>(r.signed_number(INT8_MAX));
  slot.attempts = r.number(kJobAttemptsMax) & kJobAttemptsMax;
  const std::string_view parameters = r.text();
  if (job.key() < log_first) {
    p.kept.emplace(job.key().value, parameters.empty() ? "{}" : parameters);
  }
  const std::string_view unique_key = r.text();
  if (!unique_key.empty()) {
    p.unique.insert(UniqueKeys::id_of(definition->first, unique_key), job.key());
  }
  const Seq started = r.seq();
  if (started.value == 0) {
    slot.wait_until(run_at, slot.attempts > 0);  // then it waits to be tried again
    return enter(p, slot, nullptr, {}) && r.ok();
  }
  OpenAttempt open = read_open(r, job);
  open.due = run_at;
  return enter(p, slot, &open, started) && r.ok();
}

void write_job(Writer& w, const State::Parts& p, const JobSlot& slot, const IdParts& last,
               std::uint64_t definition) {
  const IdParts now = IdParts::of(slot.id);
  const auto flag = [](bool set, std::uint64_t bit) { return set ? bit : std::uint64_t{0}; };
  w.number(flag(slot.running(), kRunning) | flag(slot.delayed(), kDelayed) |
           flag(slot.attempts > 0, kTried) | flag(slot.priority != 0, kWithPriority) |
           flag(now.kind != last.kind, kOtherKind));
  w.number(now.key - last.key);
  w.number(now.millis - last.millis);
  if (now.kind != last.kind) {
    w.number(now.kind);
  }
  w.number(definition);
  if (slot.attempts > 0) {
    w.number(std::uint64_t{slot.attempts});
  }
  if (slot.priority != 0) {
    w.number(std::int64_t{slot.priority});
  }
  if (!slot.running()) {
    w.number(less(slot.at, now.millis * 1000));
    return;
  }
  const OpenAttempt& open = p.open.at(slot.started().value);
  w.number(less(open.due.value, now.millis * 1000));
  w.number(slot.started());
  write_open(w, open);
}

bool read_job(Reader& r, State::Parts& p, const std::vector<std::uint32_t>& definitions,
              IdParts& last) {
  constexpr std::int64_t kMillisMost = (1LL << 48) - 1;
  const std::uint64_t flags = r.number(kAllFlags);
  IdParts now = last;
  now.key += r.number((1ULL << 62) - 1);
  const std::int64_t later = r.signed_number(kMillisMost);
  now.millis += r.ok() ? later : 0;
  if ((flags & kOtherKind) != 0) {
    now.kind = r.number(kKindMost);
  }
  const std::uint64_t definition = r.number();
  const bool kinds = ((flags & kOtherKind) != 0) == (now.kind != last.kind);
  if (!r.ok() || !kinds || now.key >> 62 != 0 || now.millis < 0 || now.millis > kMillisMost ||
      definition >= definitions.size() || !p.jobs.is_new(now.id())) {
    return false;
  }
  JobSlot& slot = p.jobs.insert(now.id());
  slot.set_definition(definitions[definition]);
  if ((flags & kTried) != 0) {
    slot.attempts = r.number(kJobAttemptsMax) & kJobAttemptsMax;
  }
  if ((flags & kWithPriority) != 0) {
    slot.priority = static_cast<std::int8_t>(r.signed_number(INT8_MAX));
  }
  const bool shortest = ((flags & kTried) != 0) == (slot.attempts > 0) &&
                        ((flags & kWithPriority) != 0) == (slot.priority != 0);
  const Micros at{plus(r.signed_number(), now.millis * 1000)};
  last = now;
  if ((flags & kRunning) == 0) {
    slot.wait_until(at, (flags & kDelayed) != 0);
    return enter(p, slot, nullptr, {}) && shortest && r.ok();
  }
  const Seq started = r.seq();
  OpenAttempt open = read_open(r, now.id());
  open.due = at;
  return started.value != 0 && started.value >> 63 == 0 && (flags & kDelayed) == 0 && shortest &&
         enter(p, slot, &open, started) && r.ok();
}

void write_unique(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{p.unique.size()});
  if (p.unique.size() == 0) {
    return;
  }
  p.jobs.each([&](const JobSlot& slot) {
    if (const auto id = p.unique.held_by(slot.id.key())) {
      w.number(slot.id.key());
      w.word(id->high);
      w.word(id->low);
      w.step();
    }
  });
}

bool read_unique(Reader& r, State::Parts& p) {
  Seq last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const Seq job = r.seq();
    const std::uint64_t high = r.word();
    const std::uint64_t low = r.word();
    if (job <= last || p.jobs.find_key(job) == nullptr || !p.unique.insert({high, low}, job)) {
      return false;
    }
    last = job;
  }
  return r.ok();
}

}  // namespace

bool read_jobs1(Reader& r, State::Parts& p, Seq log_first) {
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    if (!read_job1(r, p, log_first)) {
      return false;
    }
  }
  return r.ok();
}

void write_jobs(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{p.jobs.size()});
  if (p.jobs.size() == 0) {
    return;  // as the formats before had it
  }
  std::vector<std::uint64_t> places(p.definitions.size());
  std::uint64_t place = 0;
  for (const auto& [id, index] : p.definition_index) {
    places[index] = place++;
  }
  IdParts last;
  p.jobs.each([&](const JobSlot& slot) {
    write_job(w, p, slot, last, places[slot.definition]);
    last = IdParts::of(slot.id);
    w.step();
  });
  write_unique(w, p);
}

bool read_jobs(Reader& r, State::Parts& p) {
  std::vector<std::uint32_t> definitions;
  for (const auto& [id, index] : p.definition_index) {
    definitions.push_back(index);
  }
  IdParts last;
  const std::uint64_t count = r.number();
  for (std::uint64_t n = count; n > 0 && r.ok(); --n) {
    if (!read_job(r, p, definitions, last)) {
      return false;
    }
  }
  return r.ok() && (count == 0 || read_unique(r, p));
}

void write_kept(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{p.kept.size()});
  p.jobs.each([&](const JobSlot& slot) {
    if (const auto text = p.kept.find(slot.id.key().value); text != p.kept.end()) {
      w.number(slot.id.key());
      w.text(text->second);
      w.step();
    }
  });
}

bool read_kept(Reader& r, State::Parts& p) {
  Seq last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const Seq job = r.seq();
    const std::string_view text = r.text();
    if (job <= last || p.jobs.find_key(job) == nullptr) {
      return false;
    }
    last = job;
    p.kept.emplace(job.value, text);
  }
  return r.ok() && !p.kept.empty();
}

}  // namespace daybook::scheduler::form
