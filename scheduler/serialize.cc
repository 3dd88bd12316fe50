#include "scheduler/serialize.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/sha256.h"
#include "scheduler/state_form.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler {
namespace {

using form::Bytes;
using form::Reader;
using form::Writer;

// What came later stands behind what its format added: onFailure in serialize_keys.cc.
bool is_of_format1(const events::Field& field) {
  return field.since == kStateFormat1;
}

void write_definition(Writer& w, const Definition& d) {
  w.text(d.id);
  w.number(std::uint64_t{d.deleted});
  events::each_stored(d.settings, [&](const events::Field& field, const auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if (!is_of_format1(field)) {
      return;
    }
    if constexpr (std::is_same_v<Member, std::string>) {
      w.text(member);
    } else if constexpr (std::is_same_v<Member, Duration>) {
      w.number(member);
    } else if constexpr (std::is_signed_v<Member>) {
      w.number(std::int64_t{member});
    } else {
      w.number(std::uint64_t{member});
    }
  });
  // Where formats 1 and 2 had the begin of a rate window and its starts.
  w.number(Micros{});
  w.number(std::uint64_t{0});
}

bool read_definition(Reader& r, State::Parts& p) {
  Definition& d = p.definition(p.definition_slot(r.text()));
  d.deleted = r.flag();
  p.live_definitions += d.deleted ? 0 : 1;
  d.settings.definition = d.id;
  events::each_stored(d.settings, [&](const events::Field& field, auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if (!is_of_format1(field)) {
      return;
    }
    if constexpr (std::is_same_v<Member, std::string>) {
      member = r.text();
    } else if constexpr (std::is_same_v<Member, Duration>) {
      member = r.duration();
    } else if constexpr (std::is_same_v<Member, bool>) {
      member = r.flag();
    } else if constexpr (std::is_signed_v<Member>) {
      member = static_cast<Member>(r.signed_number(std::numeric_limits<Member>::max()));
    } else {
      member = r.small();
    }
  });
  const Micros rate_start = r.micros();
  const std::uint32_t rate_used = r.small();
  return rate_used == 0 ? rate_start.value == 0 : d.starts.restore({{rate_start, rate_used}});
}

void write_memories(Writer& w, const State::Parts& p) {
  const auto words = p.ended.words();
  w.number(std::uint64_t{words.size()});
  for (const auto& [first, bits] : words) {
    w.number(first);
    w.number(bits);
    w.step();
  }
  // Others stand behind what format 2 has.
  const std::size_t keys = p.keys.is_plain() ? p.keys.size() : 0;
  w.number(std::uint64_t{keys});
  for (std::size_t i = 0; i < keys; ++i) {
    const KeyWindow::Entry& entry = p.keys.entries()[i];
    const KeyWindow::Told& told = p.keys.told()[i];
    w.text(told.key);
    w.hash(told.body);
    w.number(entry.first);
    w.number(entry.first.value + entry.span);
    w.hash(told.chain);
    w.number(entry.time);
    w.step();
  }
  w.number(std::uint64_t{p.reports.entries().size()});
  for (const ReportMemory::Entry& entry : p.reports.entries()) {
    w.number(entry.started);
    w.number(entry.report.digest);
    w.number(entry.report.job);
    w.number(entry.report.seq);
    w.number(static_cast<std::uint64_t>(entry.report.result));
    w.number(entry.report.retry_at);
    w.step();
  }
}

bool read_memories(Reader& r, State::Parts& p) {
  std::optional<std::uint64_t> last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const std::uint64_t first = r.number();
    const std::uint64_t bits = r.number();
    if (first % 64 != 0 || (last && first <= *last)) {
      return false;
    }
    last = first;
    p.ended.insert_word(first, bits);
  }
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const std::string_view key = r.text();
    State::KeyUse use;
    use.body = r.hash();
    use.first = r.seq();
    use.last = r.seq();
    use.chain = r.hash();
    use.time = r.micros();
    const bool spans = use.last >= use.first && use.last.value - use.first.value <= UINT32_MAX;
    if (!spans || p.keys.find(key, use.time)) {  // one whose window is over may stand before it
      return false;
    }
    p.keys.insert(key, use);
  }
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const Seq started = r.seq();
    State::PastReport report;
    report.digest = r.number();
    report.job = r.job();
    report.seq = r.seq();
    report.result = static_cast<AttemptResult>(r.number(UINT8_MAX));
    report.retry_at = r.micros();
    if (p.reports.find(started)) {
      return false;
    }
    p.reports.insert(started, report);
  }
  return r.ok();
}

}  // namespace

std::uint32_t format_of(const State& state) {
  const State::Parts& p = state.parts();
  const bool third = form::has_rate_starts(p) || form::has_additions3(p);
  return form::has_access(p)      ? kStateFormat
         : p.jobs.size() > 0      ? kStateFormat6
         : form::has_contracts(p) ? kStateFormat5
         : form::has_clocks(p)    ? kStateFormat4
         : third                  ? kStateFormat3
         : form::has_additions(p) ? kStateFormat2
                                  : kStateFormat1;
}

