// What format 2 of the canonical form added, in this order: imports of components, rule depths of
// live jobs, live sendings, ended ones, rules. And what format 3 added: the starts that rate limits
// count.
#include <algorithm>
#include <optional>

#include "scheduler/state_form.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler::form {
namespace {

void write_imports(Writer& w, const State::Parts& p) {
  const auto importing = std::count_if(p.components.begin(), p.components.end(),
                                       [](const auto& c) { return !c.second->imports.empty(); });
  w.number(static_cast<std::uint64_t>(importing));
  for (const auto& [id, component] : p.components) {
    if (component->imports.empty()) {
      continue;
    }
    w.text(id);
    w.number(std::uint64_t{component->imports.size()});
    for (const std::string& import : component->imports) {
      w.text(import);
    }
    w.step();
  }
}

bool read_imports(Reader& r, State::Parts& p) {
  std::string_view last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const std::string_view id = r.text();
    const auto found = p.components.find(id);
    if (found == p.components.end() || id <= last) {
      return false;
    }
    last = id;
    auto component = std::make_shared<Component>(*found->second);
    for (std::uint64_t imports = r.number(); imports > 0 && r.ok(); --imports) {
      component->imports.emplace_back(r.text());
    }
    if (component->imports.empty()) {
      return false;
    }
    found->second = std::move(component);
  }
  return r.ok();
}

void write_depths(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{p.rule_depths.size()});
  if (p.rule_depths.empty()) {
    return;
  }
  p.jobs.each([&](const JobSlot& slot) {
    if (const auto found = p.rule_depths.find(slot.id.key().value); found != p.rule_depths.end()) {
      w.number(slot.id);
      w.number(std::uint64_t{found->second});
      w.step();
    }
  });
}

bool read_depths(Reader& r, State::Parts& p) {
  JobId last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const JobId job = r.job();
    const std::uint32_t depth = r.small();
    if (p.jobs.find(job) == nullptr || job <= last || depth == 0) {
      return false;
    }
    last = job;
    p.rule_depths.emplace(job.key().value, depth);
  }
  return r.ok();
}

void write_sendings(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{p.sendings.size()});
  for (const Sending* sending : p.sorted_sendings()) {
    w.number(sending->created);
    w.number(sending->id);
    w.number(std::uint64_t{sending->attempt.value});
    w.number(sending->due);
    w.step();
  }
  const auto words = p.sendings_ended.words();
  w.number(std::uint64_t{words.size()});
  for (const auto& [first, bits] : words) {
    w.number(first);
    w.number(bits);
    w.step();
  }
}

bool read_sendings(Reader& r, State::Parts& p) {
  Seq last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    Sending sending;
    sending.created = r.seq();
    sending.id = r.sending();
    sending.attempt = Attempt{r.small()};
    sending.due = r.micros();
    if (sending.created <= last || !p.sendings.emplace(sending.id, sending).second) {
      return false;
    }
    last = sending.created;
  }
  std::optional<std::uint64_t> word;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const std::uint64_t first = r.number();
    const std::uint64_t bits = r.number();
    if (first % 64 != 0 || bits == 0 || (word && first <= *word)) {
      return false;
    }
    word = first;
    p.sendings_ended.insert_word(first, bits);
  }
  return r.ok();
}

void write_rules(Writer& w, const State::Parts& p) {
  w.number(p.rules_through);
  w.number(std::uint64_t{p.rules.size()});
  for (const auto& [id, rule] : p.rules) {
    w.text(id);
    w.text(rule.display_name);
    w.number(std::uint64_t{rule.versions.size()});
    for (const RuleVersion& version : rule.versions) {
      w.number(version.put);
      w.text(version.components);
    }
    w.number(std::uint64_t{rule.applied.size()});
    for (const auto& [component, on] : rule.applied) {
      w.text(component);
      w.number(on);
    }
    w.step();
  }
}

bool read_versions(Reader& r, Rule& rule) {
  Seq last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    RuleVersion version;
    version.put = r.seq();
    version.components = r.text();
    if (version.put <= last) {
      return false;
    }
    last = version.put;
    rule.versions.push_back(std::move(version));
  }
  return !rule.versions.empty();
}

bool read_applied(Reader& r, Rule& rule) {
  std::string_view last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    std::string component(r.text());
    const Seq on = r.seq();
    if (component <= last || on.value == 0) {
      return false;
    }
    last = rule.applied.emplace(std::move(component), on).first->first;
  }
  return true;
}

bool read_rules(Reader& r, State::Parts& p) {
  p.rules_through = r.seq();
  std::string_view last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    Rule rule;
    rule.id = r.text();
    rule.display_name = r.text();
    if (rule.id <= last || !read_versions(r, rule) || !read_applied(r, rule)) {
      return false;
    }
    std::string id = rule.id;
    last = p.rules.emplace(std::move(id), std::move(rule)).first->first;
  }
  return r.ok();
}

}  // namespace

bool has_additions(const State::Parts& p) {
  const bool imports = std::any_of(p.components.begin(), p.components.end(), [](const auto& entry) {
    return !entry.second->imports.empty();
  });
  return imports || !p.rule_depths.empty() || !p.sendings.empty() || p.sendings_ended.size() > 0 ||
         !p.rules.empty() || p.rules_through.value > 0;
}

void write_additions(Writer& w, const State::Parts& p) {
  write_imports(w, p);
  write_depths(w, p);
  write_sendings(w, p);
  write_rules(w, p);
}

bool read_additions(Reader& r, State::Parts& p) {
  return read_imports(r, p) && read_depths(r, p) && read_sendings(r, p) && read_rules(r, p);
}

bool has_rate_starts(const State::Parts& p) {
  return std::any_of(p.definition_index.begin(), p.definition_index.end(), [&p](const auto& entry) {
    return !p.definition(entry.second).starts.empty();
  });
}

void write_rate_starts(Writer& w, const State::Parts& p) {
  const auto limited =
      std::count_if(p.definition_index.begin(), p.definition_index.end(),
                    [&p](const auto& entry) { return !p.definition(entry.second).starts.empty(); });
  w.number(static_cast<std::uint64_t>(limited));
  for (const auto& [id, index] : p.definition_index) {
    const auto& groups = p.definition(index).starts.groups();
    if (groups.empty()) {
      continue;
    }
    w.text(id);
    w.number(std::uint64_t{groups.size()});
    for (const RateWindow::Group& group : groups) {
      w.number(group.last);
      w.number(std::uint64_t{group.starts});
    }
    w.step();
  }
}

bool read_rate_starts(Reader& r, State::Parts& p) {
  std::string_view last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const std::string_view id = r.text();
    const auto found = p.definition_index.find(id);
    if (found == p.definition_index.end() || id <= last) {
      return false;
    }
    last = id;
    std::vector<RateWindow::Group> groups;
    for (std::uint64_t left = r.number(); left > 0 && r.ok(); --left) {
      const Micros at = r.micros();
      groups.push_back({at, r.small()});
    }
    if (groups.empty() || !p.definition(found->second).starts.restore(std::move(groups))) {
      return false;
    }
  }
  return r.ok();
}

}  // namespace daybook::scheduler::form
