// Servers, components, definitions, keys.
#include "base/check.h"
#include "scheduler/evolve.h"

namespace daybook::scheduler {
namespace {

void forget_imports(State::Parts& s, const Component& component) {
  for (const std::string& import : component.imports) {
    s.importers.remove(import, component.id);
  }
}

void store(State::Parts& s, std::shared_ptr<const Component> component) {
  auto& stored = s.components[component->id];
  if (stored != nullptr) {
    forget_imports(s, *stored);
  }
  for (const std::string& import : component->imports) {
    s.importers.add(import, component->id);
  }
  stored = std::move(component);
}

}  // namespace

void evolve_event(State::Parts& s, const events::Meta& m, const Hash&,
                  const events::ServerStarted& e) {
  DAYBOOK_CHECK(e.epoch > s.epoch, "epochs rise");
  s.epoch = e.epoch;
  s.server_started = m.seq;
  extend_leases(s, e.away, m.time);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::ComponentPut& e) {
  auto component = std::make_shared<Component>();
  component->id = e.component;
  component->runtime = e.runtime;
  component->spec = e.spec.text;
  component->spec_hash = e.spec_hash;
  component->imports.assign(e.imports.begin(), e.imports.end());
  component->contract = e.contract.text;
  component->contract_of = e.contract_of;
  store(s, std::move(component));
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::ContractDerived& e) {
  const auto found = s.components.find(e.component);
  DAYBOOK_CHECK(found != s.components.end(), "a contract is of a component that is there");
  auto component = std::make_shared<Component>(*found->second);
  component->imports.assign(e.imports.begin(), e.imports.end());
  component->contract = e.contract.text;
  component->contract_of = e.contract_of;
  store(s, std::move(component));
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::ComponentDeleted& e) {
  const auto found = s.components.find(e.component);
  DAYBOOK_CHECK(found != s.components.end(), "a deleted component was there");
  forget_imports(s, *found->second);
  s.components.erase(found);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::DefinitionPut& e) {
  Definition& definition = s.definition(s.definition_slot(e.definition));
  if (definition.deleted) {
    definition.deleted = false;
    ++s.live_definitions;
  }
  PutDefinition& settings = definition.settings;
  s.definitions_of.remove(settings.component, definition.id);
  s.definitions_of.add(e.component, definition.id);
  settings.definition = e.definition;
  events::copy_settings(e, settings);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::DefinitionDeleted& e) {
  const std::uint32_t index = s.definition_slot(e.definition);
  DAYBOOK_CHECK(!s.definition(index).deleted, "a deleted definition was there");
  s.definition(index).deleted = true;
  s.definitions_of.remove(s.definition(index).settings.component, e.definition);
  --s.live_definitions;
  s.release_definition(index);
}

void evolve_event(State::Parts& s, const events::Meta& m, const Hash& chain,
                  const events::IdempotencyKeyUsed& e) {
  s.keys.insert(e.key, {e.body, e.first, m.seq, chain, s.offsets.running(m.time)}, m.actor);
}

// The decision state holds nothing of what a trim or a sweep's summary says.
void evolve_event(State::Parts&, const events::Meta&, const Hash&, const events::LogTrimmed&) {}
void evolve_event(State::Parts&, const events::Meta&, const Hash&,
                  const events::RetentionApplied&) {}

}  // namespace daybook::scheduler