Status serialize(const State& state, const std::function<Status(Bytes)>& sink, Kept kept) {
  const State::Parts& p = state.parts();
  Writer w(sink);
  const std::uint32_t format = format_of(state);
  w.number(std::uint64_t{format});
  w.number(p.applied);
  w.number(p.time);
  w.number(p.epoch.value);
  w.number(p.server_started);
  w.number(std::uint64_t{p.components.size()});
  for (const auto& [id, component] : p.components) {
    w.text(id);
    w.number(static_cast<std::uint64_t>(component->runtime));
    w.text(component->spec);
    w.hash(component->spec_hash);
    w.step();
  }
  w.number(std::uint64_t{p.definition_index.size()});
  for (const auto& [id, index] : p.definition_index) {
    write_definition(w, p.definition(index));
    w.step();
  }
  form::write_jobs(w, p);
  write_memories(w, p);
  if (format >= kStateFormat2) {
    form::write_additions(w, p);
  }
  if (format >= kStateFormat3) {
    form::write_rate_starts(w, p);
    form::write_additions3(w, p);
  }
  if (format >= kStateFormat4) {
    form::write_clocks(w, p, format < kStateFormat6);
  }
  if (format >= kStateFormat5) {
    form::write_contracts(w, p);
  }
  if (format >= kStateFormat) {
    form::write_access(w, p);
  }
  if (kept == Kept::kWith && !p.kept.empty()) {
    form::write_kept(w, p);
  }
  return w.finish();
}

namespace {

// Whether a job has been started that is alive.
bool tried(State::Parts& p) {
  bool out = false;
  p.jobs.each([&](const JobSlot& slot) { out = out || slot.attempts > 0; });
  return out;
}

}  // namespace

Result<State> deserialize(Bytes bytes, FormRead* read, Seq log_first) {
  const auto corrupt = [] {
    return fail(Code::kCorrupt, "CORRUPT_SNAPSHOT", "the bytes are not a decision state");
  };
  State state;
  State::Parts& p = state.parts();
  Reader r(bytes);
  const std::uint64_t format = r.number();
  if (format < kStateFormat1 || format > kStateFormat) {
    return corrupt();
  }
  p.applied = r.seq();
  p.time = r.micros();
  p.epoch = Epoch{r.number()};
  p.server_started = r.seq();
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    auto component = std::make_shared<Component>();
    component->id = r.text();
    component->runtime = static_cast<events::Runtime>(r.number(UINT8_MAX));
    component->spec = r.text();
    component->spec_hash = r.hash();
    p.components.emplace(component->id, component);
  }
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    if (!read_definition(r, p)) {
      return corrupt();
    }
  }
  const bool rates = form::has_rate_starts(p);
  if (!(format < kStateFormat6 ? form::read_jobs1(r, p, log_first) : form::read_jobs(r, p))) {
    return corrupt();
  }
  if (!read_memories(r, p)) {
    return corrupt();
  }
  if (format >= kStateFormat2 && !form::read_additions(r, p)) {
    return corrupt();
  }
  if (format >= kStateFormat3 &&
      (rates || !form::read_rate_starts(r, p) || !form::read_additions3(r, p))) {
    return corrupt();
  }
  if (format >= kStateFormat4 && !form::read_clocks(r, p, format < kStateFormat6)) {
    return corrupt();
  }
  if (format >= kStateFormat5 && !form::read_contracts(r, p)) {
    return corrupt();
  }
  if (format >= kStateFormat && !form::read_access(r, p)) {
    return corrupt();
  }
  // Only the shortest form counts: a format with nothing of what it added is none.
  const bool third = form::has_rate_starts(p) || form::has_additions3(p);
  const bool shortest = format == kStateFormat    ? form::has_access(p)
                        : format == kStateFormat6 ? p.jobs.size() > 0
                        : format == kStateFormat5 ? form::has_contracts(p)
                        : format == kStateFormat4 ? form::has_clocks(p)
                        : format == kStateFormat3 ? third
                        : format == kStateFormat2 ? form::has_additions(p)
                                                  : true;
  const bool whole = r.at_end() || (format >= kStateFormat6 && form::read_kept(r, p));
  if (!shortest || !whole || !r.at_end()) {
    return corrupt();
  }
  p.index_users();
  if (read != nullptr) {
    *read = {static_cast<std::uint32_t>(format), rates || (format < kStateFormat3 && tried(p))};
  }
  return state;
}

Hash state_hash(const State& state) {
  Sha256 digest;
  const Status done = serialize(state, [&](Bytes piece) {
    digest.update(piece);
    return Status{};
  });
  return done ? digest.finish() : Hash{};
}

}  // namespace daybook::scheduler
