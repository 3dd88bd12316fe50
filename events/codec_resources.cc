// Payloads of events about the server, its clock, components and definitions.
#include "events/codec_parts.h"
#include "events/codec_settings.h"

namespace daybook::events::parts {

void write(Builder& b, Actor actor, const ServerStarted& e) {
  const auto version = text(b, e.version);
  const auto host = text(b, e.host);
  b.Finish(fb::CreateServerStarted(b, actor, e.epoch.value, version, host, e.pid, e.away.value));
}

bool read(const fb::ServerStarted& t, ServerStarted& e) {
  e = {Epoch{t.epoch()}, text(t.version()), text(t.host()), t.pid(), Duration{t.away_us()}};
  return e.epoch.value > 0 && e.away.value >= 0;
}

// Absent where there is none.
flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> derivation(Builder& b, const Hash& of) {
  return of == Hash{} ? flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>>() : hash(b, of);
}

void write(Builder& b, Actor actor, const ComponentPut& e) {
  const auto component = text(b, e.component);
  const auto spec = text(b, e.spec.text);
  const auto spec_hash = hash(b, e.spec_hash);
  const auto display_name = text(b, e.display_name);
  const auto description = text(b, e.description);
  const auto version = text(b, e.component_version);
  const auto imports = texts(b, e.imports);
  const auto contract = text(b, e.contract.text);
  const auto contract_of = derivation(b, e.contract_of);
  b.Finish(fb::CreateComponentPut(b, actor, component, static_cast<std::uint8_t>(e.runtime), spec,
                                  spec_hash, display_name, description, version, imports, contract,
                                  contract_of));
}

bool read(const fb::ComponentPut& t, ComponentPut& e) {
  e.component = text(t.component());
  e.runtime = static_cast<Runtime>(t.runtime());
  e.spec = Json{text(t.spec())};
  e.display_name = text(t.display_name());
  e.description = text(t.description());
  e.component_version = text(t.component_version());
  texts(t.imports(), e.imports);
  e.contract = Json{text(t.contract())};
  const bool known = t.runtime() >= 1 && t.runtime() <= 4;
  return known && !e.component.empty() && hash(t.spec_hash(), e.spec_hash) &&
         hash(t.contract_of(), e.contract_of);
}

void write(Builder& b, Actor actor, const ComponentDeleted& e) {
  const auto component = text(b, e.component);
  b.Finish(fb::CreateComponentDeleted(b, actor, component));
}

bool read(const fb::ComponentDeleted& t, ComponentDeleted& e) {
  e.component = text(t.component());
  return !e.component.empty();
}

void write(Builder& b, Actor actor, const ContractDerived& e) {
  const auto component = text(b, e.component);
  const auto contract = text(b, e.contract.text);
  const auto contract_of = derivation(b, e.contract_of);
  const auto imports = texts(b, e.imports);
  b.Finish(fb::CreateContractDerived(b, actor, component, contract, contract_of, imports));
}

bool read(const fb::ContractDerived& t, ContractDerived& e) {
  e.component = text(t.component());
  e.contract = Json{text(t.contract())};
  texts(t.imports(), e.imports);
  return !e.component.empty() && !e.contract.text.empty() && hash(t.contract_of(), e.contract_of);
}

void write(Builder& b, Actor actor, const DefinitionPut& e) {
  write_settings(b, actor, e.definition, e);
}

bool read(const fb::DefinitionPut& t, DefinitionPut& e) {
  read_settings(table_of(t), e.definition, e);
  return !e.definition.empty() && !e.component.empty() && e.retry.max_attempts > 0;
}

void write(Builder& b, Actor actor, const DefinitionDeleted& e) {
  const auto definition = text(b, e.definition);
  b.Finish(fb::CreateDefinitionDeleted(b, actor, definition, e.pending_jobs));
}

bool read(const fb::DefinitionDeleted& t, DefinitionDeleted& e) {
  e = {text(t.definition()), t.pending_jobs()};
  return !e.definition.empty();
}

// No clock was ever wrong by more than ten thousand years.
bool is_step(Duration value) {
  constexpr std::int64_t kMost = 10'000LL * 366 * 86'400 * 1'000'000;
  return value.value >= -kMost && value.value <= kMost;
}

void write(Builder& b, Actor actor, const ClockStepped& e) {
  b.Finish(fb::CreateClockStepped(b, actor, static_cast<std::uint8_t>(e.kind), e.step.value,
                                  e.offsets.lead.value, e.offsets.ahead.value, e.away.value));
}

bool read(const fb::ClockStepped& t, ClockStepped& e) {
  e = {static_cast<ClockStep>(t.kind()),
       Duration{t.step_us()},
       {Duration{t.lead_us()}, Duration{t.ahead_us()}},
       Duration{t.away_us()}};
  const bool in_range = is_step(e.step) && is_step(e.offsets.lead) && is_step(e.offsets.ahead) &&
                        is_step(e.away) && e.offsets.ahead.value >= 0 && e.away.value >= 0;
  return t.kind() >= 1 && t.kind() <= 4 && in_range;
}

void write(Builder& b, Actor actor, const IdempotencyKeyUsed& e) {
  const auto key = text(b, e.key);
  const auto body = hash(b, e.body);
  b.Finish(fb::CreateIdempotencyKeyUsed(b, actor, key, body, e.first.value));
}

bool read(const fb::IdempotencyKeyUsed& t, IdempotencyKeyUsed& e) {
  e.key = text(t.key());
  e.first = Seq{t.first()};
  return !e.key.empty() && hash(t.body(), e.body);
}

void write(Builder& b, Actor actor, const LogTrimmed& e) {
  const auto archive = text(b, e.archive);
  const auto chain = hash(b, e.hash);
  b.Finish(fb::CreateLogTrimmed(b, actor, e.through.value, chain, archive));
}

bool read(const fb::LogTrimmed& t, LogTrimmed& e) {
  e.through = Seq{t.through()};
  e.archive = text(t.archive());
  return hash(t.hash(), e.hash);
}

void write(Builder& b, Actor actor, const RetentionApplied& e) {
  b.Finish(fb::CreateRetentionApplied(b, actor, e.cutoff.value, e.removed));
}

bool read(const fb::RetentionApplied& t, RetentionApplied& e) {
  e = {Micros{t.cutoff_us()}, t.removed()};
  return true;
}

}  // namespace daybook::events::parts
