// What format 5 of the canonical form added: the contracts of components, by id.
#include <algorithm>

#include "scheduler/state_form.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler::form {
namespace {

std::size_t with_contract(const State::Parts& p) {
  return static_cast<std::size_t>(
      std::count_if(p.components.begin(), p.components.end(),
                    [](const auto& entry) { return !entry.second->contract.empty(); }));
}

}  // namespace

bool has_contracts(const State::Parts& p) {
  return with_contract(p) > 0;
}

void write_contracts(Writer& w, const State::Parts& p) {
  w.number(std::uint64_t{with_contract(p)});
  for (const auto& [id, component] : p.components) {
    if (!component->contract.empty()) {
      w.text(id);
      w.text(component->contract);
      w.hash(component->contract_of);
      w.step();
    }
  }
}

bool read_contracts(Reader& r, State::Parts& p) {
  std::string_view last;
  for (std::uint64_t n = r.number(); n > 0 && r.ok(); --n) {
    const std::string_view id = r.text();
    const auto found = p.components.find(id);
    if (found == p.components.end() || id <= last) {
      return false;
    }
    last = id;
    auto component = std::make_shared<Component>(*found->second);
    component->contract = r.text();
    component->contract_of = r.hash();
    if (component->contract.empty()) {
      return false;
    }
    found->second = std::move(component);
  }
  return r.ok();
}

}  // namespace daybook::scheduler::form
