// What format 7 of the canonical form added, in this order: live tokens, owners of live jobs,
// owners of rules. Owners who may everything are left out.
#include <algorithm>
#include <utility>

#include "base/limits/access.h"
#include "scheduler/state_form.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler::form {
namespace {

void write_tokens(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{p.tokens.size()});
  for (const auto& [id, token] : p.tokens) {
    w.text(id);
    w.text(token.display_name);
    w.number(std::uint64_t{token.permissions.size()});
    for (const std::string& permission : token.permissions) {
      w.text(permission);
    }
    w.hash(token.secret_hash);
    w.number(token.expires_at);
    w.step();
  }
}

bool read_tokens(Reader& r, State::Parts& p) {
  std::string_view last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    AccessToken token;
    const std::string_view id = r.text();
    if (id <= last) {
      return false;
    }
    last = id;
    token.id = id;
    token.display_name = r.text();
    for (std::uint64_t left = r.number(); left > 0 && r.ok(); --left) {
      token.permissions.emplace_back(r.text());
    }
    token.secret_hash = r.hash();
    token.expires_at = r.micros();
    token.rights = rights_in(token.permissions);
    if (token.permissions.empty()) {
      return false;
    }
    p.tokens.emplace(std::string(id), std::move(token));
  }
  return r.ok();
}

// Live jobs in order, as runs of one owner. Owners are told by their place among the names, from 1.
template <typename Visit>
void each_run(const State::Parts& p, const Visit& visit) {
  std::uint32_t owner = 0;
  std::uint64_t length = 0;
  p.jobs.each([&](const JobSlot& slot) {
    if (slot.owner != owner && length > 0) {
      visit(owner, std::exchange(length, 0));
    }
    owner = slot.owner;
    ++length;
  });
  if (length > 0) {
    visit(owner, length);
  }
}

void write_job_owners(Writer& w, const State::Parts& p) {
  const auto& numbers = p.owners.numbers();
  w.number(std::uint64_t{numbers.size()});
  if (numbers.empty()) {
    return;
  }
  std::vector<std::uint64_t> places(std::size_t{kOwnersMax} + 1);
  std::uint64_t place = 0;
  for (const auto& [name, number] : numbers) {
    w.text(name);
    places[number] = ++place;
  }
  each_run(p, [&](std::uint32_t owner, std::uint64_t length) {
    w.number(length);
    w.number(places[owner]);
    w.step();
  });
}

bool read_names(Reader& r, std::vector<std::string_view>& names) {
  const std::uint64_t count = r.number(kOwnersMax);
  std::string_view last;
  for (std::uint64_t i = 0; i < count && r.ok(); ++i) {
    const std::string_view name = r.text();
    if (name <= last || is_open_actor(name)) {
      return false;
    }
    last = name;
    names.push_back(name);
  }
  return r.ok();
}

// Runs are as long as they can be, all jobs are told of, and each owner has one.
bool read_job_owners(Reader& r, State::Parts& p) {
  std::vector<std::string_view> names(1);
  if (!read_names(r, names)) {
    return false;
  }
  if (names.size() == 1) {
    return true;
  }
  std::uint64_t left = 0;
  std::uint64_t owner = names.size();  // of no run
  bool sound = true;
  p.jobs.each([&](JobSlot& slot) {
    if (left == 0) {
      left = r.number();
      const std::uint64_t next = r.number(names.size() - 1);
      sound = sound && r.ok() && left > 0 && next != owner;
      owner = r.ok() ? next : 0;
      left = std::max<std::uint64_t>(left, 1);
    }
    --left;
    slot.set_owner(p.owners.add(names[owner]));
  });
  return sound && left == 0 && p.owners.numbers().size() == names.size() - 1;
}

void write_rule_owners(Writer& w, const State::Parts& p) {
  std::uint64_t owned = 0;
  for (const auto& [id, rule] : p.rules) {
    owned += rule.is_owned() ? 1U : 0U;
  }
  w.number(owned);
  for (const auto& [id, rule] : p.rules) {
    if (!rule.is_owned()) {
      continue;
    }
    w.text(id);
    for (const RuleVersion& version : rule.versions) {
      w.text(version.owner);
    }
    w.step();
  }
}

bool read_rule_owners(Reader& r, State::Parts& p) {
  std::string_view last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const std::string_view id = r.text();
    const auto found = p.rules.find(id);
    if (found == p.rules.end() || id <= last) {
      return false;
    }
    last = id;
    for (RuleVersion& version : found->second.versions) {
      version.owner = r.text();
    }
    if (!found->second.is_owned()) {
      return false;
    }
  }
  return r.ok();
}

}  // namespace

bool has_access(const State::Parts& p) {
  return !p.tokens.empty() || !p.owners.numbers().empty() ||
         std::any_of(p.rules.begin(), p.rules.end(),
                     [](const auto& entry) { return entry.second.is_owned(); });
}

void write_access(Writer& w, const State::Parts& p) {
  write_tokens(w, p);
  write_job_owners(w, p);
  write_rule_owners(w, p);
}

bool read_access(Reader& r, State::Parts& p) {
  return read_tokens(r, p) && read_job_owners(r, p) && read_rule_owners(r, p);
}

}  // namespace daybook::scheduler::form
