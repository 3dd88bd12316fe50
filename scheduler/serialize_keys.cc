// What format 3 of the canonical form added, in this order: what definitions ask for when a job
// fails, what retried jobs were created for, idempotency keys that are not told in full.
#include <algorithm>
#include <map>

#include "scheduler/state_form.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler::form {
namespace {

bool asks(const State::Parts& p, std::uint32_t index) {
  return !p.definition(index).settings.on_failure.empty();
}

std::size_t asking(const State::Parts& p) {
  return static_cast<std::size_t>(
      std::count_if(p.definition_index.begin(), p.definition_index.end(),
                    [&](const auto& entry) { return asks(p, entry.second); }));
}

void write_on_failure(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{asking(p)});
  for (const auto& [id, index] : p.definition_index) {
    if (asks(p, index)) {
      w.text(id);
      w.text(p.definition(index).settings.on_failure);
      w.step();
    }
  }
}

bool read_on_failure(Reader& r, State::Parts& p) {
  std::string_view last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const std::string_view id = r.text();
    const std::string_view effects = r.text();
    const auto found = p.definition_index.find(id);
    if (found == p.definition_index.end() || id <= last || effects.empty()) {
      return false;
    }
    last = id;
    p.definition(found->second).settings.on_failure = effects;
  }
  return r.ok();
}

void write_planned(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{p.planned.size()});
  if (p.planned.empty()) {
    return;
  }
  p.jobs.each([&](const JobSlot& slot) {
    if (const auto found = p.planned.find(slot.id.key().value); found != p.planned.end()) {
      w.number(slot.id);
      w.number(found->second);
      w.step();
    }
  });
}

bool read_planned(Reader& r, State::Parts& p) {
  JobId last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const JobId job = r.job();
    const Micros planned = r.micros();
    if (p.jobs.find(job) == nullptr || job <= last) {
      return false;
    }
    last = job;
    p.planned.emplace(job.key().value, planned);
  }
  return r.ok();
}

// Names of actors in the order in which they first hold a key.
std::vector<std::uint32_t> actors_of(const KeyWindow& keys) {
  std::vector<std::uint32_t> out;
  std::vector<bool> seen;
  for (const KeyWindow::Entry& entry : keys.entries()) {
    seen.resize(std::max(seen.size(), std::size_t{entry.actor} + 1));
    if (!seen[entry.actor]) {
      seen[entry.actor] = true;
      out.push_back(entry.actor);
    }
  }
  return out;
}

void write_keys(Writer& w, const KeyWindow& keys) {
  w.number(std::uint64_t{!keys.is_plain()});
  if (keys.is_plain()) {
    return;
  }
  const std::vector<std::uint32_t> actors = actors_of(keys);
  std::map<std::uint32_t, std::uint64_t> place;
  w.number(std::uint64_t{actors.size()});
  for (const std::uint32_t actor : actors) {
    place.emplace(actor, place.size());
    w.text(keys.actor(actor));
  }
  w.number(std::uint64_t{keys.size()});
  for (const KeyWindow::Entry& entry : keys.entries()) {
    w.number(entry.id_high);
    w.number(entry.id_low);
    for (const std::uint8_t byte : entry.body) {
      w.number(std::uint64_t{byte});
    }
    w.number(entry.first);
    w.number(std::uint64_t{entry.span});
    w.number(entry.time);
    w.number(place.at(entry.actor));
    w.step();
  }
  w.number(std::uint64_t{keys.told().size()});
  for (const KeyWindow::Told& told : keys.told()) {
    w.text(told.key);
    w.hash(told.body);
    w.hash(told.chain);
    w.step();
  }
}

bool read_entries(Reader& r, const std::vector<std::string_view>& actors, KeyWindow& keys) {
  std::size_t named = 0;  // actors that have held a key so far
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    KeyWindow::Entry entry;
    entry.id_high = r.number();
    entry.id_low = r.number();
    for (std::uint8_t& byte : entry.body) {
      byte = static_cast<std::uint8_t>(r.number(UINT8_MAX));
    }
    entry.first = r.seq();
    entry.span = r.small();
    entry.time = r.micros();
    const std::uint64_t actor = r.number();
    if (!r.ok() || actor >= actors.size() || actor > named || !keys.restore(entry, actors[actor])) {
      return false;
    }
    named = std::max<std::size_t>(named, actor + 1);
  }
  return r.ok() && named == actors.size();
}

bool read_keys(Reader& r, KeyWindow& keys) {
  if (!r.flag()) {
    return r.ok();
  }
  if (keys.size() > 0) {
    return false;
  }
  std::vector<std::string_view> actors;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    actors.push_back(r.text());
    if (std::count(actors.begin(), actors.end(), actors.back()) > 1) {
      return false;
    }
  }
  if (!r.ok() || !read_entries(r, actors, keys)) {
    return false;
  }
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    KeyWindow::Told told;
    told.key = r.text();
    told.body = r.hash();
    told.chain = r.hash();
    if (!keys.restore(std::move(told))) {
      return false;
    }
  }
  return r.ok();
}

}  // namespace

bool has_additions3(const State::Parts& p) {
  return asking(p) > 0 || !p.planned.empty() || !p.keys.is_plain();
}

void write_additions3(Writer& w, const State::Parts& p) {
  write_on_failure(w, p);
  write_planned(w, p);
  write_keys(w, p.keys);
}

bool read_additions3(Reader& r, State::Parts& p) {
  return read_on_failure(r, p) && read_planned(r, p) && read_keys(r, p.keys);
}

}  // namespace daybook::scheduler::form
