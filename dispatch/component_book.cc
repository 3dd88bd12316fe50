#include "dispatch/component_book.h"

#include "base/texts_key.h"

namespace daybook::dispatch {
namespace {

ComponentBook::Stored stored(const events::ComponentPut& e) {
  auto out = std::make_shared<scheduler::Component>();
  out->id = e.component;
  out->runtime = e.runtime;
  out->spec = e.spec.text;
  out->spec_hash = e.spec_hash;
  out->imports.assign(e.imports.begin(), e.imports.end());
  out->contract = e.contract.text;
  out->contract_of = e.contract_of;
  return out;
}

}  // namespace

ComponentBook::ComponentBook(const scheduler::State& state) {
  state.each_component([&](const scheduler::Component& component) {
    if (component.runtime == events::Runtime::kReactor) {
      components_.emplace(component.id, state.find_component(component.id));
    }
  });
}

std::string_view ComponentBook::fold(const events::Recorded& recorded) {
  if (const auto* put = std::get_if<events::ComponentPut>(&recorded.event)) {
    if (put->runtime == events::Runtime::kReactor) {
      components_.insert_or_assign(std::string(put->component), stored(*put));
    } else {
      components_.erase(std::string(put->component));
    }
    return put->component;
  }
  if (const auto* deleted = std::get_if<events::ComponentDeleted>(&recorded.event)) {
    components_.erase(std::string(deleted->component));
    return deleted->component;
  }
  if (const auto* derived = std::get_if<events::ContractDerived>(&recorded.event)) {
    if (const auto found = components_.find(derived->component); found != components_.end()) {
      auto changed = std::make_shared<scheduler::Component>(*found->second);
      changed->imports.assign(derived->imports.begin(), derived->imports.end());
      changed->contract = derived->contract.text;
      changed->contract_of = derived->contract_of;
      found->second = std::move(changed);
    }
    return derived->component;
  }
  return {};
}

ComponentBook::Stored ComponentBook::find(std::string_view component) const {
  const auto found = components_.find(component);
  return found == components_.end() ? nullptr : found->second;
}

std::optional<std::string> ComponentBook::spec(std::string_view component) const {
  const Stored found = find(component);
  return found == nullptr ? std::nullopt : std::optional(found->spec);
}

Hash ComponentBook::texts_key(const scheduler::Component& component) const {
  TextsKey key;
  key.add(component.id, component.spec_hash);
  for (const std::string& import : component.imports) {
    if (const Stored module = find(import)) {
      key.add(import, module->spec_hash);
    }
  }
  return key.finish();
}

void ComponentBook::each(const std::function<void(const Stored&)>& visit) const {
  for (const auto& [id, component] : components_) {
    visit(component);
  }
}

}  // namespace daybook::dispatch
